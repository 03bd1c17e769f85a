import { describe, expect, test } from "vitest";
import { VerifyError } from "../../src/ir/errors.js";
import { parseModule } from "../../src/ir/text/index.js";
import { type TargetDescription, verifyForTarget } from "../../src/ir/verify-target.js";

const main = (parameters: string, body: string): string =>
  `func.func @main(${parameters}) {\n${body}\n  return\n}`;

function verdict(text: string, target: TargetDescription): string | undefined {
  try {
    verifyForTarget(parseModule(text), target);
    return undefined;
  } catch (error) {
    if (error instanceof VerifyError) return error.constraint;
    throw error;
  }
}

const cpu = { platform: "cpu" } as const;
const tpu = { platform: "tpu" } as const;
const quantised = "tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>";

describe("verifyForTarget", () => {
  test("an unbounded argument of @main is refused, a bounded or inner one is not", () => {
    expect(verdict(main("%x: tensor<?xf32>", ""), cpu)).toBe("target_dynamic");
    expect(verdict(main("%x: tensor<?xf32, #stablehlo.bounds<4>>", ""), cpu)).toBeUndefined();
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

  test("f6 constants are refused, f6 values are not", () => {
    const constant = main("", "  %0 = stablehlo.constant dense<1.000000e+00> : tensor<2xf6E2M3FN>");
    const convert = main(
      "%x: tensor<2xf32>",
      "  %0 = stablehlo.convert %x : (tensor<2xf32>) -> tensor<2xf6E2M3FN>",
    );
    expect(verdict(constant, cpu)).toBe("target_f6");
    expect(verdict(convert, cpu)).toBeUndefined();
  });

  test("an op newer than the plugin is refused", () => {
    const program = main("%x: tensor<2xf32>", "  %0 = stablehlo.tan %x : tensor<2xf32>");
    expect(verdict(program, { platform: "cpu", stablehloVersion: [1, 3, 0] })).toBe("target_version");
    expect(verdict(program, { platform: "cpu", stablehloVersion: [1, 4, 0] })).toBeUndefined();
    expect(verdict(program, cpu)).toBeUndefined();
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
    expect(() => verifyForTarget(parseModule(program), cpu)).toThrow(
      "func.func: argument #0 of @main has the unbounded type tensor<?xf32> [target_dynamic]",
    );
    expect(() => verifyForTarget(parseModule(program), cpu)).toThrow(
      "compile once for each size, or give the dimension a bound",
    );
  });
});
