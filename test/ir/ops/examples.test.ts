/** Every op's example parses, verifies, and prints back as it is written, with attributes of others too. */
import { describe, expect, test } from "vitest";
import { walk } from "../../../src/ir/operation.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { annotate, examplePrograms } from "./example-programs.js";

describe("examples", () => {
  test.each(examplePrograms)("%s", (_, text) => {
    const module = parseModule(text);
    verifyModule(module);
    expect(printModule(module).trim()).toBe(text);
  });
});

/** Ops whose assembly format begins with the attribute dictionary in MLIR. */
const dictionaryFirst =
  /^(?:.* = )?(?:return|sdy\.return|arith\.constant|chlo\.constant|stablehlo\.(?:constant|optimization_barrier)) /;

describe("an attribute of others on every op", () => {
  test.each(examplePrograms)("%s", (_, text) => {
    const module = annotate(parseModule(text));
    const printed = printModule(module);
    const again = parseModule(printed);
    verifyModule(again);
    expect(printModule(again)).toBe(printed);
    expect(printModule(again, { form: "generic" })).toBe(printModule(module, { form: "generic" }));
    expect([...walk(again)].filter(({ extra }) => !extra.has("my.note"))).toEqual([]);
    const misplaced = printed
      .split("\n")
      .map((line) => line.trim())
      .filter(
        (line) => dictionaryFirst.test(line) && !/^[^%]*(?:%\S+ = )?[\w.]+ \{[^{}]*my\.note = "x"/.test(line),
      );
    expect(misplaced).toEqual([]);
  });

  test("stands where the op's assembly format has it", () => {
    const text = `module attributes {my.note = "x"} {
  func.func private @f(tensor<4xf32>) -> tensor<4xf32> attributes {my.note = "x"}
  func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> attributes {my.note = "x"} {
    %cst = arith.constant {my.note = "x"} dense<1.000000e+00> : tensor<4xf32>
    %cst_0 = stablehlo.constant {my.note = "x"} dense<1.000000e+00> : tensor<4xf32>
    %0 = stablehlo.add %arg0, %cst {my.note = "x"} : tensor<4xf32>
    stablehlo.optimization_barrier {my.note = "x"}()
    %1 = stablehlo.optimization_barrier {my.note = "x"} %0 : tensor<4xf32>
    %2 = call @f(%1) {my.note = "x"} : (tensor<4xf32>) -> tensor<4xf32>
    %3 = sdy.manual_computation(%2) in_shardings=[<@mesh, [{}]>] out_shardings=[<@mesh, [{}]>] manual_axes={} (%arg1: tensor<4xf32>) {
      sdy.return {my.note = "x"} %arg1 : tensor<4xf32>
    } {my.note = "x"} : (tensor<4xf32>) -> tensor<4xf32>
    return {my.note = "x"} %3 : tensor<4xf32>
  }
}
`;
    expect(printModule(parseModule(text))).toBe(text);
  });

  test.each([
    "return %arg0 {my.note} : tensor<4xf32>",
    "%0 = stablehlo.optimization_barrier %arg0 {my.note} : tensor<4xf32>",
  ])("is refused elsewhere: %s", (line) => {
    const text = `func.func @main(%arg0: tensor<4xf32>) {\n  ${line}\n}`;
    expect(() => parseModule(text)).toThrow('expected ":" and the types of the operands');
  });
});
