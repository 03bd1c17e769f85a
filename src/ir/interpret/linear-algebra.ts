/** @file Rules of cholesky, triangular_solve and fft, over complex numbers in f64 whatever the element type. */
import { elementCount, isComplex, type TensorType } from "../types.js";
import * as complex from "./complex.js";
import { complexAt, complexTensor } from "./elementwise.js";
import type { TensorRule } from "./machine.js";
import { forEachIndex, positionOf } from "./movement.js";
import { stridesOf, Tensor } from "./tensor.js";

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

/** e^(2 pi i k / n), exact at quarter turns. */
function rootOfUnity(k: number, n: number): Complex {
  const turn = ((k % n) + n) % n;
  const quarters = (4 * turn) / n;
  if (Number.isInteger(quarters)) {
    const axis = [0, 1, 0, -1];
    return complex.complex(axis[(quarters + 1) % 4]!, axis[quarters]!);
  }
  const angle = (2 * Math.PI * turn) / n;
  return complex.complex(Math.cos(angle), Math.sin(angle));
}

/** The discrete Fourier transform of a line by its definition; `direction` is -1, or +1 for the inverse (not scaled). */
function transformLine(line: readonly Complex[], direction: 1 | -1): Complex[] {
  const n = line.length;
  const roots = line.map((_, k) => rootOfUnity(direction * k, n));
  return line.map((_, k) => {
    let sum = zero;
    for (let i = 0; i < n; i++) sum = complex.add(sum, complex.multiply(line[i]!, roots[(i * k) % n]!));
    return sum;
  });
}

/** Transforms values of `shape` along the last `count` dimensions. */
function transform(
  values: readonly Complex[],
  shape: readonly number[],
  count: number,
  direction: 1 | -1,
): Complex[] {
  const result = [...values];
  const strides = stridesOf(shape);
  for (let d = shape.length - count; d < shape.length; d++) {
    forEachIndex(shape.with(d, 1), (index) => {
      const base = positionOf(index, strides);
      const at = Array.from({ length: shape[d]! }, (_, i) => base + i * strides[d]!);
      const line = at.map((i) => result[i]!);
      transformLine(line, direction).forEach((value, i) => {
        result[at[i]!] =
          direction < 0 ? value : complex.complex(value.re / line.length, value.im / line.length);
      });
    });
  }
  return result;
}

/** All values of a transform of real numbers, of which the last dimension holds only the first half: X[-k] = conj(X[k]). */
function completeHalf(x: Tensor, shape: readonly number[], count: number): Complex[] {
  const strides = stridesOf(x.shape);
  const values: Complex[] = [];
  const first = shape.length - count;
  forEachIndex(shape, (index) => {
    if (index.at(-1)! < x.shape.at(-1)!) {
      values.push(numberAt(x, positionOf(index, strides)));
      return;
    }
    const mirrored = index.map((i, d) => (d < first ? i : (shape[d]! - i) % shape[d]!));
    values.push(complex.conjugate(numberAt(x, positionOf(mirrored, strides))));
  });
  return values;
}

const fft: TensorRule<"stablehlo.fft"> = (operation, [x]) => {
  const { fft_type: type, fft_length: length } = operation.attributes;
  const result = operation.result.type as TensorType;
  const count = length.length;
  if (type === "IRFFT") {
    const values = completeHalf(x!, result.shape, count);
    return [tensorOf(result, transform(values, result.shape, count, 1))];
  }
  const values = Array.from({ length: x!.count }, (_, i) => numberAt(x!, i));
  const all = transform(values, x!.shape, count, type === "IFFT" ? 1 : -1);
  if (type !== "RFFT") return [tensorOf(result, all)];
  const strides = stridesOf(x!.shape);
  const half: Complex[] = [];
  forEachIndex(result.shape, (index) => {
    half.push(all[positionOf(index, strides)]!);
  });
  return [tensorOf(result, half)];
};

export const linearAlgebraRules = {
  "stablehlo.cholesky": cholesky,
  "stablehlo.fft": fft,
  "stablehlo.triangular_solve": triangularSolve,
} as const;
