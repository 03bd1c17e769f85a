/** @file Sizes of results that are written rather than inferred, as far as they follow from the operands. */
import type { Operation, Value } from "../../ir/operation.js";
import { isOp, type OperationOf } from "../../ir/ops/index.js";
import { groupMatrix } from "../../ir/ops/replica-groups.js";
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

/** Devices in each group of a collective; undefined where that depends on how many partitions there are, or on a mesh. */
function groupSize({ attributes }: OperationOf<Collective>): number | undefined {
  const { replica_groups, channel_handle, use_global_device_ids } = attributes;
  const isOfPartitions = (channel_handle?.handle ?? 0) > 0 && use_global_device_ids !== true;
  const [count = 0, size] = groupMatrix(replica_groups)?.shape ?? [];
  return isOfPartitions || count === 0 ? undefined : size;
}

type Collective = "stablehlo.all_gather" | "stablehlo.reduce_scatter";

/** What a group makes together along one dimension of each operand, or each device's part of it. */
function grouped(
  operation: OperationOf<Collective> & Operation,
  operands: readonly Value[],
  dimension: number,
  change: (size: number, count: number) => number,
): readonly Type[] {
  const count = groupSize(operation);
  return operation.results.map(({ type: to }, i) => {
    const from = operands[i]?.type;
    const size = from?.kind === "tensor" ? from.shape[dimension] : undefined;
    if (count === undefined || to.kind !== "tensor" || size === undefined || size === DYNAMIC) return to;
    const changed = change(size, count);
    return Number.isInteger(changed) && to.shape[dimension] === DYNAMIC
      ? sized(to, to.shape.with(dimension, changed))
      : to;
  });
}

/** The result types of an operation on new operands, before its op's inference has its say. */
export function writtenTypes(operation: Operation, operands: readonly Value[]): readonly Type[] {
  const types = operation.results.map(({ type }) => type);
  if (isOp(operation, "stablehlo.all_gather"))
    return grouped(operation, operands, operation.attributes.all_gather_dim, (size, count) => size * count);
  if (isOp(operation, "stablehlo.reduce_scatter"))
    return grouped(
      operation,
      operands,
      operation.attributes.scatter_dimension,
      (size, count) => size / count,
    );
  const [from, to] = [operands[0]?.type, types[0]];
  if (from?.kind !== "tensor" || to?.kind !== "tensor" || isStatic(to)) return types;
  if (isOp(operation, "stablehlo.reshape")) return [reshaped(from, to)];
  if (isOp(operation, "stablehlo.bitcast_convert")) return [bitcast(from, to)];
  // Marks how a tensor is sharded.
  if (isOp(operation, "stablehlo.custom_call") && operation.attributes.call_target_name === "Sharding")
    return [from];
  return types;
}
