/** @file Rules of cholesky and triangular_solve, over complex numbers in f64 whatever the element type. */
import { elementCount, isComplex, type TensorType } from "../types.js";
import * as complex from "./complex.js";
import { complexAt, complexTensor } from "./elementwise.js";
import type { TensorRule } from "./machine.js";
import { Tensor } from "./tensor.js";

type Complex = complex.Complex;
type Matrix = Complex[][];

const zero = complex.complex(0, 0);

/** Element `i` of a real or complex tensor. */
const numberAt = (x: Tensor, i: number): Complex =>
  isComplex(x.element) ? complexAt(x, i) : complex.complex(x.floats[i]!, 0);

/** A tensor of numbers; of real element types the imaginary parts are dropped. */
const tensorOf = ({ shape, element }: TensorType, values: readonly Complex[]): Tensor =>
  isComplex(element)
    ? complexTensor(shape, element, values.length, (i) => values[i]!)
    : Tensor.fromFloats(
        shape,
        element,
        values.map((value) => value.re),
      );

/** The matrices in the last two dimensions, in order. */
function matricesOf(x: Tensor): Matrix[] {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const count = elementCount(x.shape.slice(0, -2));
  const row = (at: number): Complex[] => Array.from({ length: columns }, (_, j) => numberAt(x, at + j));
  return Array.from({ length: count }, (_, m) =>
    Array.from({ length: rows }, (__, i) => row((m * rows + i) * columns)),
  );
}

const dotRows = (a: readonly Complex[], b: readonly Complex[], length: number): Complex => {
  let sum = zero;
  for (let k = 0; k < length; k++) sum = complex.add(sum, complex.multiply(a[k]!, b[k]!));
  return sum;
};

/** Conjugates of a row; zeros stay positive. */
const conjugates = (row: readonly Complex[]): Complex[] =>
  row.map(({ re, im }) => complex.complex(re, 0 - im));

/** The lower factor L of a = L L^H, read off the lower half of `a`. */
function choleskyFactor(a: Matrix): Matrix {
  const factor: Matrix = a.map((row) => row.map(() => zero));
  a.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const rest = complex.subtract(row[j]!, dotRows(factor[i]!, conjugates(factor[j]!), j));
      factor[i]![j] = i === j ? complex.complex(Math.sqrt(rest.re), 0) : complex.divide(rest, factor[j]![j]!);
    }
  });
  return factor;
}

const transposed = (m: Matrix): Matrix => m[0]?.map((_, j) => m.map((row) => row[j]!)) ?? [];
const adjoint = (m: Matrix): Matrix => transposed(m).map(conjugates);

const cholesky: TensorRule<"stablehlo.cholesky"> = (operation, [a]) => {
  const lower = operation.attributes.lower ?? false;
  const factors = matricesOf(a!).map((m) =>
    lower ? choleskyFactor(m) : adjoint(choleskyFactor(adjoint(m))),
  );
  return [tensorOf(a!.type, factors.flat(2))];
};

/** x of a x = b, by substitution from the first row (lower) or the last. */
function solve(a: Matrix, b: Matrix, lower: boolean, unit: boolean): Matrix {
  const x: Matrix = b.map((row) => row.map(() => zero));
  const order = a.map((_, i) => (lower ? i : a.length - 1 - i));
  for (const i of order) {
    for (let column = 0; column < (b[0]?.length ?? 0); column++) {
      let rest = b[i]![column]!;
      const [first, last] = lower ? [0, i] : [i + 1, a.length];
      for (let k = first; k < last; k++)
        rest = complex.subtract(rest, complex.multiply(a[i]![k]!, x[k]![column]!));
      x[i]![column] = unit ? rest : complex.divide(rest, a[i]![i]!);
    }
  }
  return x;
}

const triangularSolve: TensorRule<"stablehlo.triangular_solve"> = (operation, [a, b]) => {
  const { left_side: left, lower, unit_diagonal: unit, transpose_a: kind } = operation.attributes;
  const turn = kind === "ADJOINT" ? adjoint : kind === "TRANSPOSE" ? transposed : (m: Matrix) => m;
  const isLower = lower === (kind === "NO_TRANSPOSE");
  const rights = matricesOf(b!);
  const solutions = matricesOf(a!).map((matrix, i) => {
    const m = turn(matrix);
    // x a = b is a^T x^T = b^T.
    return left
      ? solve(m, rights[i]!, isLower, unit)
      : transposed(solve(transposed(m), transposed(rights[i]!), !isLower, unit));
  });
  return [tensorOf(b!.type, solutions.flat(2))];
};

export const linearAlgebraRules = {
  "stablehlo.cholesky": cholesky,
  "stablehlo.triangular_solve": triangularSolve,
} as const;
