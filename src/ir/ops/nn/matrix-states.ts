/**
 * @file Recurrences whose state is a matrix S [key, value] for each head: linear attention and the generalised delta rule. Axes: o
 * independent recurrences, n heads that share a query and a key, t time, k channels of keys, v channels of values.
 */
import { formatType, type TensorType } from "../../types.js";
import { defineOp, type OpView, operand } from "../define.js";
import { productPrecision } from "../enums.js";
import { expectElement, expectRank, expectShape } from "../operand-checks.js";

const float = "F";

/** Time lies in axis 1 of queries. */
const timeAxis = (): number => 1;

/** The operands that both ops begin with, and the state, which stands last. */
function checkCommon(op: OpView<unknown>, state: TensorType): readonly number[] {
  const [query, key, value, logDecay] = [op.tensor(0), op.tensor(1), op.tensor(2), op.tensor(3)];
  expectRank(op, "query", query, 3);
  const [o, t, k] = query.shape as [number, number, number];
  expectShape(op, "key", key, query.shape);
  expectRank(op, "value", value, 4);
  const [, n, , v] = value.shape as [number, number, number, number];
  expectShape(op, "value", value, [o, n, t, v]);
  expectRank(op, "log_decay", logDecay, 4);
  const decays = logDecay.shape[3]!;
  op.check(
    decays === 1 || decays === k,
    "decays",
    `log_decay must have one number a token, or one for each of the ${k} channels of a key, got ${formatType(logDecay)}`,
  );
  expectShape(op, "log_decay", logDecay, [o, n, t, decays]);
  expectShape(op, "state", state, [o, n, k, v]);
  for (const [name, type] of Object.entries({ key, value })) expectElement(op, name, type, query.element);
  for (const [name, type] of Object.entries({ log_decay: logDecay, state }))
    expectElement(op, name, type, "f32");
  return [o, n, t, k];
}

const linearAttention = defineOp({
  name: "nn.linear_attention",
  summary:
    "S_t = exp(log_decay_t) S_{t-1} + key_t value_t^T and y_t = query_t^T S_t, with an f32 S [key, value] for each head. query and key [o, t, k]; value [o, n, t, v]; log_decay f32, at most 0, [o, n, t, 1 or k], -inf forgets; state, the S before and after, f32 [o, n, k, v].",
  operands: [
    operand("query", float),
    operand("key", float),
    operand("value", float),
    operand("log_decay", float),
    operand("state", float),
  ],
  attributes: { precision: productPrecision },
  traits: ["pure", "recurrent"],
  timeAxis,
  infer: (op) => {
    const state = op.tensor(4);
    checkCommon(op, state);
    return [op.tensor(2), state];
  },
  assembly: "generic",
  example:
    '%0:2 = "nn.linear_attention"(%q, %k, %v, %log_decay, %s0) : (tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x3x5x6xf32>, tensor<2x3x5x1xf32>, tensor<2x3x4x6xf32>) -> (tensor<2x3x5x6xf32>, tensor<2x3x4x6xf32>)',
});

const deltaRule = defineOp({
  name: "nn.delta_rule",
  summary:
    "S_t = exp(log_decay_t) S_{t-1} + write_t (read_t^T S_{t-1}) + key_t value_t^T and y_t = query_t^T S_t: nn.linear_attention that also takes what a vector reads of the state and adds it along another. read and write [o, n, t, k].",
  operands: [
    operand("query", float),
    operand("key", float),
    operand("value", float),
    operand("log_decay", float),
    operand("read", float),
    operand("write", float),
    operand("state", float),
  ],
  attributes: { precision: productPrecision },
  traits: ["pure", "recurrent"],
  timeAxis,
  infer: (op) => {
    const [read, write, state] = [op.tensor(4), op.tensor(5), op.tensor(6)];
    const [o, n, t, k] = checkCommon(op, state) as [number, number, number, number];
    for (const [name, type] of Object.entries({ read, write })) {
      expectShape(op, name, type, [o, n, t, k]);
      expectElement(op, name, type, op.tensor(0).element);
    }
    return [op.tensor(2), state];
  },
  assembly: "generic",
  example:
    '%0:2 = "nn.delta_rule"(%q, %k, %v, %log_decay, %read, %write, %s0) : (tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x1x5x6xf32>, tensor<2x1x5x4xf32>, tensor<2x1x5x4xf32>, tensor<2x1x5x4xf32>, tensor<2x1x4x6xf32>) -> (tensor<2x1x5x6xf32>, tensor<2x1x4x6xf32>)',
});

export const matrixStateOps = [linearAttention, deltaRule] as const;
