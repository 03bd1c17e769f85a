import { describe, expect, it } from "vitest";
import { axis, exp, input, parameter, program } from "../../src/dsl/index.js";
import {
  CompiledProgram,
  type HostValue,
  lowerProgram,
  numbersOf,
  runProgram,
} from "../../src/engine/index.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { useCpu } from "../dsl/cpu.js";

const cpu = useCpu();

/** y = x exp(w): exp(w) depends on weights alone, and has their type. */
const scaled = () =>
  program({ name: "scaled" }, () => {
    const model = axis("model", 2);
    const x = input("x", [model], "f32");
    return { y: x.mul(exp(parameter("w", [model], "f32"))) };
  });

const f32 = (...values: number[]): HostValue => ({
  elementType: "f32",
  dimensions: [values.length],
  data: new Uint8Array(Float32Array.from(values).buffer),
});
const inputs = new Map([
  ["0", f32(6, 6)],
  ["1", f32(0, 1)],
]);
const expected = [6, 6 * Math.E].map((value) => expect.closeTo(value, 4));

describe("a program with values that depend on weights alone", () => {
  it("runs by itself as lowerProgram gives it, on each target's text", async () => {
    for (const options of [{}, { target: "gpu" }, { target: "tpu" }]) {
      const [y] = await runProgram(cpu.client, lowerProgram(scaled(), options).module, inputs);
      expect(numbersOf(y!)).toEqual(expected);
    }
  });

  it("is refused by runProgram when its preparing half is not there, as a module and as text", async () => {
    const { module } = lowerProgram(scaled(), { prepare: true });
    for (const half of [module, parseModule(printModule(module))]) {
      await expect(runProgram(cpu.client, half, inputs)).rejects.toThrow(
        [
          "usage error: the program needs another one beside it, which computes some of its arguments from the weights",
          "  expected: a program that runs by itself",
          '  got:      griffin.prepared on argument "1"',
          "  hint:     lower it without `prepare` (griffin lower without --prepare): what is prepared is then part of it",
        ].join("\n"),
      );
    }
  });

  it("runs as a CompiledProgram by inputs and parameters, prepared or not", async () => {
    const to = async (value: HostValue) => cpu.client.toDevice(value);
    for (const prepare of [false, true]) {
      using compiled = await CompiledProgram.compile(cpu.client, lowerProgram(scaled(), { prepare }));
      const given = {
        inputs: new Map([["x", await to(f32(6, 6))]]),
        parameters: new Map([["w", await to(f32(0, 1))]]),
      };
      const prepared = await compiled.prepare(given.parameters);
      expect([...prepared.keys()]).toEqual(prepare ? [expect.stringMatching(/^[0-9a-f]{16}$/)] : []);
      const { outputs } = await compiled.run({ ...given, prepared });
      const y = outputs.get("y")!;
      expect(numbersOf({ ...f32(0, 0), data: await y.toHost() })).toEqual(expected);
      for (const buffer of [...given.inputs.values(), ...given.parameters.values(), ...prepared.values(), y])
        buffer.close();
    }
  });

  it("says what a CompiledProgram runs without", async () => {
    const lowered = lowerProgram(scaled(), { prepare: true });
    const prepared = lowered.preparations[0]!.results[0]!.name;
    using compiled = await CompiledProgram.compile(cpu.client, lowered);
    const w = await cpu.client.toDevice(f32(0, 1));
    const x = await cpu.client.toDevice(f32(6, 6));
    await expect(
      compiled.run({ inputs: new Map([["x", x]]), parameters: new Map([["w", w]]) }),
    ).rejects.toThrow(
      [
        "usage error: scaled runs without 1 of its 2 arguments",
        `  expected: prepared "${prepared}"`,
        '  got:      input "x", parameter "w"',
        "  hint:     its preparing program computes the `prepared` ones from the parameters, once; or lower it without `prepare`",
      ].join("\n"),
    );
    await expect(compiled.run({ prepared: new Map([[prepared, w]]) })).rejects.toThrow(
      '  expected: input "x"',
    );
    for (const buffer of [w, x]) buffer.close();
  });
});
