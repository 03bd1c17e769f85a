/**
 * @file What is left of a token when another comes, for decays of one number a token: exponentials of sums. Sums are made of the tokens
 * between two by a matrix of zeros and ones, never subtracted: no exponential is above 1 and nothing cancels.
 */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";

/** Less than any f32 has an exponential for, and a number, so that times 0 it is 0; -inf would be none. */
const NOTHING_LEFT = -1e4;

/** Sums that must not be rounded to fewer bits, whatever products are computed in. */
const EXACTLY = { precision_config: ["HIGHEST", "HIGHEST"] } as const;

/** Of the tokens of a chunk, for h heads. */
export interface HeadDecays {
  /** What is left of token s when t comes, with the decay of t, [h, t, s]; 0 where s comes after t. */
  readonly between: Value;
  /** What is left of the state before the chunk, [h, t]. */
  readonly upTo: Value;
  /** What is left of each token at the chunk's end, [h, s]. */
  readonly after: Value;
}

/** @param logs [h, c] */
export function headDecays(e: Emitter, logs: Value): HeadDecays {
  const [h, c] = shapeOf(logs) as [number, number];
  const [shape, square] = [
    [h, c, c],
    [c, c],
  ];
  const zeros = e.fill(0, shape, "f32");
  const bounded = e.binary("maximum", logs, e.fill(NOTHING_LEFT, [h, c], "f32"));
  const inOrder = e.broadcast(e.compare("GE", e.iota(square, 0), e.iota(square, 1)), shape, [1, 2]);
  // [h, t, r], then of them those that come after s.
  const upToEach = e.select(inOrder, e.broadcast(bounded, shape, [0, 2]), zeros);
  const isAfter = e.convert(e.compare("GT", e.iota(square, 0), e.iota(square, 1)), "f32");
  const sums = e.dot(upToEach, isAfter, { contract: [[2], [0]] }, "f32", EXACTLY);
  const between = e.select(inOrder, e.unary("exponential", sums), zeros);
  const first = e.unary("exponential", e.slice(logs, 1, 0, 1));
  const since = e.reshape(e.slice(between, 2, 0, 1), [h, c]);
  return {
    between,
    upTo: e.mul(since, e.broadcast(first, [h, c], [0, 1])),
    after: e.reshape(e.slice(between, 1, c - 1, c), [h, c]),
  };
}
