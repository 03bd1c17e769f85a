/** @file chlo.broadcast_ ops: broadcast_in_dim of what is smaller than the result, and the op itself. */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { Expression } from "../../ir/expression.js";
import type { Operation, Value } from "../../ir/operation.js";
import { broadcastTargets } from "../../ir/ops/chlo-broadcast.js";
import type { OperationOf } from "../../ir/ops/index.js";

type BinaryName =
  | "add"
  | "and"
  | "atan2"
  | "complex"
  | "divide"
  | "maximum"
  | "minimum"
  | "multiply"
  | "or"
  | "power"
  | "remainder"
  | "shift_left"
  | "shift_right_arithmetic"
  | "shift_right_logical"
  | "subtract"
  | "xor";

/** The operands, all of the result's shape. */
function broadcastOperands(operation: Operation, e: Emitter, given?: readonly number[]): readonly Value[] {
  const shape = shapeOf(operation.results[0]!);
  return operation.operands.map((operand) =>
    e.broadcast(operand, shape, broadcastTargets(shapeOf(operand).length, shape.length, given)),
  );
}

/** The StableHLO op of that name on broadcast operands. */
export const broadcastBinary =
  (name: BinaryName) =>
  (operation: OperationOf<`chlo.broadcast_${BinaryName}`>, e: Emitter): readonly Value[] => {
    const operands = broadcastOperands(operation, e, operation.attributes.broadcast_dimensions);
    return e.builder.create(`stablehlo.${name}`, operands, {}).results;
  };

/** A formula on broadcast operands. */
export const broadcastFormula =
  (of: (a: Expression, b: Expression) => Expression) =>
  (
    operation: OperationOf<`chlo.broadcast_${"next_after" | "polygamma" | "zeta"}`>,
    e: Emitter,
  ): readonly Value[] => {
    const [a, b] = broadcastOperands(operation, e, operation.attributes.broadcast_dimensions);
    return [of(new Expression(e, a!), new Expression(e, b!)).value];
  };

export function broadcastCompare(
  operation: OperationOf<"chlo.broadcast_compare">,
  e: Emitter,
): readonly Value[] {
  const { broadcast_dimensions: given, ...attributes } = operation.attributes;
  return e.builder.create("stablehlo.compare", broadcastOperands(operation, e, given), attributes).results;
}

export const broadcastSelect = (
  operation: OperationOf<"chlo.broadcast_select">,
  e: Emitter,
): readonly Value[] => e.builder.create("stablehlo.select", broadcastOperands(operation, e), {}).results;
