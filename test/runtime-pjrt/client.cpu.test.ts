import { describe, expect, test } from "vitest";
import { allocateAligned, ELEMENT_TYPES, hostBytes, isElementType } from "../../src/runtime-pjrt/index.js";
import { cpuPlugin, floats, withClient } from "./cpu.js";
import { addProgram, f32x4, main } from "./programs.js";

describe("a plugin", () => {
  test("tells its versions and is loaded once", async () => {
    const plugin = await cpuPlugin();
    expect(plugin.apiVersion).toEqual({ major: 0, minor: 115 });
    expect(plugin.stablehloVersions).toEqual({ minimum: "0.9.0", current: "1.20.0" });
    expect(await cpuPlugin()).toBe(plugin);
  });
});

describe("a client", () => {
  test("tells its platform and devices", () =>
    withClient(async (client) => {
      expect(client.platformName).toBe("cpu");
      expect(client.platformVersion).not.toBe("");
      expect(client.processIndex).toBe(0);
      const [device] = client.devices;
      expect([device!.id, device!.isAddressable, device!.kind, String(device)]).toEqual([
        0,
        true,
        "cpu",
        "CpuDevice(id=0)",
      ]);
      expect(device!.memories.map(({ kind }) => kind)).toContain(device!.defaultMemory.kind);
    }));

  test("has as many virtual devices as asked for", () =>
    withClient(
      async (client) => {
        expect(client.devices.map(({ id }) => id)).toEqual([0, 1, 2]);
      },
      { plugin: { cpu_device_count: 3 } },
    ));
});

describe("a program", () => {
  test("adds two tensors", () =>
    withClient(async (client) => {
      const signature = { arguments: [f32x4, f32x4], results: [f32x4] };
      using executable = await client.compile({ program: addProgram(), signature });
      using a = await client.toDevice({ ...f32x4, data: new Float32Array([1, 2, 3, 4]) });
      using b = await client.toDevice({ ...f32x4, data: new Float32Array([10, 20, 30, 40]) });
      const [sum] = await executable.execute([a, b]);
      expect(floats(await sum!.toHost())).toEqual([11, 22, 33, 44]);
      expect([a.state, b.state]).toEqual(["live", "live"]);
      sum!.close();
    }));

  test("a donated argument's memory becomes the result's, and the argument is donated", () =>
    withClient(async (client) => {
      const signature = { arguments: [{ ...f32x4, donated: true }, f32x4], results: [f32x4] };
      using executable = await client.compile({ program: addProgram(true), signature });
      const state = await client.toDevice({ ...f32x4, data: new Float32Array([1, 2, 3, 4]) });
      using one = await client.toDevice({ ...f32x4, data: new Float32Array([1, 1, 1, 1]) });
      await state.ready;
      const before = state.unsafePointer;
      const [next] = await executable.execute([state, one]);
      await next!.ready;
      expect([state.state, next!.unsafePointer === before]).toEqual(["donated", true]);
      expect(floats(await next!.toHost())).toEqual([2, 3, 4, 5]);
      await expect(executable.execute([state, one])).rejects.toThrow(
        /execute: argument 0 of a buffer that is donated/,
      );
      next!.close();
    }));

  test("an aliased argument that the signature does not donate stays alive", () =>
    withClient(async (client) => {
      const signature = { arguments: [f32x4, f32x4], results: [f32x4] };
      using executable = await client.compile({ program: addProgram(true), signature });
      using a = await client.toDevice({ ...f32x4, data: new Float32Array([1, 2, 3, 4]) });
      const [sum] = await executable.execute([a, a]);
      expect(floats(await sum!.toHost())).toEqual([2, 4, 6, 8]);
      expect(floats(await a.toHost())).toEqual([1, 2, 3, 4]);
      sum!.close();
    }));

  test("takes and gives scalars, empty tensors and several results", () =>
    withClient(async (client) => {
      const scalar = { elementType: "i32", dimensions: [] } as const;
      const empty = { elementType: "f32", dimensions: [0, 3] } as const;
      using executable = await client.compile({
        program: main(
          "%s: tensor<i32>, %e: tensor<0x3xf32>",
          "(tensor<0x3xf32>, tensor<i32>)",
          "    return %e, %s : tensor<0x3xf32>, tensor<i32>",
        ),
        signature: { arguments: [scalar, empty], results: [empty, scalar] },
      });
      using s = await client.toDevice({ ...scalar, data: new Int32Array([-7]) });
      using e = await client.toDevice({ ...empty, data: new Float32Array(0) });
      const [emptied, same] = await executable.execute([s, e]);
      expect((await emptied!.toHost()).byteLength).toBe(0);
      expect([...new Int32Array((await same!.toHost()).buffer)]).toEqual([-7]);
      emptied!.close();
      same!.close();
    }));

  test("compiles to what the compiler says: name and result types", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: addProgram(),
        signature: { arguments: [f32x4, f32x4], results: [f32x4] },
      });
      expect(executable.program.name).toContain("test");
      expect(executable.program.results).toEqual([f32x4]);
      expect([executable.program.replicas, executable.program.partitions]).toEqual([1, 1]);
    }));

  test("1000 nested operations compile without overflowing a stack", () =>
    withClient(async (client) => {
      const body = Array.from(
        { length: 1000 },
        (_, i) => `    %${i + 1} = stablehlo.sine %${i} : tensor<4xf32>`,
      );
      const program = main(
        "%0: tensor<4xf32>",
        "tensor<4xf32>",
        [...body, "    return %1000 : tensor<4xf32>"].join("\n"),
      );
      using executable = await client.compile({
        program,
        signature: { arguments: [f32x4], results: [f32x4] },
      });
      expect(executable.program.results).toEqual([f32x4]);
    }));
});

