import { describe, expect, test } from "vitest";
import { ifSupported, PjrtError, UnsupportedByPluginError } from "../../src/runtime-pjrt/index.js";
import { decodeDeviceAssignment, encodeCompileOptions } from "../../src/runtime-pjrt/compile-options.js";
import { floats, withClient } from "./cpu.js";
import { addProgram, f32x4 } from "./programs.js";

const signature = { arguments: [f32x4, f32x4], results: [f32x4] };

describe("a compiled program tells", () => {
  test("its memory", () =>
    withClient(async (client) => {
      using executable = await client.compile({ program: addProgram(), signature });
      const { arguments: inputs, results, temporary } = executable.program.memoryStats();
      expect({ inputs, results, temporary }).toEqual({ inputs: 32, results: 16, temporary: 0 });
    }));

  test("its optimised HLO", () =>
    withClient(async (client) => {
      using executable = await client.compile({ program: addProgram(), signature });
      const hlo = executable.program.optimizedHlo()!;
      const entry = hlo.computations.find(({ id }) => id === hlo.entryComputationId)!;
      // Which emitters make kernels, and so whether single operations are wrapped, is up to XLA's flags.
      const sum = expect.stringMatching(/^(add|fusion)$/);
      expect(entry.instructions.map(({ opcode }) => opcode)).toEqual(["parameter", "parameter", sum]);
      expect(entry.instructions.map(({ shape }) => shape!.dimensions.map(Number))).toEqual([[4], [4], [4]]);
    }));

  test("its layouts and memory kinds, where the plugin does", () =>
    withClient(async (client) => {
      using executable = await client.compile({ program: addProgram(), signature });
      expect(executable.program.argumentLayouts).toEqual(["{0}", "{0}"]);
      expect(executable.program.resultLayouts).toEqual(["{0}"]);
      expect(client.defaultLayout({ elementType: "bf16", dimensions: [2, 3] })).toBe("{1,0}");
      expect(executable.program.resultMemoryKinds).toEqual(["device"]);
      expect(() => executable.program.costAnalysis()).toThrow(UnsupportedByPluginError);
      expect(ifSupported(() => executable.program.costAnalysis())).toBeUndefined();
      expect(ifSupported(() => executable.program.resultMemoryKinds)).toEqual(["device"]);
      expect(() => ifSupported(() => client.device(-1))).toThrow(PjrtError);
    }));

  test("the same fingerprint each time it is compiled", () =>
    withClient(async (client) => {
      using first = await client.compile({ program: addProgram(), signature });
      using second = await client.compile({ program: addProgram(), signature });
      expect(first.program.fingerprint).toMatch(/^[0-9a-f]+$/);
      expect(second.program.fingerprint).toBe(first.program.fingerprint);
    }));

  test("the options it was compiled with", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: addProgram(),
        signature,
        options: { flags: { xla_cpu_enable_fast_math: false } },
      });
      expect(executable.program.compileOptions.envOptionOverrides.xla_cpu_enable_fast_math?.value).toEqual({
        case: "flag",
        value: false,
      });
    }));

  test("a compiler flag that does not exist is the plugin's error", () =>
    withClient(async (client) => {
      const options = { flags: { xla_no_such_flag: 1 } };
      await expect(client.compile({ program: addProgram(), signature, options })).rejects.toThrow(
        "No such compile option: 'xla_no_such_flag'",
      );
    }));
});

describe("a serialised program", () => {
  test("is loaded and gives the same result", () =>
    withClient(async (client) => {
      using compiled = await client.compile({ program: addProgram(), signature });
      using loaded = await client.deserialize(compiled.program.serialize(), signature);
      using x = await client.toDevice({ ...f32x4, data: new Float32Array([1, 2, 3, 4]) });
      const [result] = await loaded.execute([x, x]);
      expect(floats(await result!.toHost())).toEqual([2, 4, 6, 8]);
      result!.close();
    }));

  test.each([
    ["cut short", (bytes: Uint8Array) => bytes.subarray(0, 100)],
    ["empty", () => new Uint8Array(0)],
  ])("%s is an error of the plugin", (_, damage) =>
    withClient(async (client) => {
      using compiled = await client.compile({ program: addProgram(), signature });
      const bytes = damage(compiled.program.serialize());
      await expect(client.deserialize(bytes, signature)).rejects.toMatchObject({
        call: "PJRT_Executable_DeserializeAndLoad",
      });
    }),
  );
});

describe("compile options", () => {
  test("are a protobuf with the numbers of XLA's own message", () => {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    // field 3 { field 1: -1, field 4: 1, field 5: 1 }
    expect(hex(encodeCompileOptions())).toBe("1a0f08ffffffffffffffffff0120012801");
    expect(hex(encodeCompileOptions({ partitions: 2 }))).toBe(
      "1a1408ffffffffffffffffff0120012802300198010" + "1",
    );
    expect(hex(encodeCompileOptions({ flags: { f: true } }))).toBe(
      "1a0f08ffffffffffffffffff01200128013a070a0166" + "12021001",
    );
    // fields 24 and 25: EFFORT_O1 is 19, EFFORT_O0 is 9
    expect(hex(encodeCompileOptions({ optimizationLevel: "O1", memoryFittingLevel: "O0" }))).toBe(
      "1a1508ffffffffffffffffff0120012801c00113c80109",
    );
  });

  test("a device assignment is written by partition and read by replica", () => {
    // replica_count 2, computation_count 1, one computation with devices 5 and 7
    expect(decodeDeviceAssignment(Buffer.from("080210011a040a020507", "hex"))).toEqual([[5], [7]]);
  });

  test("levels and names that are none are refused", () => {
    expect(() => encodeCompileOptions({ optimizationLevel: "O4" as "O3" })).toThrow(
      "argument error: optimizationLevel of a compilation\n  expected: O0, O1, O2, O3\n  got:      O4",
    );
    expect(() => encodeCompileOptions({ replica: 2 } as object)).toThrow(
      'usage error: a compilation has no option "replica"\n' +
        "  expected: replicas, partitions, partitioner, devices, portable, optimizationLevel, memoryFittingLevel, flags, preferredFlags\n" +
        "  hint:     did you mean replicas?",
    );
  });

  test("counts and devices that do not fit are refused", () => {
    expect(() => encodeCompileOptions({ replicas: 0 })).toThrow(
      "argument error: replicas of a compilation\n  expected: a whole number, 1 or more\n  got:      0",
    );
    expect(() => encodeCompileOptions({ replicas: 2, devices: [[0]] })).toThrow(
      "argument error: devices of a compilation\n  expected: 2 replicas of 1 partitions\n  got:      rows of 1",
    );
  });
});
