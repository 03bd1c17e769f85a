/** @file Collectives that move data between replicas: gather, broadcast, permute, all_to_all, and the ids of a replica. */
import { DYNAMIC, formatType, type TensorType, tensorType, type Type } from "../types.js";
import { sameElement } from "../verify-types.js";
import { defineOp, operand, variadic } from "./define.js";
import { denseI64, i64, unit, since } from "./kinds.js";
import { checkGroups, checkPairs, groupMatrix } from "./replica-groups.js";
import { checkDimension, checkInRange, list, rankOf, sameSize, tensors, type View } from "./constraints.js";
import { dimensionsOf, tensorOf } from "./shape-checks.js";
import { optionalChannel, replicaGroups } from "./structs.js";

/** The result of gathering along `dimension`: written by the author, checked here. */
function gathered(op: View, from: TensorType, to: TensorType, dimension: number): TensorType {
  const shown = `${formatType(from)} and ${formatType(to)}`;
  checkDimension(op, dimension, from, "all_gather_dim", "all_gather_c1");
  const [size, total] = [from.shape[dimension]!, to.shape[dimension] ?? DYNAMIC];
  op.check(size !== 0, "all_gather_c6", "the gathered dimension must not be empty");
  op.check(sameElement(from.element, to.element), "all_gather_c6", `element types differ: ${shown}`);
  const others =
    rankOf(from) === rankOf(to) && from.shape.every((n, i) => i === dimension || sameSize(n, to.shape[i]!));
  op.check(others, "all_gather_c6", `operand and result may differ in all_gather_dim alone, got ${shown}`);
  op.check(
    size === DYNAMIC || total === DYNAMIC || total % size === 0,
    "all_gather_c6",
    `the gathered dimension must be a multiple of the operand's, got ${shown}`,
  );
  return to;
}

const allGather = defineOp({
  name: "stablehlo.all_gather",
  summary: "Each replica of a group gets the tensors of all, one after the other.",
  operands: [variadic("operands", "PIFCQ")],
  attributes: {
    all_gather_dim: i64,
    replica_groups: replicaGroups,
    channel_handle: optionalChannel,
    use_global_device_ids: unit,
  },
  traits: [],
  revision: { since: "1.5.0", fromOneOperand: true },
  infer: (op) => {
    const {
      all_gather_dim: dimension,
      replica_groups: groups,
      use_global_device_ids: global,
    } = op.attributes;
    checkInRange(op, [dimension], Number.POSITIVE_INFINITY, "all_gather_dim", "all_gather_c1");
    checkGroups(
      op,
      groups,
      { unique: "all_gather_c2", range: "all_gather_c4" },
      { padding: false, useGlobalDeviceIds: global === true },
    );
    const channel = op.attributes.channel_handle?.handle ?? 0;
    op.check(global !== true || channel >= 0, "all_gather_c5", "the channel must not be negative");
    const count = groupMatrix(groups)?.shape[1];
    return tensors(op).map((from, i) => {
      if (op.resultTypes.length > 0 || count === undefined)
        return gathered(op, from, op.resultTensor(i), dimension);
      checkDimension(op, dimension, from, "all_gather_dim", "all_gather_c1");
      const grow = (size: number): number => (size === DYNAMIC ? DYNAMIC : size * count);
      const result = dimensionsOf(from).map(({ size, bound }, at) =>
        at === dimension ? { size: grow(size), bound: grow(bound) } : { size, bound },
      );
      return tensorOf(result, from.element);
    });
  },
  assembly: "generic",
  example:
    '%0 = "stablehlo.all_gather"(%arg0) <{all_gather_dim = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<4xf32>) -> tensor<8xf32>',
});

