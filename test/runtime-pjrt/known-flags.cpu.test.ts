import { describe, expect, test } from "vitest";
import { floats, withClient } from "./cpu.js";
import { addProgram, f32x4, main } from "./programs.js";

const signature = { arguments: [f32x4, f32x4], results: [f32x4] };

describe("preferred flags", () => {
  test("those that a compiler does not know are left out, the others it is given", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: addProgram(),
        signature,
        options: {
          preferredFlags: { xla_of_tomorrow: "x", xla_cpu_enable_fast_math: false, xla_of_yesterday: 1 },
        },
      });
      expect(executable.program.compileOptions.envOptionOverrides).toMatchObject({
        xla_cpu_enable_fast_math: { value: { case: "flag", value: false } },
      });
      expect(Object.keys(executable.program.compileOptions.envOptionOverrides).sort()).toEqual([
        "xla_cpu_enable_fast_math",
        "xla_cpu_enable_fast_min_max",
      ]);
    }));

  test("a flag that is asked for comes before a preferred one of its name", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: addProgram(),
        signature,
        options: {
          flags: { xla_cpu_enable_fast_math: true },
          preferredFlags: { xla_cpu_enable_fast_math: false },
        },
      });
      expect(executable.program.compileOptions.envOptionOverrides.xla_cpu_enable_fast_math?.value).toEqual({
        case: "flag",
        value: true,
      });
    }));

  test("one that is asked for must be known, though it is preferred too", () =>
    withClient(async (client) => {
      const flags = { xla_of_tomorrow: "x" };
      await expect(
        client.compile({ program: addProgram(), signature, options: { flags, preferredFlags: flags } }),
      ).rejects.toThrow("No such compile option: 'xla_of_tomorrow'");
    }));

  test("what else the compiler says of a program is told", () =>
    withClient(async (client) => {
      await expect(
        client.compile({
          program: "module {\n  nonsense\n}",
          signature,
          options: { preferredFlags: { xla_of_tomorrow: "x" } },
        }),
      ).rejects.toThrow(":2:3");
    }));
});

/** Ops that take the larger or the smaller number, each once as an op and once as a reduction. */
const EXTREMES = main(
  "%a: tensor<4xf32>, %b: tensor<4xf32>",
  "(tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>, tensor<f32>)",
  `    %low = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %high = stablehlo.constant dense<0x7F800000> : tensor<f32>
    %0 = stablehlo.maximum %a, %b : tensor<4xf32>
    %1 = stablehlo.minimum %a, %b : tensor<4xf32>
    %2 = stablehlo.clamp %low, %b, %high : (tensor<f32>, tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %3 = stablehlo.reduce(%a init: %low) applies stablehlo.maximum across dimensions = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
    %4 = stablehlo.reduce(%b init: %high) applies stablehlo.minimum across dimensions = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
    return %0, %1, %2, %3, %4 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<f32>, tensor<f32>`,
);

describe("the CPU compiler", () => {
  const scalar = { elementType: "f32", dimensions: [] } as const;
  const extremes = { arguments: [f32x4, f32x4], results: [f32x4, f32x4, f32x4, scalar, scalar] };

  test("is told to keep a NaN in maximum, minimum and clamp, on either side", () =>
    withClient(async (client) => {
      using executable = await client.compile({ program: EXTREMES, signature: extremes });
      using a = await client.toDevice({ ...f32x4, data: Float32Array.of(0, Number.NaN, 1, 2) });
      using b = await client.toDevice({ ...f32x4, data: Float32Array.of(Number.NaN, 0, 3, -1) });
      const results = await executable.execute([a, b]);
      const numbers: number[][] = [];
      for (const result of results) {
        using owned = result;
        numbers.push(floats(await owned.toHost()));
      }
      expect(numbers).toEqual([
        [Number.NaN, Number.NaN, 3, 2],
        [Number.NaN, Number.NaN, 1, -1],
        [Number.NaN, 0, 3, -1],
        [Number.NaN],
        [Number.NaN],
      ]);
    }));

  test("is told otherwise by flags of a request", () =>
    withClient(async (client) => {
      const flags = { xla_cpu_enable_fast_min_max: true };
      using executable = await client.compile({ program: EXTREMES, signature: extremes, options: { flags } });
      expect(executable.program.compileOptions.envOptionOverrides.xla_cpu_enable_fast_min_max?.value).toEqual(
        { case: "flag", value: true },
      );
    }));
});
