import { describe, expect, it } from "vitest";
import { type Elements, elementsFromNumbers } from "../../../src/ir/elements.js";
import { Tensor } from "../../../src/ir/interpret/tensor.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { type ElementType, formatType, type TensorType, tensorType } from "../../../src/ir/types.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { decomposeChlo } from "../../../src/lowering/chlo/index.js";
import { binary, numbersOf, run } from "./values.js";

const tensor = (shape: readonly number[], element: ElementType, values: readonly number[]): Elements =>
  elementsFromNumbers(tensorType(shape, element), values);

/** Runs one op on tensors; `attributes` as they are written. */
function broadcast(
  name: string,
  operands: readonly Elements[],
  result: TensorType,
  attributes = "",
): readonly number[] {
  const names = operands.map((_, i) => `%x${i}`).join(", ");
  const types = operands.map(({ type }) => formatType(type)).join(", ");
  const line = `%0 = chlo.broadcast_${name} ${names}${attributes} : (${types}) -> ${formatType(result)}`;
  const [value] = run(line, operands, [result]);
  return typeof result.element === "string" && /^(f|c)/.test(result.element)
    ? numbersOf(value!)
    : Array.from(Tensor.fromElements(value!).numbers);
}

describe("broadcast ops on [4, 7] and [[1], [2], [3]]", () => {
  it.each([
    ["add", [5, 8, 6, 9, 7, 10]],
    ["and", [0, 1, 0, 2, 0, 3]],
    ["divide", [4, 7, 2, 3, 1, 2]],
    ["maximum", [4, 7, 4, 7, 4, 7]],
    ["minimum", [1, 1, 2, 2, 3, 3]],
    ["multiply", [4, 7, 8, 14, 12, 21]],
    ["or", [5, 7, 6, 7, 7, 7]],
    ["power", [4, 7, 16, 49, 64, 343]],
    ["remainder", [0, 0, 0, 1, 1, 1]],
    ["shift_left", [8, 14, 16, 28, 32, 56]],
    ["shift_right_arithmetic", [2, 3, 1, 1, 0, 0]],
    ["shift_right_logical", [2, 3, 1, 1, 0, 0]],
    ["subtract", [3, 6, 2, 5, 1, 4]],
    ["xor", [5, 6, 6, 5, 7, 4]],
  ] as const)("%s", (name, expected) => {
    const [a, b] = [tensor([2], "i32", [4, 7]), tensor([3, 1], "i32", [1, 2, 3])];
    expect(broadcast(name, [a, b], tensorType([3, 2], "i32"))).toEqual(expected);
  });

  it("atan2", () => {
    const [a, b] = [tensor([2], "f64", [4, 7]), tensor([3, 1], "f64", [1, 2, 3])];
    const expected = [1, 2, 3].flatMap((x) => [4, 7].map((y) => Math.atan2(y, x)));
    broadcast("atan2", [a, b], tensorType([3, 2], "f64")).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 14);
    });
  });

  it("complex", () => {
    const [a, b] = [tensor([2], "f32", [4, 7]), tensor([3, 1], "f32", [1, 2, 3])];
    const expected = [4, 1, 7, 1, 4, 2, 7, 2, 4, 3, 7, 3];
    expect(broadcast("complex", [a, b], tensorType([3, 2], "complex<f32>"))).toEqual(expected);
  });

  it.each(["next_after", "polygamma", "zeta"])("%s is the op of equal shapes", (name) => {
    const [a, b] = [tensor([2], "f64", [4, 7]), tensor([3, 1], "f64", [1, 2, 3])];
    expect(broadcast(name, [a, b], tensorType([3, 2], "f64"))).toEqual(
      binary(name, [4, 7, 4, 7, 4, 7], [1, 1, 2, 2, 3, 3]),
    );
  });
});

describe("comparisons and choices", () => {
  it("compare keeps its direction and type", () => {
    const [a, b] = [tensor([2], "f32", [-0, 2]), tensor([2, 1], "f32", [0, 2])];
    const less = (type: string): readonly number[] =>
      broadcast(
        "compare",
        [a, b],
        tensorType([2, 2], "i1"),
        ` {compare_type = #chlo<comparison_type ${type}>, comparison_direction = #chlo<comparison_direction LT>}`,
      );
    expect(less("FLOAT")).toEqual([0, 0, 1, 0]);
    expect(less("TOTALORDER")).toEqual([1, 0, 1, 0]);
  });

  it("select broadcasts all three", () => {
    const p = tensor([2, 1], "i1", [1, 0]);
    const operands = [p, tensor([3], "f32", [1, 2, 3]), tensor([], "f32", [9])];
    expect(broadcast("select", operands, tensorType([2, 3], "f32"))).toEqual([1, 2, 3, 9, 9, 9]);
  });
});

describe("broadcast_dimensions", () => {
  it("say where the dimensions of the smaller operand stand, on either side", () => {
    const [a, b] = [tensor([2], "i32", [10, 20]), tensor([2, 2], "i32", [1, 2, 3, 4])];
    const result = tensorType([2, 2], "i32");
    const rows = " {broadcast_dimensions = array<i64: 0>}";
    expect(broadcast("subtract", [a, b], result)).toEqual([9, 18, 7, 16]);
    expect(broadcast("subtract", [a, b], result, rows)).toEqual([9, 8, 17, 16]);
    expect(broadcast("subtract", [b, a], result, rows)).toEqual([-9, -8, -17, -16]);
  });

  it("become those of broadcast_in_dim", () => {
    const module = parseModule(`func.func @main(%x: tensor<2xf32>, %y: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = chlo.broadcast_add %x, %y {broadcast_dimensions = array<i64: 0>} : (tensor<2xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}`);
    decomposeChlo(module);
    expect(printModule(module)).toBe(`module {
  func.func @main(%arg0: tensor<2xf32>, %arg1: tensor<2x3xf32>) -> tensor<2x3xf32> {
    %0 = stablehlo.broadcast_in_dim %arg0, dims = [0] : (tensor<2xf32>) -> tensor<2x3xf32>
    %1 = stablehlo.add %0, %arg1 : tensor<2x3xf32>
    return %1 : tensor<2x3xf32>
  }
}
`);
  });
});

it("numbers that stand for floats are broadcast too", () => {
  const [small, large] = [
    "tensor<3x!quant.uniform<i8:f32, 0.5:1>>",
    "tensor<2x3x!quant.uniform<i8:f32, 0.5:1>>",
  ];
  const module = parseModule(`func.func @main(%x: ${small}, %y: ${large}) -> ${large} {
  %0 = chlo.broadcast_maximum %x, %y : (${small}, ${large}) -> ${large}
  return %0 : ${large}
}`);
  verifyModule(module);
  decomposeChlo(module);
  verifyModule(module);
  expect(printModule(module)).toContain(`%1 = stablehlo.maximum %0, %arg1 : ${large}`);
});