describe("a buffer", () => {
  // What XLA's CPU backend of this plugin can hold.
  const held = ELEMENT_TYPES.filter((name) => !name.startsWith("f6"));
  test.each(held)("%s goes to the device and comes back", (elementType) =>
    withClient(async (client) => {
      const spec = { elementType, dimensions: [2, 3] };
      const ones = elementType === "i1" || /^u?i[24]$|^f4/.test(elementType);
      const data = new Uint8Array(hostBytes(spec)).map((_, i) => (ones ? i % 2 : (i * 37) % 100));
      using buffer = await client.toDevice({ ...spec, data });
      expect([buffer.elementType, buffer.dimensions]).toEqual([elementType, [2, 3]]);
      expect(await buffer.toHost()).toEqual(data);
    }),
  );

  test("element type names are StableHLO's", () => {
    expect([isElementType("complex<f32>"), isElementType("ui8"), isElementType("float32")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("zero-copy uses the caller's own array where it is aligned to 64 bytes, and frees it with the buffer", () =>
    withClient(async (client) => {
      const data = allocateAligned(1024);
      data.fill(5);
      const buffer = await client.toDevice(
        { elementType: "ui8", dimensions: [1024], data },
        { semantics: "zero-copy" },
      );
      expect(buffer.aliasesHost).toBe(true);
      expect((await buffer.toHost()).every((byte) => byte === 5)).toBe(true);
      buffer.close();
    }));

  test("a large array is copied on another thread and is the caller's again afterwards", () =>
    withClient(async (client) => {
      const data = new Uint8Array(4 << 20).fill(1);
      using buffer = await client.toDevice({ elementType: "ui8", dimensions: [4 << 20], data });
      data.fill(2);
      const back = await buffer.toHost();
      expect([back[0], back.at(-1)]).toEqual([1, 1]);
    }));

  test("toHost fills the array it is given", () =>
    withClient(async (client) => {
      using buffer = await client.toDevice({ ...f32x4, data: new Float32Array([1, 2, 3, 4]) });
      const target = new Uint8Array(16);
      expect(await buffer.toHost(target)).toBe(target);
      expect(floats(target)).toEqual([1, 2, 3, 4]);
    }));

  test("is copied to another device", () =>
    withClient(
      async (client) => {
        using buffer = await client.toDevice({ ...f32x4, data: new Float32Array([1, 2, 3, 4]) });
        using copy = buffer.copyTo(client.devices[1]!);
        expect([buffer.device.id, copy.device.id]).toEqual([0, 1]);
        expect(floats(await copy.toHost())).toEqual([1, 2, 3, 4]);
      },
      { plugin: { cpu_device_count: 2 } },
    ));
});