const allToAll = defineOp({
  name: "stablehlo.all_to_all",
  summary: "Splits along one dimension, sends a part to each replica of the group, joins along another.",
  operands: [variadic("operands", "PIFCQ")],
  attributes: {
    split_dimension: i64,
    concat_dimension: i64,
    split_count: i64,
    replica_groups: replicaGroups,
    channel_handle: optionalChannel,
  },
  traits: [],
  revision: { since: "1.5.0", fromOneOperand: true },
  infer: (op) => {
    const { split_dimension: split, concat_dimension: join, split_count: count } = op.attributes;
    op.check(count > 0, "all_to_all_c4", `split_count must be positive, got ${count}`);
    checkGroups(
      op,
      op.attributes.replica_groups,
      { unique: "all_to_all_c5", range: "all_to_all_c7" },
      { padding: false, useGlobalDeviceIds: false, size: { count, label: "all_to_all_c8" } },
    );
    return tensors(op).map((from) => {
      checkDimension(op, split, from, "split_dimension", "all_to_all_c1");
      checkDimension(op, join, from, "concat_dimension", "all_to_all_c3");
      const size = from.shape[split]!;
      op.check(
        size === DYNAMIC || size % count === 0,
        "all_to_all_c2",
        `split_count ${count} must divide dimension ${split} of ${formatType(from)}`,
      );
      const change = (n: number, i: number): number => {
        if (n === DYNAMIC) return n;
        return (i === join ? n * count : n) / (i === split ? count : 1);
      };
      const result = dimensionsOf(from).map((d, i) => ({
        size: change(d.size, i),
        bound: change(d.bound, i),
      }));
      return tensorOf(result, from.element);
    });
  },
  assembly: "generic",
  example:
    '%0 = "stablehlo.all_to_all"(%arg0) <{concat_dimension = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, split_count = 2 : i64, split_dimension = 1 : i64}> : (tensor<2x4xf32>) -> tensor<4x2xf32>',
});

const collectivePermute = defineOp({
  name: "stablehlo.collective_permute",
  summary: "Sends each source's tensor to its target; replicas that are no target get zeros.",
  operands: [operand("operand", "PIFCQ")],
  attributes: { source_target_pairs: denseI64, channel_handle: optionalChannel },
  traits: [],
  infer: (op) => {
    checkPairs(op, op.attributes.source_target_pairs, "collective_permute");
    return [op.tensor(0)];
  },
  assembly: "generic",
  example:
    '%0 = "stablehlo.collective_permute"(%arg0) <{source_target_pairs = dense<[[0, 1], [1, 0]]> : tensor<2x2xi64>}> : (tensor<4xf32>) -> tensor<4xf32>',
});

/** Operands without the root indices that end the list when the root is data. */
export function dataOperands(op: View, hasDynamicRoot: boolean, constraint: string): TensorType[] {
  const count = op.operands.length - (hasDynamicRoot ? 1 : 0);
  op.check(count > 0, constraint, "needs at least one operand that is data");
  if (hasDynamicRoot) {
    const root = op.tensor(count);
    op.check(
      root === tensorType([count], "i32"),
      constraint,
      `the last operand names the roots and must be tensor<${count}xi32>, got ${formatType(root)}`,
    );
  }
  return tensors(op, 0, count);
}

const collectiveBroadcast = defineOp({
  name: "stablehlo.collective_broadcast",
  summary: "Every replica of a group gets the tensor of its first, or of the one the last operand names.",
  operands: [variadic("operands", "PIFCQ")],
  attributes: {
    replica_groups: replicaGroups,
    channel_handle: optionalChannel,
    has_dynamic_root: since("1.20.0", unit),
  },
  traits: [],
  since: "0.16.0",
  revision: { since: "1.20.0", fromOneOperand: true },
  infer: (op) => {
    const { replica_groups: groups, has_dynamic_root: dynamicRoot } = op.attributes;
    const matrix = groupMatrix(groups);
    const { shape, values } = matrix ?? { shape: [0, 0], values: [] };
    op.check(
      shape.length === 2,
      "collective_broadcast_i2",
      `replica_groups must have rank 2, got shape ${list(shape)}`,
    );
    op.check(
      values.every((id) => id >= 0),
      "collective_broadcast_c2",
      `replica ids must not be negative, got ${list(values)}`,
    );
    op.check(
      new Set(values).size === values.length,
      "collective_broadcast_c1",
      `a replica id is in two places of ${list(values)}`,
    );
    return dataOperands(
      op,
      dynamicRoot === true,
      dynamicRoot === true ? "collective_broadcast_c4" : "collective_broadcast_c3",
    );
  },
  assembly: "generic",
  example:
    '%0 = "stablehlo.collective_broadcast"(%arg0) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<4xf32>) -> tensor<4xf32>',
});

const id = <const Name extends string>(name: Name, summary: string) =>
  defineOp({
    name: `stablehlo.${name}`,
    summary,
    operands: [],
    attributes: {},
    traits: ["pure"],
    infer: (): readonly Type[] => [tensorType([], "ui32")],
    assembly: { template: ": R" },
    example: `%0 = stablehlo.${name} : tensor<ui32>`,
  });

export const collectiveOps = [
  allGather,
  allToAll,
  collectivePermute,
  collectiveBroadcast,
  id("replica_id", "Which replica runs this."),
  id("partition_id", "Which partition runs this."),
] as const;
