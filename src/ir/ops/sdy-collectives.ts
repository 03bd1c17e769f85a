/**
 * @file Shardy's collectives: communication by the axes of a mesh. The tensor as a whole stays what it is; `out_sharding` says how it lies
 * on the devices afterwards, and is held against the mesh and the type (sdy/verify-shardings.ts) and the sharding of the operand
 * (sdy/verify-collectives.ts).
 */
import type { Type } from "../types.js";
import { defineOp, operand } from "./define.js";
import type { View } from "./constraints.js";
import { reductionOp, shardy } from "./shardy-kinds.js";

const anything = "PIFCQATUO";
const sameTypes = (op: View): readonly Type[] => op.operands.map((value) => value.type);
const out_sharding = shardy("sharding");
const shared = {
  operands: [operand("tensor", anything)],
  traits: [],
  infer: sameTypes,
} as const;

const allGather = defineOp({
  ...shared,
  name: "sdy.all_gather",
  summary: "Gathers the parts of a tensor that lie along some axes.",
  attributes: { gathering_axes: shardy("list_of_axis_ref_lists"), out_sharding },
  assembly: { template: "$gathering_axes %tensor out_sharding=$out_sharding : T" },
  example: '%0 = sdy.all_gather [{"x"}] %arg0 out_sharding=<@mesh, [{}]> : tensor<4xf32>',
});

const allSlice = defineOp({
  ...shared,
  name: "sdy.all_slice",
  summary: "Keeps, on each device, its part of a tensor along some axes.",
  attributes: { slicing_axes: shardy("list_of_axis_ref_lists"), out_sharding },
  assembly: { template: "$slicing_axes %tensor out_sharding=$out_sharding : T" },
  example: '%0 = sdy.all_slice [{"x"}] %arg0 out_sharding=<@mesh, [{"x"}]> : tensor<4xf32>',
});

const allToAll = defineOp({
  ...shared,
  name: "sdy.all_to_all",
  summary: "Moves axes from one dimension of a tensor's sharding to another.",
  attributes: { params: shardy("all_to_all_param_list"), out_sharding },
  assembly: { template: "$params %tensor out_sharding=$out_sharding : T" },
  example: '%0 = sdy.all_to_all [{"x"}: 0->1] %arg0 out_sharding=<@mesh, [{}, {"x"}]> : tensor<4x4xf32>',
});

const collectivePermute = defineOp({
  ...shared,
  name: "sdy.collective_permute",
  summary: "Replaces the axes that shard a tensor by others of the same sizes.",
  attributes: { out_sharding },
  assembly: { template: "%tensor out_sharding=$out_sharding : T" },
  example: '%0 = sdy.collective_permute %arg0 out_sharding=<@mesh, [{"y"}]> : tensor<4xf32>',
});

const allReduce = defineOp({
  ...shared,
  name: "sdy.all_reduce",
  summary: "Sums the parts of a tensor along some axes, or takes the greatest or least.",
  attributes: { reduction_axes: shardy("axis_ref_list"), reduction_op: reductionOp, out_sharding },
  assembly: "custom",
  example: '%0 = sdy.all_reduce max {"x"} %arg0 out_sharding=<@mesh, [{}]> : tensor<4xf32>',
});

const reduceScatter = defineOp({
  ...shared,
  name: "sdy.reduce_scatter",
  summary: "The same, and leaves a slice of the result on each device.",
  attributes: {
    reduce_scatter_axes: shardy("list_of_axis_ref_lists"),
    reduction_op: reductionOp,
    out_sharding,
  },
  assembly: "custom",
  example: '%0 = sdy.reduce_scatter [{"x"}] %arg0 out_sharding=<@mesh, [{"x"}]> : tensor<4xf32>',
});

const replicatedToUnreduced = defineOp({
  ...shared,
  name: "sdy.replicated_to_unreduced",
  summary: "Makes axes along which a tensor is replicated into unreduced ones.",
  attributes: { axes: shardy("axis_ref_list"), out_sharding },
  assembly: { template: "$axes %tensor out_sharding=$out_sharding : T" },
  example:
    '%0 = sdy.replicated_to_unreduced {"x"} %arg0 out_sharding=<@mesh, [{}], unreduced={"x"}> : tensor<4xf32>',
});

const shardedToUnreduced = defineOp({
  ...shared,
  name: "sdy.sharded_to_unreduced",
  summary: "Makes axes that shard a tensor into unreduced ones.",
  attributes: { axes: shardy("list_of_axis_ref_lists"), out_sharding },
  assembly: { template: "$axes %tensor out_sharding=$out_sharding : T" },
  example:
    '%0 = sdy.sharded_to_unreduced [{"x"}] %arg0 out_sharding=<@mesh, [{}], unreduced={"x"}> : tensor<4xf32>',
});

export const sdyCollectives = [
  allGather,
  allSlice,
  allToAll,
  collectivePermute,
  allReduce,
  reduceScatter,
  replicatedToUnreduced,
  shardedToUnreduced,
] as const;
