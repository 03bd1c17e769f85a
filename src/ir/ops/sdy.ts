/** @file Shardy's ops: meshes, shardings of values, and code that is written for one device. For its collectives see sdy-collectives.ts. */
import type { Type } from "../types.js";
import { returnedTypes, typeList, type View } from "./constraints.js";
import { defineOp, operand, variadic } from "./define.js";
import { elements, i64, optional, string } from "./kinds.js";
import { propagationDirection, shardy } from "./shardy-kinds.js";

const anything = "PIFCQATUO";
const sameTypes = (op: View): readonly Type[] => op.operands.map((value) => value.type);

const mesh = defineOp({
  name: "sdy.mesh",
  summary: "Names a mesh of devices.",
  operands: [],
  attributes: { sym_name: string, mesh: shardy("mesh") },
  traits: ["symbol"],
  infer: () => [],
  assembly: "custom",
  example: 'sdy.mesh @mesh = <["x"=2, "y"=4]>',
});

const shardingConstraint = defineOp({
  name: "sdy.sharding_constraint",
  summary: "Its operand, which shall be sharded so from here on.",
  operands: [operand("input", anything)],
  attributes: { sharding: shardy("sharding") },
  traits: [],
  infer: sameTypes,
  assembly: { template: "%input $sharding : T" },
  example: '%0 = sdy.sharding_constraint %arg0 <@mesh, [{"x"}]> : tensor<4xf32>',
});

const reshard = defineOp({
  name: "sdy.reshard",
  summary: "Its operand in another sharding.",
  operands: [operand("input", anything)],
  attributes: { sharding: shardy("sharding") },
  traits: ["pure"],
  infer: sameTypes,
  assembly: { template: "%input $sharding : T" },
  example: '%0 = sdy.reshard %arg0 <@mesh, [{"x"}]> : tensor<4xf32>',
});

const constant = defineOp({
  name: "sdy.constant",
  summary: "A constant that each use may shard in its own way.",
  operands: [],
  attributes: { value: elements },
  traits: ["pure"],
  infer: (op) => [op.attributes.value.type],
  assembly: { template: "{..} $value" },
  example: "%0 = sdy.constant dense<1.000000e+00> : tensor<4xf32>",
});

const dataFlowEdge = defineOp({
  name: "sdy.data_flow_edge",
  summary: "Its operand, whose sharding is that of all values that flow into it.",
  operands: [operand("input", anything)],
  attributes: { sharding: optional(shardy("sharding")) },
  traits: [],
  infer: sameTypes,
  assembly: { template: "%input< sharding=$sharding>? : T" },
  example: "%0 = sdy.data_flow_edge %arg0 sharding=<@mesh, [{}]> : tensor<4xf32>",
});

const functionEdge = defineOp({
  name: "sdy.func_data_flow_edge",
  summary: "Its operand, an argument of the function whose calls all pass values of one sharding.",
  operands: [operand("input", anything)],
  attributes: {},
  traits: [],
  infer: sameTypes,
  assembly: { template: "%input : T" },
  example: "%0 = sdy.func_data_flow_edge %arg0 : tensor<4xf32>",
});

const propagationBarrier = defineOp({
  name: "sdy.propagation_barrier",
  summary: "Its operand; shardings spread through it in one direction alone, or not at all.",
  operands: [operand("input", anything)],
  attributes: { allowed_direction: propagationDirection },
  traits: ["pure"],
  infer: (op) => {
    op.check(
      op.attributes.allowed_direction !== "BOTH",
      "propagation_barrier_direction",
      "a barrier that lets shardings through in both directions is none",
    );
    return sameTypes(op);
  },
  assembly: "custom",
  example: "%0 = sdy.propagation_barrier %arg0 allowed_direction=FORWARD : tensor<4xf32>",
});

const shardingGroup = defineOp({
  name: "sdy.sharding_group",
  summary: "Puts its operand in a group of values that are sharded alike.",
  operands: [operand("input", anything)],
  attributes: { group_id: i64 },
  traits: [],
  infer: () => [],
  assembly: { template: "%input group_id=$group_id : O" },
  example: "sdy.sharding_group %arg0 group_id=3 : tensor<4xf32>",
});

/** The body must take as many values as there are operands and return as many as there are results. */
function checkBody(op: View, label: string): void {
  const block = op.body(0);
  op.check(
    block.arguments.length === op.operands.length,
    `${label}_arguments`,
    `the body takes ${block.arguments.length} arguments for ${op.operands.length} operands`,
  );
  op.check(
    returnedTypes(block).length === op.resultTypes.length,
    `${label}_results`,
    `the body returns ${returnedTypes(block).length} values for ${op.resultTypes.length} results`,
  );
}

const manualComputation = defineOp({
  name: "sdy.manual_computation",
  summary: "A computation on the shards of each device, which communicates by its own collectives.",
  operands: [variadic("tensors", anything)],
  attributes: {
    in_shardings: shardy("sharding_per_value"),
    out_shardings: shardy("sharding_per_value"),
    manual_axes: shardy("manual_axes"),
  },
  regions: ["body"],
  traits: ["isolated"],
  infer: (op) => {
    checkBody(op, "manual_computation");
    return op.resultTypes;
  },
  assembly: "custom",
  example: [
    '%0 = sdy.manual_computation(%arg0) in_shardings=[<@mesh, [{"x"}]>] out_shardings=[<@mesh, [{"x"}]>] manual_axes={"x"} (%arg1: tensor<2xf32>) {',
    "  sdy.return %arg1 : tensor<2xf32>",
    "} : (tensor<4xf32>) -> tensor<4xf32>",
  ].join("\n"),
});

const namedComputation = defineOp({
  name: "sdy.named_computation",
  summary: "A computation with a name, which shardings spread through as if it were not there.",
  operands: [variadic("operands", anything)],
  attributes: {
    name: string,
    in_shardings: optional(shardy("sharding_per_value")),
    out_shardings: optional(shardy("sharding_per_value")),
  },
  regions: ["body"],
  traits: ["isolated", "recursive-effects"],
  infer: (op) => {
    checkBody(op, "named_computation");
    const taken = op.body(0).arguments.map(({ type }) => type);
    const given = sameTypes(op);
    op.check(
      taken.every((type, i) => type === given[i]),
      "named_computation_types",
      `the body takes ${typeList(taken)}, got ${typeList(given)}`,
    );
    return returnedTypes(op.body(0));
  },
  assembly: "custom",
  example: [
    '%0 = sdy.named_computation<"part">(%arg0) in_shardings=[<@mesh, [{}]>] (%arg1: tensor<4xf32>) {',
    "  sdy.return %arg1 : tensor<4xf32>",
    "} : (tensor<4xf32>) -> tensor<4xf32>",
  ].join("\n"),
});

const return_ = defineOp({
  name: "sdy.return",
  summary: "Ends the body of one of Shardy's ops with its results.",
  operands: [variadic("results", anything)],
  attributes: {},
  traits: ["terminator"],
  infer: () => [],
  assembly: { template: "{..} %results... : O" },
  example: "sdy.return %arg0 : tensor<4xf32>",
});

export const sdyOps = [
  mesh,
  shardingConstraint,
  reshard,
  constant,
  dataFlowEdge,
  functionEdge,
  propagationBarrier,
  shardingGroup,
  manualComputation,
  namedComputation,
  return_,
] as const;
