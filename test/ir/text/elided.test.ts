/** Constants whose elements a dump left out: read, verified, printed and kept apart, never run. */
import { expect, test } from "vitest";
import { interpretFunction } from "../../../src/ir/interpret/index.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { run } from "../../passes/text.js";

const text = `module {
  func.func @main() -> tensor<2xf32> {
    %cst = stablehlo.constant dense_resource<__elided__> : tensor<2xf32>
    %cst_0 = stablehlo.constant dense_resource<__elided__> : tensor<2xf32>
    %0 = stablehlo.add %cst, %cst_0 : tensor<2xf32>
    return %0 : tensor<2xf32>
  }
}
`;

test("they print back, from both forms", () => {
  const module = parseModule(text);
  verifyModule(module);
  expect(printModule(module)).toBe(text);
  expect(printModule(parseModule(printModule(module, { form: "generic" })))).toBe(text);
});

test("their type is verified", () => {
  const module = parseModule(`func.func @main() {
  %0 = "stablehlo.constant"() <{value = dense_resource<__elided__> : tensor<2xf32>}> : () -> tensor<3xf32>
  return
}`);
  expect(() => {
    verifyModule(module);
  }).toThrow("the value has type tensor<2xf32>, but tensor<3xf32> is written [constant_c1]");
});

test("the interpreter refuses them", () => {
  expect(() => interpretFunction(parseModule(text), "main", [])).toThrow(
    "the elements of a constant were left out of the text (__elided__), so it cannot be run",
  );
});

test.each(["cse", "fold", "canonicalize"])("%s keeps them apart: two may hold different elements", (pass) => {
  expect(run(pass, text).trim()).toBe(text.trim());
});
