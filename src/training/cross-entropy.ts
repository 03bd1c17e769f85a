/** @file The cross-entropy of tokens, whose logits are never there for all positions at once. */
import {
  axis,
  concat,
  exp,
  fill,
  log,
  maximum,
  range,
  remat,
  scan,
  select,
  split,
  stopGradient,
  sum,
  type DType,
  type Tensor,
} from "../dsl/index.js";
import type { ComputeDType, TrainingForward } from "../model/index.js";
import type { Scalar } from "./tensors.js";

/** What is to be predicted. */
export interface Targets {
  /** The token that follows each position. */
  readonly tokens: Tensor<"batch" | "time", "i32">;
  /** What each position's loss counts: 0 for those that are not to be learnt, 1 for the others. */
  readonly mask: Tensor<"batch" | "time", "f32">;
}

/** Some positions side by side. */
interface Positions extends Targets {
  readonly hidden: Tensor<"batch" | "time" | "model", ComputeDType>;
}

/** The sum of the losses of some positions. */
function lossOf(logitsOf: TrainingForward["logits"], { hidden, tokens, mask }: Positions): Scalar {
  const logits = logitsOf(hidden);
  // A number taken from all logits of a position changes no loss, so no gradient goes through it.
  const top = stopGradient(maximum(logits, "vocab"));
  const all = log(sum(exp(logits.sub(top)), "vocab")).add(top);
  const vocab = logits.axis("vocab");
  const isTarget = tokens.expand(vocab).eq(range(vocab));
  const own = sum(select(isTarget, logits, 0), "vocab");
  return sum(all.sub(own).mul(mask), ["batch", "time"]);
}

/** Zeros after the last position, up to `time` positions. */
function padded<A extends string, D extends DType>(
  x: Tensor<A | "time", D>,
  time: number,
): Tensor<A | "time", D> {
  const missing = time - x.size("time");
  if (missing === 0) return x;
  const axes = x.axes.map((a) => (a.name === "time" ? axis("time", missing) : a));
  return concat([x, fill(0, axes, x.dtype) as Tensor<A | "time", D>], "time");
}

/** The most positions of each row that are taken at once, in `chunks` chunks of one size. */
function chunksOf(time: number, most: number): { readonly chunks: number; readonly size: number } {
  const chunks = Math.ceil(time / most);
  return { chunks, size: Math.ceil(time / chunks) };
}

/** A loss before it is divided by how much of it there is, so that losses of several batches can be added. */
export interface SummedLoss {
  readonly total: Scalar;
  /** The sum of the mask. */
  readonly counted: Scalar;
}

/**
 * -sum(log_softmax(logits)[target] mask) and sum(mask) over all positions, in f32.
 * @param most positions of each row whose logits are there at once; a longer row is gone through in a loop, and again for its gradient
 */
export function summedCrossEntropy(
  { hidden, logits }: TrainingForward,
  { tokens, mask }: Targets,
  most: number,
): SummedLoss {
  const counted: Scalar = sum(mask, ["batch", "time"]);
  const time = tokens.size("time");
  // Their gradient is the first thing that is computed of a whole batch: nothing would be saved by computing its logits again.
  if (time <= most) return { total: lossOf(logits, { hidden, tokens, mask }), counted };
  const { chunks, size } = chunksOf(time, most);
  const chunked = <A extends string, D extends DType>(x: Tensor<A | "time", D>) =>
    split(padded(x, chunks * size), "time", [axis("chunk", chunks), axis("time", size)]);
  const parts = { hidden: chunked(hidden), tokens: chunked(tokens), mask: chunked(mask) };
  const { carry } = scan("chunk", { total: fill(0, [], "f32") }, parts, ({ total }, part) => ({
    carry: { total: total.add(remat(() => lossOf(logits, part as Positions))) },
    output: {},
  }));
  return { total: carry.total, counted };
}

/**
 * The mean loss of the positions that count: -sum(log_softmax(logits)[target] mask) / sum(mask), one f32 number; not a number where no position
 * counts. @param most as of summedCrossEntropy
 */
export function tokenCrossEntropy(forward: TrainingForward, targets: Targets, most: number): Scalar {
  const { total, counted } = summedCrossEntropy(forward, targets, most);
  return total.div(counted);
}
