/** @file chlo.broadcast_ ops: broadcast_in_dim of what is smaller than the result, and the op itself. */
import type { Emitter } from "../../ir/emit.js";
import { Expression } from "../../ir/expression.js";
import type { Operation, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import type { Type } from "../../ir/types.js";
import { broadcastOperands } from "./broadcast-operands.js";

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

const typesOf = ({ results }: Operation): readonly Type[] => results.map(({ type }) => type);

/** The StableHLO op of that name on broadcast operands. */
export const broadcastBinary =
  (name: BinaryName) =>
  (operation: OperationOf<`chlo.broadcast_${BinaryName}`>, e: Emitter): readonly Value[] => {
    const operands = broadcastOperands(operation, e, operation.attributes.broadcast_dimensions);
    return e.builder.create(`stablehlo.${name}`, operands, {}, { results: typesOf(operation) }).results;
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
  const operands = broadcastOperands(operation, e, given);
  return e.builder.create("stablehlo.compare", operands, attributes, { results: typesOf(operation) }).results;
}

export const broadcastSelect = (
  operation: OperationOf<"chlo.broadcast_select">,
  e: Emitter,
): readonly Value[] =>
  e.builder.create("stablehlo.select", broadcastOperands(operation, e), {}, { results: typesOf(operation) })
    .results;
