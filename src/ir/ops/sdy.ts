/** @file Shardy's ops in JAX's programs; shardings are kept as their text. For the mesh see check.ts. */
import { defineOp, operand, variadic } from "./define.js";
import { attribute } from "./kinds.js";
import { returnedTypes } from "./constraints.js";

const anything = "PIFCQATU";

const shardingConstraint = defineOp({
  name: "sdy.sharding_constraint",
  summary: "Its operand, which shall be sharded so from here on.",
  operands: [operand("input", anything)],
  attributes: { sharding: attribute },
  traits: [],
  infer: (op) => op.operands.map((value) => value.type),
  assembly: "custom",
  example: '%0 = sdy.sharding_constraint %arg0 <@mesh, [{"x"}]> : tensor<4xf32>',
});

const manualComputation = defineOp({
  name: "sdy.manual_computation",
  summary: "A computation on the shards of each device, which communicates by its own collectives.",
  operands: [variadic("tensors", anything)],
  attributes: { in_shardings: attribute, out_shardings: attribute, manual_axes: attribute },
  regions: ["body"],
  traits: [],
  infer: (op) => {
    const block = op.body(0);
    op.check(
      block.arguments.length === op.operands.length,
      "manual_computation_arguments",
      `the body takes ${block.arguments.length} arguments for ${op.operands.length} operands`,
    );
    op.check(
      returnedTypes(block).length === op.resultTypes.length,
      "manual_computation_results",
      `the body returns ${returnedTypes(block).length} values for ${op.resultTypes.length} results`,
    );
    return op.resultTypes;
  },
  assembly: "custom",
  example: [
    '%0 = sdy.manual_computation(%arg0) in_shardings=[<@mesh, [{"x"}]>] out_shardings=[<@mesh, [{"x"}]>] manual_axes={"x"} (%arg1: tensor<2xf32>) {',
    "  sdy.return %arg1 : tensor<2xf32>",
    "} : (tensor<4xf32>) -> tensor<4xf32>",
  ].join("\n"),
});

const return_ = defineOp({
  name: "sdy.return",
  summary: "Ends a manual computation with its results.",
  operands: [variadic("results", anything)],
  attributes: {},
  traits: ["terminator"],
  infer: () => [],
  assembly: { template: "{..} %results... : O" },
  example: "sdy.return %arg0 : tensor<4xf32>",
});

export const sdyOps = [shardingConstraint, manualComputation, return_] as const;
