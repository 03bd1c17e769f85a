/** @file Ops that no compiler front end should emit any more: read from text, verified, but refused on the way out. */
import { DYNAMIC, elementCount, formatType, isStatic } from "../types.js";
import { sameElement } from "../verify-types.js";
import { defineOp, operand } from "./define.js";
import { precisionConfig } from "./enums.js";
import { denseI64, i64, i64Array } from "./kinds.js";
import { checkRank, list, rankOf, sameSize } from "./constraints.js";
import { einsumOps } from "./einsum.js";
import { dimensionOf, dimensionsOf, tensorOf } from "./shape-checks.js";

const broadcast = defineOp({
  name: "stablehlo.broadcast",
  summary: "Adds dimensions in front; broadcast_in_dim says the same.",
  operands: [operand("operand", "PIFCQ")],
  attributes: { broadcast_sizes: i64Array },
  traits: ["pure", "deprecated"],
  infer: (op) => {
    const from = op.tensor(0);
    const { broadcast_sizes: sizes } = op.attributes;
    op.check(
      sizes.every((size) => size >= 0),
      "broadcast_sizes",
      `broadcast_sizes must not be negative, got ${list(sizes)}`,
    );
    const added = sizes.map((size) => ({ size, bound: DYNAMIC }));
    return [tensorOf([...added, ...dimensionsOf(from)], from.element)];
  },
  assembly: { template: "%operand, sizes = $broadcast_sizes : F" },
  example: "%0 = stablehlo.broadcast %arg0, sizes = [1, 2] : (tensor<4xf32>) -> tensor<1x2x4xf32>",
});

const crossReplicaSum = defineOp({
  name: "stablehlo.cross-replica-sum",
  summary: "The sum over the replicas of a group; all_reduce says the same.",
  operands: [operand("operand", "PIFCQ")],
  attributes: { replica_groups: denseI64 },
  traits: ["deprecated"],
  infer: (op) => [op.tensor(0)],
  assembly: "generic",
  example:
    '%0 = "stablehlo.cross-replica-sum"(%arg0) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<4xf32>) -> tensor<4xf32>',
});

const dot = defineOp({
  name: "stablehlo.dot",
  summary: "Product of vectors and matrices; dot_general says the same.",
  operands: [operand("lhs", "PIFCQ"), operand("rhs", "PIFCQA")],
  attributes: { precision_config: precisionConfig },
  traits: ["pure", "deprecated"],
  infer: (op) => {
    const [lhs, rhs] = [op.tensor(0), op.tensor(1)];
    const shown = `${formatType(lhs)} and ${formatType(rhs)}`;
    const precisions = op.attributes.precision_config?.length ?? 0;
    op.check(precisions <= 2, "dot_precision", `precision_config must have 2 items, got ${precisions}`);
    const small = [lhs, rhs].every((type) => rankOf(type) === 1 || rankOf(type) === 2);
    op.check(
      small && sameSize(lhs.shape.at(-1)!, rhs.shape[0]!),
      "dot_shapes",
      `operands must have rank 1 or 2 and sizes that fit, got ${shown}`,
    );
    const rows = rankOf(lhs) === 2 ? [dimensionOf(lhs, 0)] : [];
    const columns = rankOf(rhs) === 2 ? [dimensionOf(rhs, 1)] : [];
    const element = op.resultTypes.length === 0 ? lhs.element : op.resultTensor().element;
    return [tensorOf([...rows, ...columns], element)];
  },
  assembly: { template: "%lhs, %rhs<, precision = $precision_config>? : F" },
  example: "%0 = stablehlo.dot %arg0, %arg1 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2xf32>",
});

const realDynamicSlice = defineOp({
  name: "stablehlo.real_dynamic_slice",
  summary: "A slice whose start, limit and stride are data.",
  operands: [
    operand("operand", "PIFCQ"),
    operand("start_indices", "IX"),
    operand("limit_indices", "IX"),
    operand("strides", "IX"),
  ],
  attributes: {},
  traits: ["pure", "deprecated"],
  infer: (op) => {
    const from = op.tensor(0);
    for (const [index, name] of ["start_indices", "limit_indices", "strides"].entries()) {
      const type = op.tensor(index + 1);
      checkRank(op, type, 1, name, "real_dynamic_slice_sizes");
      op.check(
        !isStatic(type) || elementCount(type.shape) === rankOf(from),
        "real_dynamic_slice_sizes",
        `${name} must have ${rankOf(from)} items, got ${formatType(type)}`,
      );
    }
    const to = op.resultTensor();
    op.check(
      sameElement(from.element, to.element),
      "real_dynamic_slice_element",
      `element types differ: ${formatType(from)} and ${formatType(to)}`,
    );
    return [to];
  },
  assembly: { template: "%operand, %start_indices, %limit_indices, %strides : F" },
  example:
    "%0 = stablehlo.real_dynamic_slice %arg0, %arg1, %arg1, %arg1 : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>",
});

const torchIndexSelect = defineOp({
  name: "stablehlo.torch_index_select",
  summary: "Rows of the operand by index; gather says the same.",
  operands: [operand("operand", "PIFCQ"), operand("index", "I")],
  attributes: { dim: i64, batch_dims: i64 },
  traits: ["pure", "deprecated"],
  infer: (op) => {
    const [from, index] = [op.tensor(0), op.tensor(1)];
    const { dim, batch_dims: batch } = op.attributes;
    op.check(
      batch >= 0 && batch <= rankOf(index),
      "torch_index_select_batch",
      `batch_dims must lie in [0, ${rankOf(index)}], the rank of ${formatType(index)}, got ${batch}`,
    );
    op.check(
      dim >= batch && dim < rankOf(from),
      "torch_index_select_dim",
      `dim must lie in [${batch}, ${rankOf(from)}), from batch_dims to the rank of ${formatType(from)}, got ${dim}`,
    );
    op.check(
      from.shape.slice(0, batch).every((size, i) => sameSize(size, index.shape[i]!)),
      "torch_index_select_batch",
      `the first ${batch} dimensions must be of the same sizes, got ${formatType(from)} and ${formatType(index)}`,
    );
    const [before, picked, after] = [
      dimensionsOf(from).slice(0, dim),
      dimensionsOf(index).slice(batch),
      dimensionsOf(from).slice(dim + 1),
    ];
    return [tensorOf([...before, ...picked, ...after], from.element)];
  },
  assembly: "generic",
  example:
    '%0 = "stablehlo.torch_index_select"(%arg0, %arg1) <{batch_dims = 0 : i64, dim = 0 : i64}> : (tensor<5x4xf32>, tensor<2xi32>) -> tensor<2x4xf32>',
});

export const deprecatedOps = [
  broadcast,
  crossReplicaSum,
  dot,
  ...einsumOps,
  realDynamicSlice,
  torchIndexSelect,
] as const;
