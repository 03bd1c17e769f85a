/** @file What every strategy of attention shares: its inputs, segments, masked softmax. */
import type { Value } from "../../ir/operation.js";
import type { ElementType } from "../../ir/types.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { type Emitter, isSplat, shapeOf, typeOf } from "../../ir/emit.js";
import { toOrdered } from "../time-layout.js";

/** How exponentials are summed: by a reduction, or as a product with ones, which a matrix unit does faster. */
export type Totals = "reduce" | "product";

/** What suits a target, whatever the strategy. */
export interface AttentionForm {
  readonly totals: Totals;
  /**
   * Up to so many queries of a sequence, keys and values are read in the order in which they lie: their heads as one wide head (groups.ts), and
   * those of one sequence by products without a batch, for which XLA would reorder the keys.
   */
  readonly inPlaceUpTo: number;
}

export const plainForm: AttentionForm = { totals: "reduce", inPlaceUpTo: 0 };

/**
 * The operands by name; `cache` is absent when no token came before (num_tokens is the constant 0). Positions are i32, whatever integers the
 * op has. Strategies see k and v [b, t, h].
 */
export interface AttentionInputs {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly segmentPos: Value;
  readonly cache: AttentionCache | undefined;
  /** Tokens before its own that a query sees, and slots of the ring; absent where it sees all of its document, and the cache grows. */
  readonly window: number | undefined;
  /** Factor of the strided layout that q, k, v and segment_pos have; 1 is the order of time. */
  readonly factor: number;
  /** How exponentials are added up. */
  readonly totals: Totals;
  /** Whether keys and values are read in the order in which they lie. */
  readonly inPlace: boolean;
  readonly scale: number;
  readonly softCap: number | undefined;
}

/** Keys and values [b, slots, h] of the `numTokens` [b] that came before. */
export interface AttentionCache {
  readonly k: Value;
  readonly v: Value;
  readonly numTokens: Value;
}

/** The same in the order of time, for strategies that need it. */
export const inOrder = (e: Emitter, inputs: AttentionInputs): AttentionInputs => ({
  ...inputs,
  q: toOrdered(e, inputs.q, inputs.factor),
  k: toOrdered(e, inputs.k, inputs.factor),
  v: toOrdered(e, inputs.v, inputs.factor),
  segmentPos: toOrdered(e, inputs.segmentPos, inputs.factor),
  factor: 1,
});

export function attentionInputs(
  e: Emitter,
  op: OperationOf<"nn.attention">,
  { totals, inPlaceUpTo }: AttentionForm,
): AttentionInputs {
  const [q, k, v, segmentPos, cacheK, cacheV, numTokens] = op.operands as [
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  const cache = isSplat(numTokens, 0)
    ? undefined
    : { k: cacheK, v: cacheV, numTokens: e.convert(numTokens, "i32") };
  const { scale, soft_cap: softCap, growing = false, strided = 1 } = op.attributes;
  return {
    q,
    k,
    v,
    segmentPos: e.convert(segmentPos, "i32"),
    cache,
    window: growing ? undefined : shapeOf(cacheK)[1]!,
    factor: strided,
    totals,
    inPlace: shapeOf(q)[1]! <= inPlaceUpTo,
    scale,
    softCap,
  };
}

/** The document of each token [b, t], counted from the one open at the start: the running count of positions 0. */
export function segments(e: Emitter, segmentPos: Value): Value {
  const [batch, time] = shapeOf(segmentPos) as [number, number];
  let count = e.convert(e.compareTo("EQ", segmentPos, 0), "i32");
  for (let shift = 1; shift < time; shift *= 2) {
    const shifted = e.pad(e.slice(count, 1, 0, time - shift), 1, shift, 0, 0);
    count = e.add(count, shifted);
  }
  return e.reshape(count, [batch, time]);
}

/** Score of a key that is not seen: finite, so that the softmax of a padding row without keys is no NaN. */
const MASKED = -2.3819763e38;

/** Softmax over the last dimension of f32 scores where `mask` holds, not yet divided by its sums: the exponentials, f32. */
export function maskedExponentials(e: Emitter, scores: Value, mask: Value): Value {
  const shape = shapeOf(scores);
  const last = shape.length - 1;
  const outer = shape.slice(0, last).map((_, i) => i);
  const masked = e.select(mask, scores, e.fill(MASKED, shape, "f32"));
  const shifted = e.sub(masked, e.broadcast(e.reduce("maximum", masked, last), shape, outer));
  return e.unary("exponential", shifted);
}

/** Softmax over the last dimension of f32 scores where `mask` holds, rounded to `element`. */
export function maskedSoftmax(e: Emitter, scores: Value, mask: Value, element: ElementType): Value {
  const weights = maskedExponentials(e, scores, mask);
  const total = e.reduce("add", weights, shapeOf(weights).length - 1);
  const outer = shapeOf(total).map((_, i) => i);
  return e.convert(e.div(weights, e.broadcast(total, shapeOf(weights), outer)), element);
}

export const elementOf = (inputs: AttentionInputs): ElementType => typeOf(inputs.q).element;
