/** @file Products of rows with a matrix, which the passes over dot_general share. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Operation, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import type { PassContext } from "../../passes/pass.js";
import { replaceEach } from "../lower-each.js";

/** A dot_general of x [.., k] with a matrix: it sums over the last axis of x and one of the matrix, and has no batch axes. */
export type MatrixProduct = OperationOf<"stablehlo.dot_general">;

function isMatrixProduct(op: OperationOf<"stablehlo.dot_general">): boolean {
  const dims = op.attributes.dot_dimension_numbers;
  return (
    dims.lhs_batching_dimensions.length === 0 &&
    dims.lhs_contracting_dimensions.length === 1 &&
    dims.lhs_contracting_dimensions[0] === shapeOf(op.operands[0]!).length - 1
  );
}

/** Replaces each matrix product below `module` by the value of `rule`, emitted before it; undefined leaves it alone. */
export function replaceMatrixProducts(
  module: Operation,
  context: PassContext,
  rule: (emitter: Emitter, op: MatrixProduct) => Value | undefined,
): void {
  replaceEach(module, context, "stablehlo.dot_general", (e, op) => {
    const value = isMatrixProduct(op) ? rule(e, op) : undefined;
    return value === undefined ? undefined : [value];
  });
}

/** x [.., k] times the matrix of `op`, which keeps its side: [.., columns]. */
export function multiply(e: Emitter, op: MatrixProduct, x: Value): Value {
  const { dot_dimension_numbers: dims, ...attributes } = op.attributes;
  const contract = [[shapeOf(x).length - 1], dims.rhs_contracting_dimensions] as const;
  return e.dot(x, op.operands[1]!, { contract }, typeOf(op.result).element, attributes);
}
