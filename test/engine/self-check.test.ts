import { expect, test } from "vitest";
import { selfCheck } from "../../src/engine/index.js";
import { parseModule } from "../../src/ir/text/index.js";

const program = (expected: string): string => `func.func @main() {
  %x = stablehlo.constant dense<[1.0, 4.0]> : tensor<2xf32>
  %cosh = chlo.cosh %x : tensor<2xf32> -> tensor<2xf32>
  %y = stablehlo.constant dense<[1.54308069, ${expected}]> : tensor<2xf32>
  check.expect_almost_eq %cosh, %y : tensor<2xf32>
  return
}`;

test("the interpreter runs a program that checks itself, chlo by its meaning, and counts what held", async () => {
  expect(await selfCheck("interpreter", parseModule(program("27.3082328")))).toEqual({
    passed: 1,
    failed: 0,
    failures: [],
  });
});

test("what did not hold is told", async () => {
  const { passed, failed, failures } = await selfCheck("interpreter", parseModule(program("27.0")));
  expect([passed, failed]).toEqual([0, 1]);
  expect(failures).toMatchObject([
    { function: "main", message: expect.stringMatching(/^check\.expect_almost_eq: /) },
  ]);
});
