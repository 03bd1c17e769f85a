import { describe, expect, test } from "vitest";
import { decodeCalls } from "../../src/ir/encoded-calls.js";
import { elementsFromNumbers, numberAt } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { tensorType } from "../../src/ir/types.js";
import { verifyModule } from "../../src/ir/verify.js";
import { verifyProgram } from "../../src/ir/verify-program/index.js";
import { run } from "../passes/text.js";

const T = "tensor<2x4xf32>";
const main = (signature: string, results: string, ...lines: readonly string[]): string =>
  ["module {", `  func.func @main(${signature}) -> ${results} {`, ...lines, "  }", "}", ""].join("\n");

const unary = (
  name: string,
  type: string,
  attributes = "mhlo.attributes = {}, mhlo.version = 1 : i64",
): string =>
  main(
    `%arg0: ${type}`,
    type,
    `    %0 = stablehlo.custom_call @${name}(%arg0) {${attributes}} : (${type}) -> ${type}`,
    `    return %0 : ${type}`,
  );

const topK = (attributes: string, rows = "2", columns = "4"): string =>
  main(
    `%arg0: tensor<${rows}x${columns}xf32>`,
    `(tensor<${rows}x3xf32>, tensor<${rows}x3xi32>)`,
    `    %0:2 = stablehlo.custom_call @mhlo.topk(%arg0) {mhlo.attributes = {${attributes}}, mhlo.version = 1 : i64} : (tensor<${rows}x${columns}xf32>) -> (tensor<${rows}x3xf32>, tensor<${rows}x3xi32>)`,
    `    return %0#0, %0#1 : tensor<${rows}x3xf32>, tensor<${rows}x3xi32>`,
  );

function decoded(text: string): string {
  const module = parseModule(text);
  decodeCalls(module);
  verifyModule(module);
  return printModule(module);
}

describe("calls that stand for ops become the ops", () => {
  test.each(["acos", "acosh", "asin", "asinh", "atanh", "cosh", "erf", "sinh"])("mhlo.%s", (name) => {
    expect(decoded(unary(`mhlo.${name}`, T))).toBe(
      main(`%arg0: ${T}`, T, `    %0 = chlo.${name} %arg0 : ${T} -> ${T}`, `    return %0 : ${T}`),
    );
  });

  test("mhlo.tan, and what is said beside stays", () => {
    const text = unary("mhlo.tan", T, "mhlo.attributes = {}, my.note = 1 : i64");
    expect(decoded(text)).toBe(
      main(
        `%arg0: ${T}`,
        T,
        `    %0 = stablehlo.tan %arg0 {my.note = 1 : i64} : ${T}`,
        `    return %0 : ${T}`,
      ),
    );
  });

  test.each(["k = 3 : i64", "k = 3 : i64, largest = true"])("mhlo.topk of {%s}", (attributes) => {
    expect(decoded(topK(attributes))).toContain(
      `%values, %indices = chlo.top_k(%arg0, k = 3) : ${T} -> (tensor<2x3xf32>, tensor<2x3xi32>)`,
    );
  });
});

test.each([
  ["of another order", topK("k = 3 : i64, largest = false")],
  ["of another count than the results have", topK("k = 2 : i64")],
  ["without a count", topK("")],
  ["of an attribute that the op has not", unary("mhlo.erf", T, "mhlo.attributes = {a = 1 : i64}")],
  ["without a dictionary", unary("mhlo.erf", T, "mhlo.version = 1 : i64")],
  ["of another interface", unary("mhlo.erf", T, "api_version = 4 : i32, mhlo.attributes = {}")],
  ["with effects", unary("mhlo.erf", T, "has_side_effect = true, mhlo.attributes = {}")],
  ["of integers", unary("mhlo.erf", "tensor<4xi32>")],
  ["of a name that XLA does not read", unary("mhlo.lgamma", T)],
])("a call %s stays a call", (_, text) => {
  const module = parseModule(text);
  expect(decodeCalls(module)).toBe(0);
  expect(printModule(module)).toBe(printModule(parseModule(text)));
});

test("their sizes are refined as those of the op", () => {
  const refined = run('refine-shapes{inputs="tensor<2x4xf32>"}', topK("k = 3 : i64", "?", "?"));
  expect(refined).toContain(`chlo.top_k(%arg0, k = 3) : ${T} -> (tensor<2x3xf32>, tensor<2x3xi32>)`);
});

test("they are decomposed as the op, and then interpreted", () => {
  const module = parseModule(run("decompose-chlo", topK("k = 3 : i64")));
  const x = elementsFromNumbers(tensorType([2, 4], "f32"), [1, 4, 2, 3, 8, 5, 7, 6]);
  const [values, indices] = interpretFunction(module, "main", [x]);
  const six = [0, 1, 2, 3, 4, 5];
  expect(six.map((i) => numberAt(values!, i))).toEqual([4, 3, 2, 8, 7, 6]);
  expect(six.map((i) => numberAt(indices!, i))).toEqual([1, 3, 2, 0, 2, 3]);
});

test("who hands one to a plugin hears of the pass", () => {
  expect(() => verifyProgram(parseModule(unary("mhlo.erf", T)))).toThrow(
    "hint:     it stands for an op: the pass decompose-chlo writes what that means",
  );
});
