/** @file The griffin dialect: what only Griffin has. Axes: b batch, t time, e recurrence width. */
import { tensorType } from "../types.js";
import { defineOp, operand } from "./define.js";
import { i64 } from "./kinds.js";
import { expectRank, expectShape } from "./operand-checks.js";

const float = "F";

const rgLruGates = defineOp({
  name: "griffin.rg_lru_gates",
  summary:
    "Both RG-LRU gates and what follows them up to the scan, as one elementwise computation in f32 (Griffin paper 2.4).",
  operands: [
    operand("x", float),
    operand("z", float),
    operand("bias", float),
    operand("log_decay", float),
    operand("reset", "P"),
  ],
  attributes: { heads: i64 },
  traits: ["pure"],
  rowAxes: (_, axis) =>
    axis < 2 ? { operands: [axis, axis, undefined, undefined, axis], results: [axis, axis] } : undefined,
  infer: (op) => {
    const [x, z, bias, logDecay, reset] = [
      op.tensor(0),
      op.tensor(1),
      op.tensor(2),
      op.tensor(3),
      op.tensor(4),
    ];
    expectRank(op, "x", x, 3);
    const [b, t, e] = x.shape as [number, number, number];
    const { heads } = op.attributes;
    op.check(heads > 0 && e % heads === 0, "heads", `${heads} heads must divide the recurrence width ${e}`);
    expectShape(op, "z", z, [b, t, 2 * e]);
    expectShape(op, "bias", bias, [heads, (2 * e) / heads]);
    expectShape(op, "log_decay", logDecay, [e]);
    expectShape(op, "reset", reset, [b, t]);
    const result = tensorType(x.shape, "f32");
    return [result, result];
  },
  assembly: "generic",
  example:
    '%0:2 = "griffin.rg_lru_gates"(%x, %z, %bias, %c, %reset) <{heads = 2 : i64}> : (tensor<2x5x4xf32>, tensor<2x5x8xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<2x5xi1>) -> (tensor<2x5x4xf32>, tensor<2x5x4xf32>)',
});

export const griffinOps = [rgLruGates] as const;
