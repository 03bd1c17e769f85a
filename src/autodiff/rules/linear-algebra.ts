/** @file Rules of cholesky and triangular_solve (Giles 2008, "Collected matrix derivative results for forward and reverse mode"). */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { Operation, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { conjugate, isComplexValue, scaled, where } from "../arithmetic.js";
import { differentiable, type Rules } from "../rule.js";

const rankOf = (x: Value): number => shapeOf(x).length;
const outerOf = (x: Value): readonly number[] =>
  shapeOf(x)
    .slice(0, -2)
    .map((_, i) => i);

/** The product of matrices a b. */
function product(e: Emitter, a: Value, b: Value): Value {
  const rank = rankOf(a);
  return e.dot(a, b, { batch: [outerOf(a), outerOf(b)], contract: [[rank - 1], [rank - 2]] });
}

const transposed = (e: Emitter, a: Value): Value =>
  e.transpose(a, [...outerOf(a), rankOf(a) - 1, rankOf(a) - 2]);

/** The conjugate transpose. */
const adjoint = (e: Emitter, a: Value): Value => conjugate(e, transposed(e, a));

/** Whether row and column indices compare so. */
function indices(e: Emitter, a: Value, direction: "GE" | "GT" | "LE" | "LT" | "EQ"): Value {
  const shape = shapeOf(a);
  return e.compare(direction, e.iota(shape, shape.length - 2), e.iota(shape, shape.length - 1));
}

/** The lower or upper triangle, with or without the diagonal. */
const triangle = (e: Emitter, a: Value, isLower: boolean, withDiagonal: boolean): Value =>
  where(e, indices(e, a, isLower ? (withDiagonal ? "GE" : "GT") : withDiagonal ? "LE" : "LT"), a);

function solve(e: Emitter, a: Value, b: Value, options: { left: boolean; adjoint: boolean }): Value {
  return e.builder.create("stablehlo.triangular_solve", [a, b], {
    left_side: options.left,
    lower: true,
    unit_diagonal: false,
    transpose_a: options.adjoint ? (isComplexValue(a) ? "ADJOINT" : "TRANSPOSE") : "NO_TRANSPOSE",
  }).result;
}

/**
 * Of L L^H = A, of which the op reads one triangle: with G the conjugate of the cotangent, P = the lower triangle of L^H G, its diagonal
 * halved, and S = L^-H P L^-1, an element off the diagonal gets what it and its mirror image get together, the conjugate of S + S^H.
 */
function choleskyGradient(e: Emitter, g: Value, y: Value, isLower: boolean): Value {
  const lower = (x: Value): Value => (isLower ? x : adjoint(e, x));
  const factor = triangle(e, lower(y), true, true);
  const given = triangle(e, lower(conjugate(e, g)), true, true);
  const products = triangle(e, product(e, adjoint(e, factor), given), true, true);
  const halved = e.select(indices(e, products, "EQ"), scaled(e, products, 0.5), products);
  const left = solve(e, factor, halved, { left: true, adjoint: true });
  const sum = solve(e, factor, left, { left: false, adjoint: false });
  const both = e.add(sum, adjoint(e, sum));
  const once = e.select(indices(e, both, "EQ"), scaled(e, both, 0.5), both);
  return conjugate(e, lower(triangle(e, once, true, true)));
}

type Solve = OperationOf<"stablehlo.triangular_solve"> & Operation;

/** The cotangent of b: the transposed system solved for that of the result; the transpose of an adjoint is the conjugate. */
function ofRightSide(e: Emitter, op: Solve, g: Value): Value {
  const { transpose_a: transpose } = op.attributes;
  const a = transpose === "ADJOINT" ? conjugate(e, op.operands[0]!) : op.operands[0]!;
  const back = transpose === "NO_TRANSPOSE" ? "TRANSPOSE" : "NO_TRANSPOSE";
  const attributes = { ...op.attributes, transpose_a: back } as const;
  return e.builder.create("stablehlo.triangular_solve", [a, g], attributes).result;
}

/** The cotangent of a: minus that of b times the result, on the triangle that the op reads. */
function ofMatrix(e: Emitter, op: Solve, g: Value): Value {
  const { left_side: isLeft, lower, unit_diagonal: isUnit, transpose_a: transpose } = op.attributes;
  const [b, y] = [ofRightSide(e, op, g), op.results[0]!];
  const outer = isLeft ? product(e, b, transposed(e, y)) : product(e, transposed(e, y), b);
  const straight = transpose === "NO_TRANSPOSE" ? outer : transposed(e, outer);
  const own = transpose === "ADJOINT" ? conjugate(e, straight) : straight;
  return triangle(e, e.unary("negate", own), lower, !isUnit);
}

export const linearAlgebraRules: Rules<"stablehlo.cholesky" | "stablehlo.triangular_solve"> = {
  "stablehlo.cholesky": differentiable(({ e, op, cotangent }) => [
    () => choleskyGradient(e, cotangent, op.results[0]!, op.attributes.lower ?? false),
  ]),
  "stablehlo.triangular_solve": differentiable(({ e, op, cotangent }) => [
    () => ofMatrix(e, op, cotangent),
    () => ofRightSide(e, op, cotangent),
  ]),
};
