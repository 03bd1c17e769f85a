/** @file The cross-entropy of tokens, whose logits are never there for the whole vocabulary at once. */
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

type PerPosition = Tensor<"batch" | "time", "f32">;

/** What is known of each position's logits once some of them are seen: log(sum(exp(logits))) = log(total) + top. */
interface Seen {
  readonly top: PerPosition;
  readonly total: PerPosition;
  /** The logit of the token that follows; 0 before it is seen. */
  readonly own: PerPosition;
}

/** The sum over positions of how far the target's logit is below what all make together. */
const lossOf = ({ top, total, own }: Seen, mask: PerPosition): Scalar =>
  sum(log(total).add(top).sub(own).mul(mask), ["batch", "time"]);

/** The logit of each position's target among these: `entries` are the tokens they belong to. */
function ownLogit(
  logits: Tensor<"batch" | "time" | "vocab", "f32">,
  tokens: Targets["tokens"],
  entries: Tensor<"vocab", "i32">,
): PerPosition {
  // In the order of the axes of logits, in which other sums of them go.
  const own = fill(0, logits.axes, "i32").add(tokens) as Tensor<"batch" | "time" | "vocab", "i32">;
  return sum(select(own.eq(entries), logits, 0), "vocab");
}

/** Everything is seen at once. */
function seenAtOnce({ hidden, head, logits: logitsOf }: TrainingForward, { tokens }: Targets): Seen {
  const logits = logitsOf(hidden, head);
  // A number taken from all logits of a position changes no loss, so no gradient goes through it.
  const top = stopGradient(maximum(logits, "vocab"));
  const total = sum(exp(logits.sub(top)), "vocab");
  return { top, total, own: ownLogit(logits, tokens, range(logits.axis("vocab"))) };
}

/** A vocabulary in pieces of one size; the last has `missing` entries that are none. */
interface Pieces {
  readonly count: number;
  readonly size: number;
  readonly missing: number;
}

/** Pieces of `most` entries or fewer: without any that are none, unless that makes more than twice as many of them. */
function piecesOf(vocab: number, most: number): Pieces {
  const fewest = Math.ceil(vocab / most);
  for (let count = fewest; count <= 2 * fewest; count++) {
    if (vocab % count === 0) return { count, size: vocab / count, missing: 0 };
  }
  const size = Math.ceil(vocab / fewest);
  return { count: fewest, size, missing: fewest * size - vocab };
}

/** A piece after the other in an axis of their own. */
function inPieces<A extends string>(
  rows: Tensor<A | "vocab", ComputeDType>,
  { count, size, missing }: Pieces,
) {
  const axes = rows.axes.map((a) => (a.name === "vocab" ? axis("vocab", missing) : a));
  const whole = missing === 0 ? rows : concat([rows, fill(0, axes, rows.dtype) as typeof rows], "vocab");
  return split(whole, "vocab", [axis("piece", count), axis("vocab", size)]);
}

/** A piece of the vocabulary after the other is seen, and made again for its gradient, which is then there once, not added up. */
function seenInPieces(forward: TrainingForward, { tokens }: Targets, pieces: Pieces): Seen {
  const { hidden, head, logits: logitsOf } = forward;
  // The gradient of what all pieces use is added up in f32, whatever the model computes in.
  const wide = hidden.to("f32");
  const start = (value: number): PerPosition => fill(value, tokens.axes, "f32") as PerPosition;
  const { weight, bias } = head;
  const rows = {
    first: range(axis("piece", pieces.count)).mul(pieces.size),
    weight: inPieces<"model">(weight, pieces),
    ...(bias && { bias: inPieces<never>(bias, pieces) }),
  };
  const unseen: Seen = { top: start(Number.NEGATIVE_INFINITY), total: start(0), own: start(0) };
  const { carry } = scan("piece", unseen, rows, (seen, { first, ...piece }) => {
    const step = (): Seen => {
      const made = logitsOf(wide.to(hidden.dtype), piece);
      const entries = range(made.axis("vocab")).add(first);
      const isEntry = entries.lt(pieces.count * pieces.size - pieces.missing);
      const logits = pieces.missing === 0 ? made : select(isEntry, made, Number.NEGATIVE_INFINITY);
      const top = stopGradient(maximum(logits, "vocab").max(seen.top));
      const before = seen.total.mul(exp(stopGradient(seen.top).sub(top)));
      const total = before.add(sum(exp(logits.sub(top)), "vocab"));
      return { top, total, own: seen.own.add(ownLogit(logits, tokens, entries)) };
    };
    return { carry: remat(step), output: {} };
  });
  return carry;
}

/** A loss before it is divided by how much of it there is, so that losses of several batches can be added. */
export interface SummedLoss {
  readonly total: Scalar;
  /** The sum of the mask. */
  readonly counted: Scalar;
}

/**
 * -sum(log_softmax(logits)[target] mask) and sum(mask) over all positions, in f32.
 * @param most entries of the vocabulary whose logits are there at once; a larger one is gone through in a loop, and again for its gradient
 */
export function summedCrossEntropy(forward: TrainingForward, targets: Targets, most: number): SummedLoss {
  const vocab = forward.head.weight.size("vocab");
  const seen =
    // Their gradient is the first thing that is computed of a whole batch: nothing would be saved by computing its logits again.
    vocab <= most ? seenAtOnce(forward, targets) : seenInPieces(forward, targets, piecesOf(vocab, most));
  return { total: lossOf(seen, targets.mask), counted: sum(targets.mask, ["batch", "time"]) };
}

/**
 * The mean loss of the positions that count: -sum(log_softmax(logits)[target] mask) / sum(mask), one f32 number; not a number where no position
 * counts. @param most as of summedCrossEntropy
 */
export function tokenCrossEntropy(forward: TrainingForward, targets: Targets, most: number): Scalar {
  const { total, counted } = summedCrossEntropy(forward, targets, most);
  return total.div(counted);
}
