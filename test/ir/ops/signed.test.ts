/** MLIR's signed integers: functions and Shardy's ops hand their values on, no op of StableHLO takes or makes them. */
import { expect, test } from "vitest";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";

const verified = (text: string): string => {
  const module = parseModule(text);
  verifyModule(module);
  return printModule(module);
};

test("functions, calls and Shardy's ops pass them on", () => {
  const text = `module {
  func.func @main(%arg0: tensor<2xsi8>, %arg1: tuple<tensor<*xsi64>>) -> (tensor<2xsi8>, tuple<tensor<*xsi64>>) {
    %0 = sdy.propagation_barrier %arg0 allowed_direction=NONE : tensor<2xsi8>
    %1 = call @f(%0) : (tensor<2xsi8>) -> tensor<2xsi8>
    return %1, %arg1 : tensor<2xsi8>, tuple<tensor<*xsi64>>
  }
  func.func private @f(%arg0: tensor<2xsi8>) -> tensor<2xsi8> {
    return %arg0 : tensor<2xsi8>
  }
}
`;
  expect(verified(text)).toBe(text);
});

test.each([
  ["stablehlo.add %x, %x : tensor<2xsi32>", 'operand "lhs" cannot be tensor<2xsi32> [operand_type]'],
  [
    "stablehlo.constant dense<[1, -2]> : tensor<2xsi32>",
    "stablehlo.constant: tensor<2xsi32> has signed integers, which no value of StableHLO has: write i32 [signed_element]",
  ],
  [
    "stablehlo.custom_call @f() : () -> tensor<2xsi8>",
    "stablehlo.custom_call: tensor<2xsi8> has signed integers, which no value of StableHLO has: write i8 [signed_element]",
  ],
  ["arith.constant dense<1> : tensor<2xsi32>", "integers must be signless, got tensor<2xsi32>"],
])("%s is refused", (operation, message) => {
  const text = `func.func @main(%x: tensor<2xsi32>) {\n  %0 = ${operation}\n  return\n}\n`;
  expect(() => verified(text)).toThrow(message);
});
