/** @file Sizes of results that are written rather than inferred, as far as they follow from the operands. */
import type { Operation, Value } from "../../ir/operation.js";
import { isOp } from "../../ir/ops/index.js";
import {
  bitWidth,
  DYNAMIC,
  elementCount,
  isStatic,
  type TensorType,
  tensorType,
  type Type,
} from "../../ir/types.js";

/** The one size that is not written: what is left of the elements. */
function reshaped(from: TensorType, to: TensorType): TensorType {
  const unknown = to.shape.filter((size) => size === DYNAMIC).length;
  if (unknown !== 1 || !isStatic(from)) return to;
  const others = elementCount(to.shape.filter((size) => size !== DYNAMIC));
  if (others === 0) return to;
  const rest = elementCount(from.shape) / others;
  return Number.isInteger(rest)
    ? sized(
        to,
        to.shape.map((size) => (size === DYNAMIC ? rest : size)),
      )
    : to;
}

const sized = (type: TensorType, shape: readonly number[]): TensorType => tensorType(shape, type.element);

/** The same bits in wider or narrower elements: a last dimension comes or goes. */
function bitcast(from: TensorType, to: TensorType): TensorType {
  const [bits, newBits] = [bitWidth(from.element), bitWidth(to.element)];
  if (bits === newBits) return sized(to, from.shape);
  return sized(to, bits < newBits ? from.shape.slice(0, -1) : [...from.shape, bits / newBits]);
}

/** The result types of an operation on new operands, before its op's inference has its say. */
export function writtenTypes(operation: Operation, operands: readonly Value[]): readonly Type[] {
  const types = operation.results.map(({ type }) => type);
  const [from, to] = [operands[0]?.type, types[0]];
  if (from?.kind !== "tensor" || to?.kind !== "tensor" || isStatic(to)) return types;
  if (isOp(operation, "stablehlo.reshape")) return [reshaped(from, to)];
  if (isOp(operation, "stablehlo.bitcast_convert")) return [bitcast(from, to)];
  // Marks how a tensor is sharded.
  if (isOp(operation, "stablehlo.custom_call") && operation.attributes.call_target_name === "Sharding")
    return [from];
  return types;
}
