/** @file Decompositions and transforms: cholesky, triangular_solve, fft. */
import { type ElementType, formatType, isComplex, isFloat } from "../types.js";
import { sameElement } from "../verify-types.js";
import { DYNAMIC } from "../types.js";
import { defineOp, operand } from "./define.js";
import { fftType, transposeKind } from "./enums.js";
import { bool, i64Array, optional } from "./kinds.js";
import { list, rankOf, sameSize } from "./constraints.js";
import { dimensionsOf, tensorOf } from "./shape-checks.js";

const cholesky = defineOp({
  name: "stablehlo.cholesky",
  summary: "The triangular factor of each symmetric (Hermitian) positive-definite matrix.",
  operands: [operand("a", "FCQ")],
  attributes: { lower: optional(bool, false) },
  traits: ["pure"],
  infer: (op) => {
    const a = op.tensor(0);
    op.check(rankOf(a) >= 2, "cholesky_c2", `a must have at least rank 2, got ${formatType(a)}`);
    const [rows, columns] = a.shape.slice(-2);
    op.check(sameSize(rows!, columns!), "cholesky_c3", `a must hold square matrices, got ${formatType(a)}`);
    return [a];
  },
  assembly: { template: "%a<, lower = $lower>? : T" },
  example: "%0 = stablehlo.cholesky %arg0, lower = true : tensor<3x3xf32>",
});

const triangularSolve = defineOp({
  name: "stablehlo.triangular_solve",
  summary: "Solves a x = b (or x a = b) with triangular matrices a.",
  operands: [operand("a", "FC"), operand("b", "FC")],
  attributes: { left_side: bool, lower: bool, unit_diagonal: bool, transpose_a: transposeKind },
  traits: ["pure"],
  infer: (op) => {
    const [a, b] = [op.tensor(0), op.tensor(1)];
    const shown = `${formatType(a)} and ${formatType(b)}`;
    op.check(sameElement(a.element, b.element), "triangular_solve_c1", `element types differ: ${shown}`);
    op.check(
      rankOf(a) >= 2 && rankOf(a) === rankOf(b),
      "triangular_solve_c2",
      `a and b must have the same rank of at least 2, got ${shown}`,
    );
    const rank = rankOf(a);
    const [rows, columns] = a.shape.slice(-2);
    const shared = b.shape[rank - (op.attributes.left_side ? 2 : 1)]!;
    const batches = a.shape.slice(0, -2).every((size, i) => sameSize(size, b.shape[i]!));
    op.check(
      sameSize(rows!, columns!) && sameSize(columns!, shared) && batches,
      "triangular_solve_c3",
      `a must hold square matrices of b's size, got ${shown}`,
    );
    op.check(
      op.attributes.transpose_a !== "TRANSPOSE_INVALID",
      "triangular_solve_i6",
      "transpose_a must not be TRANSPOSE_INVALID",
    );
    return [b];
  },
  assembly: "generic",
  example:
    '%0 = "stablehlo.triangular_solve"(%arg0, %arg1) <{left_side = true, lower = true, transpose_a = #stablehlo<transpose NO_TRANSPOSE>, unit_diagonal = false}> : (tensor<3x3xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>',
});

const complexOf: Readonly<Record<string, ElementType>> = { f32: "complex<f32>", f64: "complex<f64>" };
const realOf: Readonly<Record<string, ElementType>> = { "complex<f32>": "f32", "complex<f64>": "f64" };

const fft = defineOp({
  name: "stablehlo.fft",
  summary: "Fourier transforms along the last dimensions.",
  operands: [operand("operand", "FC")],
  attributes: { fft_type: fftType, fft_length: i64Array },
  traits: ["pure"],
  infer: (op) => {
    const from = op.tensor(0);
    const { fft_type: type, fft_length: length } = op.attributes;
    const count = length.length;
    op.check(
      count >= 1 && count <= 3,
      "fft_c3",
      `the rank of a transform must be 1 to 3, but fft_length has ${count} items`,
    );
    op.check(
      count <= rankOf(from),
      "fft_c1",
      `fft_length ${list(length)} is longer than the rank of ${formatType(from)}`,
    );
    const { element } = from;
    op.check(
      type === "RFFT" ? isFloat(element) && complexOf[element] !== undefined : isComplex(element),
      "fft_c2",
      `${type} does not take the element type of ${formatType(from)}`,
    );
    const last = length[count - 1]!;
    const tail = from.shape.slice(-count);
    const half = last === 0 ? 0 : Math.floor(last / 2) + 1;
    // The tensor with real elements has the sizes fft_length; the complex one holds half of the last.
    const expected = type === "IRFFT" ? [...length.slice(0, -1), half] : length;
    op.check(
      type === "FFT" || type === "IFFT" || tail.every((size, i) => sameSize(size, expected[i]!)),
      type === "IRFFT" ? "fft_c5" : "fft_c4",
      `${type} of length ${list(length)} does not fit ${formatType(from)}`,
    );
    if (type === "FFT" || type === "IFFT") return [from];
    const size = type === "RFFT" ? half : last;
    const result = dimensionsOf(from).map((d, i) => (i === rankOf(from) - 1 ? { size, bound: DYNAMIC } : d));
    return [tensorOf(result, (type === "RFFT" ? complexOf : realOf)[element as string]!)];
  },
  assembly: { template: "%operand, type = $fft_type, length = $fft_length : F" },
  example:
    "%0 = stablehlo.fft %arg0, type = FFT, length = [16] : (tensor<16xcomplex<f32>>) -> tensor<16xcomplex<f32>>",
});

export const linearAlgebraOps = [cholesky, triangularSolve, fft] as const;
