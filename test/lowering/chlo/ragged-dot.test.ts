import { describe, expect, it } from "vitest";
import { type Elements, elementsFromNumbers, rawElements } from "../../../src/ir/elements.js";
import { formatType, type TensorType, tensorType } from "../../../src/ir/types.js";
import { numbersOf, run } from "./values.js";

const f64 = (shape: readonly number[], values: readonly number[]): Elements =>
  elementsFromNumbers(tensorType(shape, "f64"), values);
const i32 = (shape: readonly number[], values: readonly number[]): Elements =>
  elementsFromNumbers(tensorType(shape, "i32"), values);

function ragged(operands: readonly Elements[], shape: readonly number[], numbers: string): number[] {
  const result = tensorType(shape, "f64");
  const types = operands.map(({ type }) => formatType(type)).join(", ");
  const line = `%0 = "chlo.ragged_dot"(%x0, %x1, %x2) <{ragged_dot_dimension_numbers = #chlo.ragged_dot<${numbers}>}> : (${types}) -> ${formatType(result)}`;
  return numbersOf(run(line, operands, [result])[0]!);
}

const plain =
  "lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]";

describe("chlo.ragged_dot", () => {
  it("multiplies the rows of each group by its matrix; rows of none are 0", () => {
    const lhs = f64([5, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const rhs = f64([3, 2, 1], [1, 1, 100, 100, 10, 0]);
    expect(ragged([lhs, rhs, i32([3], [2, 0, 2])], [5, 1], plain)).toEqual([3, 7, 50, 70, 0]);
    expect(ragged([lhs, rhs, i32([3], [1, 3, 1])], [5, 1], plain)).toEqual([3, 700, 1100, 1500, 90]);
  });

  it("multiplies complex numbers and truth values, too", () => {
    const complex = tensorType([2, 1], "complex<f64>");
    const made = (type: TensorType, numbers: readonly number[]): Elements =>
      rawElements(type, new Uint8Array(Float64Array.from(numbers).buffer));
    const lhs = made(complex, [1, 2, 3, -1]);
    const rhs = made(tensorType([2, 1, 1], "complex<f64>"), [0, 1, 2, 2]);
    const line = (types: string): string =>
      `%0 = "chlo.ragged_dot"(%x0, %x1, %x2) <{ragged_dot_dimension_numbers = #chlo.ragged_dot<${plain}>}> : ${types}`;
    const types =
      "(tensor<2x1xcomplex<f64>>, tensor<2x1x1xcomplex<f64>>, tensor<2xi32>) -> tensor<2x1xcomplex<f64>>";
    const [product] = run(line(types), [lhs, rhs, i32([2], [1, 1])], [complex]);
    // i(1 + 2i) and (2 + 2i)(3 - i)
    expect([...new Float64Array(Uint8Array.from(product!.data).buffer)]).toEqual([-2, 1, 8, 4]);
    const bits = tensorType([2, 1], "i1");
    const truth = [
      elementsFromNumbers(bits, [1, 1]),
      elementsFromNumbers(tensorType([2, 1, 1], "i1"), [0, 1]),
    ];
    const booleans = "(tensor<2x1xi1>, tensor<2x1x1xi1>, tensor<2xi32>) -> tensor<2x1xi1>";
    const [both] = run(line(booleans), [...truth, i32([2], [1, 1])], [bits]);
    expect([...both!.data]).toEqual([0, 1]);
  });

  it("keeps infinities of one group from the rows of another", () => {
    const rhs = f64([2, 1, 1], [2, Infinity]);
    expect(ragged([f64([2, 1], [3, 4]), rhs, i32([2], [1, 1])], [2, 1], plain)).toEqual([6, Infinity]);
  });

  it("has sizes for each index of the dimensions before, or one list for all", () => {
    const lhs = f64([2, 3, 1], [1, 2, 3, 4, 5, 6]);
    const rhs = f64([2, 2, 1, 1], [10, 20, 100, 200]);
    const batched =
      "lhs_batching_dimensions = [0], rhs_batching_dimensions = [1], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [2], lhs_ragged_dimensions = [1], rhs_group_dimensions = [0]";
    const sizes = i32([2, 2], [1, 2, 2, 1]);
    expect(ragged([lhs, rhs, sizes], [2, 3, 1], batched)).toEqual([10, 200, 300, 80, 100, 1200]);
    expect(ragged([lhs, rhs, i32([2], [1, 2])], [2, 3, 1], batched)).toEqual([10, 200, 300, 80, 1000, 1200]);
  });

  it("gives each group a product of its part, where the ragged dimension is contracted", () => {
    const numbers =
      "lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0], lhs_ragged_dimensions = [1]";
    const lhs = f64([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
    const rhs = f64([4, 1], [1, 10, 100, Infinity]);
    expect(ragged([lhs, rhs, i32([3], [2, 0, 1])], [3, 2, 1], numbers)).toEqual([21, 65, 0, 0, 300, 700]);
  });

  it("has group sizes for each index of the batch there, too", () => {
    const numbers =
      "lhs_batching_dimensions = [2], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [1]";
    const lhs = f64([1, 3, 2], [1, 10, 2, 20, 3, 30]);
    const rhs = f64([2, 3, 1], [1, 1, 1, 2, 2, 2]);
    expect(ragged([lhs, rhs, i32([2, 2], [1, 2, 2, 1])], [2, 2, 1, 1], numbers)).toEqual([1, 60, 5, 60]);
    expect(ragged([lhs, rhs, i32([2], [1, 2])], [2, 2, 1, 1], numbers)).toEqual([1, 20, 5, 100]);
  });

  it("is the product where the ragged dimension is a batching one: each index has its own anyway", () => {
    const numbers =
      "lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0]";
    const [lhs, rhs] = [f64([3, 1, 2], [1, 2, 3, 4, 5, 6]), f64([3, 2, 1], [1, 1, 10, 10, 100, 100])];
    expect(ragged([lhs, rhs, i32([2], [1, 2])], [3, 1, 1], numbers)).toEqual([3, 70, 1100]);
  });
});
