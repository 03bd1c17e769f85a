/**
 * @file griffin.rg_lru_gates where matrix products finish with elementwise work at no cost (TPUs): the block-diagonal product before it
 * is split into one for each gate, and all that follows is computed in the form in which the products leave the matrix unit, blocks
 * first. A barrier keeps the compiler from computing log a anew for each that reads it.
 */
import { definingOp, type Value } from "../../ir/operation.js";
import { isOp, type OperationOf } from "../../ir/ops/index.js";
import { precisionConfigOf } from "../../ir/precision.js";
import { statedPrecision } from "../../ir/stated-precision.js";
import type { LoweringRule } from "../rules.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";

/** [b, t, n w] as [n, b, t, w]. */
function blocksFirst(e: Emitter, x: Value, heads: number): Value {
  const [batch, time, width] = shapeOf(x) as [number, number, number];
  return e.transpose(e.reshape(x, [batch, time, heads, width / heads]), [2, 0, 1, 3]);
}

/** x-hat and a, as `rgLruGates` gives them; undefined when the gates do not follow from one product of x. */
function afterProducts(e: Emitter, op: OperationOf<"griffin.rg_lru_gates">): readonly Value[] | undefined {
  const [x, z, bias, logDecay, reset] = op.operands as [Value, Value, Value, Value, Value];
  const product = definingOp(z);
  if (!isOp(product, "nn.block_diagonal_dot") || product.operands[0] !== x) return undefined;
  const { heads } = op.attributes;
  const [batch, time, width] = shapeOf(x) as [number, number, number];
  const block = width / heads;
  const blocks = [heads, batch, time, block];
  const rows = e.reshape(x, [batch, time, heads, block]);
  // The gates' products are the one before them, not of this op.
  const asked = statedPrecision(product);
  const precision = asked === undefined ? {} : { precision_config: [...precisionConfigOf(asked)] };

  /** The gate whose columns are the first (0) or second (1) half of each block's. */
  const gate = (half: 0 | 1): Value => {
    const columns = (values: Value, dim: number): Value =>
      e.slice(values, dim, half * block, (half + 1) * block);
    const dims = { batch: [[2], [0]], contract: [[3], [1]] } as const;
    const sum = e.dot(rows, columns(product.operands[1]!, 2), dims, "f32", precision);
    const shift = e.broadcast(e.convert(columns(bias, 1), "f32"), blocks, [0, 3]);
    return e.unary("logistic", e.add(sum, shift));
  };
  const decay = e.broadcast(e.reshape(e.convert(logDecay, "f32"), [heads, block]), blocks, [0, 3]);
  // Where a document begins log a is minus infinity: then a is 0 and the input is not damped.
  const forgotten = e.fill(Number.NEGATIVE_INFINITY, blocks, "f32");
  const start = e.broadcast(reset, blocks, [1, 2]);
  const logA = e.barrier(e.select(start, forgotten, e.mul(gate(1), decay)));
  const squared = e.unary("exponential", e.scalar("multiply", logA, 2));
  const damping = e.unary("sqrt", e.sub(e.fill(1, blocks, "f32"), squared));
  const gated = e.mul(e.convert(blocksFirst(e, x, heads), "f32"), gate(0));
  const input = e.mul(gated, damping);
  const back = (values: Value): Value => e.reshape(e.transpose(values, [1, 2, 0, 3]), [batch, time, width]);
  return [back(input), e.unary("exponential", back(logA))];
}

export const gatesAfterProducts: LoweringRule<"griffin.rg_lru_gates"> = {
  name: "after products",
  lower: afterProducts,
};
