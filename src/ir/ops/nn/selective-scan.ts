/** @file The selective scan: a linear recurrence whose state has axes that its inputs and outputs have not. */
import { formatType, type TensorType } from "../../types.js";
import { defineOp, type OpView, operand } from "../define.js";
import { i64, i64Array, unit } from "../kinds.js";
import { expectElement, expectRankAtLeast, expectShape } from "../operand-checks.js";

const float = "F";

/** The axes that an operand has of all axes of the recurrence must be some of the first `count`, in their order. */
function expectDims(
  op: OpView<unknown>,
  name: string,
  type: TensorType,
  dims: readonly number[],
  all: readonly number[],
  count = all.length,
): void {
  const label = name === "segment_pos" ? "segment_dims" : `${name}_dims`;
  const rising = dims.every((dim, i) => dim > (dims[i - 1] ?? -1) && dim < count);
  const among = `${label} must be some of the first ${count} axes of [${all.join(", ")}], each after the other`;
  op.check(rising, label, `${among}, got [${dims.join(", ")}]`);
  expectShape(
    op,
    name,
    type,
    dims.map((dim) => all[dim]!),
  );
}

const selectiveScan = defineOp({
  name: "nn.selective_scan",
  summary:
    "h_t = exp(delta_t a) h_{t-1} + b_t x_t and y_t = sum of c_t h_t over the last `states` axes of h, along `axis`, in f32; where segment_pos is 0 a document starts, and no state crosses its start. The recurrence's axes are h0's with time at `axis`; x and y have all but the states, another operand those of its list.",
  operands: [
    operand("x", float),
    operand("delta", float),
    operand("a", float),
    operand("b", float),
    operand("c", float),
    operand("segment_pos", "I"),
    operand("h0", float),
  ],
  attributes: {
    axis: i64,
    states: i64,
    delta_dims: i64Array,
    a_dims: i64Array,
    b_dims: i64Array,
    c_dims: i64Array,
    segment_dims: i64Array,
    reverse: unit,
  },
  traits: ["pure"],
  timeAxis: ({ attributes: { axis } }) => axis,
  infer: (op) => {
    const [x, delta, a, b, c] = [op.tensor(0), op.tensor(1), op.tensor(2), op.tensor(3), op.tensor(4)];
    const [segmentPos, h0] = [op.tensor(5), op.tensor(6)];
    const { axis, states } = op.attributes;
    expectRankAtLeast(op, "h0", h0, 1);
    expectElement(op, "h0", h0, "f32");
    const carried = h0.shape.length - states;
    op.check(
      states > 0 && carried >= 0,
      "states",
      `states must count one or more of the axes of h0, ${formatType(h0)}, got ${states}`,
    );
    op.check(
      axis >= 0 && axis <= carried && x.shape.length === carried + 1,
      "axis",
      `x must have the ${carried} axes of h0 that are no states and time at one of its places, got ${formatType(x)} and axis ${axis}`,
    );
    const all = h0.shape.toSpliced(axis, 0, x.shape[axis]!);
    expectShape(op, "x", x, all.slice(0, carried + 1));
    const { delta_dims, a_dims, b_dims, c_dims, segment_dims } = op.attributes;
    expectDims(op, "delta", delta, delta_dims, all);
    expectDims(op, "a", a, a_dims, all);
    expectDims(op, "b", b, b_dims, all);
    expectDims(op, "c", c, c_dims, all);
    expectDims(op, "segment_pos", segmentPos, segment_dims, all, carried + 1);
    return [x, h0];
  },
  assembly: "generic",
  example:
    '%0:2 = "nn.selective_scan"(%x, %delta, %a, %b, %c, %pos, %h0) <{a_dims = array<i64: 2, 3>, axis = 1 : i64, b_dims = array<i64: 0, 1, 3>, c_dims = array<i64: 0, 1, 3>, delta_dims = array<i64: 0, 1, 2>, segment_dims = array<i64: 0, 1>, states = 1 : i64}> : (tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<4x3xf32>, tensor<2x5x3xf32>, tensor<2x5x3xf32>, tensor<2x5xi32>, tensor<2x4x3xf32>) -> (tensor<2x5x4xf32>, tensor<2x4x3xf32>)',
});

export const selectiveScanOps = [selectiveScan] as const;
