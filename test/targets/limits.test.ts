import { describe, expect, test } from "vitest";
import { VerifyError } from "../../src/ir/errors.js";
import { parseModule } from "../../src/ir/text/index.js";
import { type StablehloVersion, verifyLimits } from "../../src/targets/limits.js";
import { cpu } from "../../src/targets/cpu.js";
import type { Target } from "../../src/targets/index.js";
import { tpu } from "../../src/targets/tpu/index.js";

const main = (parameters: string, body: string): string =>
  `func.func @main(${parameters}) {\n${body}\n  return\n}`;

function verdict(text: string, { limits }: Target, version?: StablehloVersion): string | undefined {
  try {
    verifyLimits(parseModule(text, { allowUnknownOps: true }), limits, { version });
    return undefined;
  } catch (error) {
    if (error instanceof VerifyError) return error.constraint;
    throw error;
  }
}

const quantised = "tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>";

describe("verifyLimits", () => {
  test("an unbounded argument of @main is refused, a bounded or inner one is not", () => {
    expect(verdict(main("%x: tensor<?xf32>", ""), cpu)).toBe("target_dynamic");
    expect(verdict(main("%x: tensor<?xf32, #stablehlo.bounds<4>>", ""), cpu)).toBeUndefined();
    expect(verdict(main("%x: tensor<?x?xf32, #stablehlo.bounds<4, ?>>", ""), cpu)).toBe("target_dynamic");
    expect(verdict(main("%x: tensor<*xf32>", ""), cpu)).toBe("target_dynamic");
    expect(verdict(main("%x: tensor<4xf32>", ""), cpu)).toBeUndefined();
    const inner = "func.func private @f(%x: tensor<?xf32>) {\n  return\n}";
    expect(verdict(inner, cpu)).toBeUndefined();
  });

  test("quantised types are refused everywhere", () => {
    const program = main(
      `%x: ${quantised}`,
      `  %0 = stablehlo.uniform_dequantize %x : (${quantised}) -> tensor<2xf32>`,
    );
    expect(verdict(program, cpu)).toBe("target_quantised");
  });

  test("i2 is refused on a TPU alone", () => {
    const program = main("%x: tensor<2xi2>", "  %0 = stablehlo.negate %x : tensor<2xi2>");
    expect(verdict(program, tpu)).toBe("target_i2");
    expect(verdict(program, cpu)).toBeUndefined();
  });

  test("f6 constants and conversions to f6, which may become such, are refused on a CPU, f6 arguments are not", () => {
    const constant = main("", "  %0 = stablehlo.constant dense<1.000000e+00> : tensor<2xf6E2M3FN>");
    const convert = main(
      "%x: tensor<2xf32>",
      "  %0 = stablehlo.convert %x : (tensor<2xf32>) -> tensor<2xf6E2M3FN>",
    );
    const back = main(
      "%x: tensor<2xf6E2M3FN>",
      "  %0 = stablehlo.convert %x : (tensor<2xf6E2M3FN>) -> tensor<2xf32>",
    );
    expect(verdict(constant, cpu)).toBe("fatal_f6");
    expect(verdict(convert, cpu)).toBe("fatal_f6");
    expect(verdict(back, cpu)).toBeUndefined();
  });

  test("a constant in a resource is refused", () => {
    const program = `module {
  func.func @main() {
    %0 = "my.op"() {value = dense_resource<weights> : tensor<2xf32>} : () -> tensor<2xf32>
    return
  }
}`;
    expect(verdict(program, cpu)).toBe("target_resource");
  });

  test("a constant whose elements were left out is refused", () => {
    const program = main("", "  %0 = stablehlo.constant dense_resource<__elided__> : tensor<2xf32>");
    expect(verdict(program, cpu)).toBe("target_resource");
  });

  test("chlo.scan is refused", () => {
    const program = main("%x: tensor<2xf32>", '  %0 = "chlo.scan"(%x) : (tensor<2xf32>) -> tensor<2xf32>');
    expect(verdict(program, tpu)).toBe("target_scan");
  });

  const accuracy = (mode: string): string =>
    `"stablehlo.tanh"(%x) <{result_accuracy = #stablehlo.result_accuracy<mode = #stablehlo.result_accuracy_mode<${mode}>>}> : (tensor<2xf32>) -> tensor<2xf32>`;
  test.each([
    ["%x: tensor<2xf32>", "stablehlo.tan %x : tensor<2xf32>", 4],
    ["%x: tensor<2xf32>", accuracy("HIGHEST"), 10],
    ["%x: tensor<2xf32>", accuracy("DEFAULT"), 0],
    ["%x: tensor<2xi2>", "stablehlo.negate %x : tensor<2xi2>", 2],
    ["%x: tensor<2xf8E3M4>", "stablehlo.negate %x : tensor<2xf8E3M4>", 7],
    ["%x: tensor<2xf4E2M1FN>", "stablehlo.negate %x : tensor<2xf4E2M1FN>", 8],
    [
      "%x: tensor<5x6xf32>, %i: tensor<5x1xi32>",
      '"stablehlo.gather"(%x, %i) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [1], operand_batching_dims = [0], start_indices_batching_dims = [0], start_index_map = [1], index_vector_dim = 1>, slice_sizes = array<i64: 1, 1>}> : (tensor<5x6xf32>, tensor<5x1xi32>) -> tensor<5xf32>',
      1,
    ],
  ])("with %s, %s needs StableHLO 1.%i", (parameters, line, minor) => {
    const program = main(parameters, `  %0 = ${line}`);
    const on = (has: number) => verdict(program, cpu, [1, has, 0]);
    expect(on(minor)).toBeUndefined();
    if (minor > 0) expect(on(minor - 1)).toBe("target_version");
    expect(verdict(program, cpu)).toBeUndefined();
  });

  test("what artifacts hold since StableHLO 1.11 is refused of older plugins as an artifact, not as text", () => {
    const module = parseModule(
      main("%x: tensor<4xf32>", "  %0 = stablehlo.abs %x {mhlo.frontend} : tensor<4xf32>"),
    );
    const on = (has: number, form?: "text" | "portable") => () =>
      verifyLimits(module, cpu.limits, { version: [1, has, 0], form });
    expect(on(10)).not.toThrow();
    expect(on(10, "text")).not.toThrow();
    expect(on(10, "portable")).toThrow(
      "needs StableHLO 1.11.0, and the plugin reads 1.10.0 [target_version]",
    );
    expect(on(11, "portable")).not.toThrow();
  });

  test("a tolerance is refused on a TPU", () => {
    const accuracy =
      "#stablehlo.result_accuracy<ulps = 2, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>";
    const program = main(
      "%x: tensor<2xf32>",
      `  %0 = "stablehlo.tanh"(%x) <{result_accuracy = ${accuracy}}> : (tensor<2xf32>) -> tensor<2xf32>`,
    );
    expect(verdict(program, tpu)).toBe("target_accuracy");
    expect(verdict(program, cpu)).toBeUndefined();
  });

  test("a refusal says what, where and what to do", () => {
    const program = main("%x: tensor<?xf32>", "");
    expect(() => verifyLimits(parseModule(program), cpu.limits)).toThrow(
      "func.func: argument #0 of @main has the unbounded type tensor<?xf32> [target_dynamic]",
    );
    expect(() => verifyLimits(parseModule(program), cpu.limits)).toThrow(
      "compile once for each size, or give the dimension a bound",
    );
  });
});
