/** @file Collectives that combine: all_reduce, reduce_scatter, collective_reduce. */
import { DYNAMIC, type ElementType, formatType, type TensorType, tensorType, withElement } from "../types.js";
import { dataOperands } from "./collectives.js";
import { type AttributesOf, defineOp, type OpView, operand, variadic } from "./define.js";
import { i64, unit } from "./kinds.js";
import { checkReducer } from "./reducer.js";
import { checkChannel, checkGroups, groupMatrix } from "./replica-groups.js";
import { checkInRange, rankOf, sameSize, tensors, type View } from "./constraints.js";
import { dimensionsOf, tensorOf } from "./shape-checks.js";
import { optionalChannel, replicaGroups } from "./structs.js";

const attributes = {
  replica_groups: replicaGroups,
  channel_handle: optionalChannel,
  use_global_device_ids: unit,
};
type Reduction = OpView<AttributesOf<typeof attributes>>;

/** The labels of: ids repeat, ids leave gaps, the channel, the body. */
interface Labels {
  readonly unique: string;
  readonly range: string;
  readonly channel: string;
  readonly body: string;
}

function checkAttributes(op: Reduction, labels: Labels, padding: boolean): void {
  const { replica_groups: groups, channel_handle: channel, use_global_device_ids: global } = op.attributes;
  checkGroups(op, groups, labels, { padding, useGlobalDeviceIds: global === true });
  checkChannel(op, channel, global === true, labels.channel);
}

/** The element type that the computation makes of each operand. */
const accumulated = (op: View, inputs: readonly TensorType[], constraint: string): ElementType[] =>
  inputs.map((input) => {
    const inits = [tensorType([], input.element)];
    return checkReducer(op, op.body(0), { inputs: [input], inits, allowedShape: [], constraint })[0]!;
  });

const body = [
  "^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>):",
  "  %1 = stablehlo.add %arg1, %arg2 : tensor<f32>",
  "  stablehlo.return %1 : tensor<f32>",
].join("\n");

const allReduce = defineOp({
  name: "stablehlo.all_reduce",
  summary: "Every replica of a group gets the combination of the tensors of all.",
  operands: [variadic("operands", "PIFCQ")],
  attributes,
  regions: ["computation"],
  traits: [],
  revision: { since: "1.5.0", fromOneOperand: true },
  infer: (op) => {
    const labels = {
      unique: "all_reduce_c1",
      range: "all_reduce_c3",
      channel: "all_reduce_c4",
      body: "all_reduce_c5",
    };
    checkAttributes(op, labels, true);
    const inputs = tensors(op);
    const elements = accumulated(op, inputs, labels.body);
    return inputs.map((input, i) => withElement(input, elements[i]!));
  },
  assembly: "generic",
  example: `%0 = "stablehlo.all_reduce"(%arg0) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> ({\n${body}\n}) : (tensor<4xf32>) -> tensor<4xf32>`,
});

const collectiveReduce = defineOp({
  name: "stablehlo.collective_reduce",
  summary: "One replica of each group gets the combination of the tensors of all.",
  operands: [variadic("operands", "PIFCQ")],
  attributes: { ...attributes, has_dynamic_root: unit },
  regions: ["computation"],
  traits: [],
  since: "1.19.0",
  infer: (op) => {
    const labels = {
      unique: "collective_reduce_c1",
      range: "collective_reduce_c2",
      channel: "collective_reduce_channel",
      body: "collective_reduce_c4",
    };
    checkAttributes(op, labels, true);
    const inputs = dataOperands(op, op.attributes.has_dynamic_root === true, "collective_reduce_c3");
    const elements = accumulated(op, inputs, labels.body);
    return inputs.map((input, i) => withElement(input, elements[i]!));
  },
  assembly: "generic",
  example: `%0 = "stablehlo.collective_reduce"(%arg0) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> ({\n${body}\n}) : (tensor<4xf32>) -> tensor<4xf32>`,
});

/** The written result of reduce_scatter: as the operand but for one dimension, which it splits evenly. */
function checkScattered(op: View, from: TensorType, to: TensorType, dimension: number): void {
  const shown = `${formatType(from)} and ${formatType(to)}`;
  const others =
    rankOf(from) === rankOf(to) && from.shape.every((n, i) => i === dimension || sameSize(n, to.shape[i]!));
  op.check(
    others,
    "reduce_scatter_c8",
    `operand and result may differ in scatter_dimension alone, got ${shown}`,
  );
  const [size, part] = [from.shape[dimension]!, to.shape[dimension]!];
  op.check(
    size !== 0 && part !== 0,
    "reduce_scatter_c8",
    `the scattered dimension must not be empty, got ${shown}`,
  );
  op.check(
    size === DYNAMIC || part === DYNAMIC || size % part === 0,
    "reduce_scatter_c8",
    `the scattered dimension must be a multiple of the result's, got ${shown}`,
  );
}

const reduceScatter = defineOp({
  name: "stablehlo.reduce_scatter",
  summary: "Combines the tensors of a group, and gives each replica one part along a dimension.",
  operands: [operand("operand", "PIFCQ")],
  attributes: { ...attributes, scatter_dimension: i64 },
  regions: ["computation"],
  traits: [],
  infer: (op) => {
    const labels = {
      unique: "reduce_scatter_c3",
      range: "reduce_scatter_c5",
      channel: "reduce_scatter_c6",
      body: "reduce_scatter_c7",
    };
    checkAttributes(op, labels, false);
    const from = op.tensor(0);
    const { scatter_dimension: dimension, replica_groups: groups } = op.attributes;
    const [element] = accumulated(op, [from], labels.body);
    checkInRange(op, [dimension], rankOf(from), "scatter_dimension", "reduce_scatter_c2");
    const count = groupMatrix(groups)?.shape[1];
    if (op.resultTypes.length > 0 || count === undefined) {
      const to = op.resultTensor();
      checkScattered(op, from, to, dimension);
      op.check(
        to.element === element,
        "reduce_scatter_c9",
        `the body makes another type than ${formatType(to)}`,
      );
      return [to];
    }
    const size = from.shape[dimension]!;
    op.check(
      size === DYNAMIC || size % count === 0,
      "reduce_scatter_c1",
      `groups of ${count} must divide dimension ${dimension} of ${formatType(from)}`,
    );
    const shrink = (n: number): number => (n === DYNAMIC ? n : n / count);
    const result = dimensionsOf(from).map((d, i) =>
      i === dimension ? { size: shrink(d.size), bound: shrink(d.bound) } : d,
    );
    return [tensorOf(result, element!)];
  },
  assembly: "generic",
  example: `%0 = "stablehlo.reduce_scatter"(%arg0) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, scatter_dimension = 0 : i64}> ({\n${body}\n}) : (tensor<4xf32>) -> tensor<2xf32>`,
});

export const collectiveReduceOps = [allReduce, collectiveReduce, reduceScatter] as const;
