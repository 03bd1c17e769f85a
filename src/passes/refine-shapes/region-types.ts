/**
 * @file Types of values that enter and leave an op's regions, for new operands: a loop and a named computation pass on what they are given, a
 * manual computation the part of it that one device has. Other regions take elements, which have no shape.
 */
import type { Block, Operation, Value } from "../../ir/operation.js";
import { isOp, type OperationOf } from "../../ir/ops/index.js";
import type { TensorSharding } from "../../ir/sdy/attributes.js";
import { meshesIn, meshOf } from "../../ir/sdy/meshes.js";
import { manualParts } from "../../ir/sdy/verify-manual.js";
import { DYNAMIC, tensorType, type Type } from "../../ir/types.js";

type Manual = OperationOf<"sdy.manual_computation">;

/** A type whose sizes are others, by the parts that manual axes cut a value of this sharding into. */
function scaled(
  { attributes }: Manual,
  module: Operation,
  type: Type,
  sharding: TensorSharding | undefined,
  by: (size: number, parts: number) => number,
): Type {
  const mesh = sharding && meshOf(sharding, meshesIn(module));
  if (sharding === undefined || mesh === undefined || type.kind !== "tensor") return type;
  const parts = manualParts(sharding, mesh, new Set(attributes.manual_axes.axes));
  return tensorType(
    type.shape.map((size, i) => (size === DYNAMIC ? size : by(size, parts[i]!))),
    type.element,
  );
}

/** Types of a block's arguments. A size that does not divide by its parts is left for the verifier to tell. */
export function argumentTypes(
  operation: Operation,
  operands: readonly Value[],
  from: Block,
  module: Operation,
): readonly Type[] {
  const types = operands.map(({ type }) => type);
  if (isOp(operation, "stablehlo.while", "sdy.named_computation")) return types;
  if (!isOp(operation, "sdy.manual_computation")) return from.arguments.map(({ type }) => type);
  const { shardings } = operation.attributes.in_shardings;
  return types.map((type, i) =>
    scaled(operation, module, type, shardings[i], (size, parts) => Math.ceil(size / parts)),
  );
}

/** Types of a manual computation's results, by what its body gives; undefined for any other op. */
export function manualResultTypes(
  operation: Operation,
  given: readonly Value[],
  module: Operation,
): readonly Type[] | undefined {
  if (!isOp(operation, "sdy.manual_computation")) return undefined;
  const { shardings } = operation.attributes.out_shardings;
  return given.map(({ type }, i) =>
    scaled(operation, module, type, shardings[i], (size, parts) => size * parts),
  );
}
