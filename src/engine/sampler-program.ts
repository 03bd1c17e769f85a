/** @file The program that draws a token of each row from its logits: src/tokens/sampling.ts on the device, token for token. */
import {
  any,
  argmax,
  type Axis,
  axis,
  concat,
  type DType,
  exp,
  fill,
  floor,
  input,
  log,
  maximum,
  merge,
  op,
  program,
  range,
  select,
  slice,
  split,
  state,
  sum,
  Tensor,
  transpose,
  type TracedProgram,
  whileLoop,
} from "../dsl/index.js";
import type { SamplerKey } from "../serving/index.js";
import { LOWEST_EXPONENT, POWER, RULED_OUT } from "../tokens/index.js";

type Row<D extends DType> = Tensor<"row", D>;
type Words<D extends DType> = Tensor<"row" | "word", D>;

/** Right by so many bits, the sign kept: a division by a power of two that rounds down. */
function shifted<A extends string, D extends "i32" | "i64">(
  x: Tensor<A, D>,
  bits: Tensor<A, D> | number,
): Tensor<A, D> {
  const by = typeof bits === "number" ? fill(bits, x.axes, x.dtype) : bits;
  const operands = [x, by] as unknown as readonly Tensor[];
  const { value } = op("stablehlo.shift_right_arithmetic", operands, {});
  return new Tensor<A, D>(x.axes, x.dtype, value);
}

/** Which element of an axis each row means. */
const isAt = <N extends string>(along: Axis<N>, index: Row<"i32">): Tensor<"row" | N, "i1"> =>
  range(along).expand(index.axis("row")).eq(index);

/** Logits with bias and penalties. */
function adjust(logits: Words<"f32">, counts: Words<"i32"> | undefined, { bias }: SamplerKey): Words<"f32"> {
  const { axes } = logits;
  const biased = bias ? logits.add(input("bias", axes as readonly Axis<"row" | "word">[], "f32")) : logits;
  if (counts === undefined) return biased;
  const [row] = axes as [Axis<"row">];
  const ofRow = <D extends DType>(name: string, dtype: D) => input(name, [row], dtype);
  const made = shifted(counts, 1);
  const steps = made.mul(ofRow("frequency", "i32")).add(select(made.gt(0), ofRow("presence", "i32"), 0));
  // A power of two: the product is exact, whether or not a compiler joins it with the subtraction.
  const less = biased.sub(steps.to("f32").mul(2 ** -10));
  const factor = select(less.gt(0), ofRow("inverse", "f32"), ofRow("repetition", "f32"));
  // The choice stands between the product and what is taken off it, so that they are not joined.
  return select(counts.gt(0), less.mul(factor), less);
}

/** The tokens that each row may have, of 32 bits a word. */
function allowedTokens(axes: readonly Axis<"row" | "word">[]): Words<"i1"> {
  const [row, word] = axes as [Axis<"row">, Axis<"word">];
  const [block, lane] = [axis("block", Math.ceil(word.size / 32)), axis("lane", 32)];
  const packed = input("allowed", [row, block], "i32").expand(lane);
  const words = transpose(packed, ["row", "block", "lane"]);
  const from = shifted(words, range(lane).expand(block).expand(row));
  const lowest = from.sub(shifted(from, 1).mul(2));
  const bits: Words<"i32"> = merge(lowest, ["block", "lane"], "word");
  return slice(bits, "word", { stop: word.size }).eq(1);
}

/** What tokens weigh by their distances from the best, in 2^-16 of a logit. */
function weightsOf(distances: Words<"i32">, scale: Row<"f32">): Words<"i32"> {
  const exponent = floor(distances.to("f32").mul(scale)).max(LOWEST_EXPONENT).to("i32");
  const whole = shifted(exponent, 15);
  const part = exponent.sub(whole.mul(2 ** 15));
  const [first, second, third, fourth] = POWER;
  const inner = shifted(part.mul(fourth), 15).add(third);
  const middle = shifted(part.mul(inner), 15).add(second);
  const outer = shifted(part.mul(middle), 15).add(first);
  const mantissa = shifted(part.mul(outer), 15)
    .add(2 ** 16)
    .mul(2 ** 14);
  const weight = shifted(mantissa, whole.mul(-1).min(31));
  return select(distances.ne(RULED_OUT), weight, 0);
}

const total = (weights: Words<"i32">): Row<"i64"> => sum(weights.to("i64"), "word");

/** floor(sum part / 2^32), of numbers whose product has more than 64 bits. */
function portionOf(mass: Row<"i64">, part: Row<"i64">): Row<"i64"> {
  const high = shifted(mass, 24);
  const low = mass.sub(high.mul(2 ** 24));
  return shifted(high.mul(part).add(shifted(low.mul(part), 24)), 8);
}

/** The largest distance of each row from `low` up for which `holds`, which holds at `low`. */
function bisect(low: Row<"i32">, holds: (border: Row<"i32">) => Row<"i1">): Row<"i32"> {
  const high = fill(0, low.axes as readonly [Axis<"row">], "i32");
  const found = whileLoop(
    { low, high },
    (now) => any(now.low.lt(now.high), "row"),
    (now) => {
      const middle = now.low.add(shifted(now.high.sub(now.low).add(1), 1));
      const held = holds(middle);
      return { low: select(held, middle, now.low), high: select(held, now.high, middle.sub(1)) };
    },
  );
  return found.low;
}

/** What is left: all of larger distance than the border, and some of it. */
interface Border {
  readonly distance: Row<"i32">;
  /** Of one token at the border. */
  readonly weight: Row<"i64">;
  /** Sums: of what is larger, and of all that is left. */
  readonly above: Row<"i64">;
  readonly mass: Row<"i64">;
}

const above = (distances: Words<"i32">, border: Row<"i32">, weights: Words<"i32">): Words<"i32"> =>
  select(distances.gt(border), weights, 0);

function weightAt(distances: Words<"i32">, border: Row<"i32">, weights: Words<"i32">): Row<"i64"> {
  const equal = distances.eq(border);
  const count = sum(select(equal, weights.min(1), 0), "word")
    .max(1)
    .to("i64");
  return total(select(equal, weights, 0))
    .div(count)
    .max(1);
}

/** Rounded up, of numbers that are not negative. */
const quotient = (a: Row<"i64">, b: Row<"i64">): Row<"i64"> => a.add(b).sub(1).div(b);

function borderOf(distances: Words<"i32">, weights: Words<"i32">, { topK, topP }: SamplerKey): Border {
  const { axes } = distances;
  const [row] = axes as [Axis<"row">];
  const drawn = weights.gt(0);
  // Below the smallest by more than f32 rounds: where the search begins changes no result.
  const farthest = maximum(select(drawn, distances, 0).to("f32").mul(-1), "word");
  const lowest = farthest.mul(-1.00001).sub(1).max(RULED_OUT).to("i32");
  const ones = weights.min(1);
  let from = lowest;
  let mass = total(weights);
  if (topK) {
    const k = input("top_k", [row], "i32").min(sum(ones, "word"));
    const countFrom = (border: Row<"i32">) => sum(select(distances.ge(border), ones, 0), "word");
    from = bisect(lowest, (border) => countFrom(border).ge(k));
    const more = total(above(distances, from, weights));
    const countAbove = sum(above(distances, from, ones), "word");
    const ties = k.sub(countAbove).to("i64");
    const weight = weightAt(distances, from, weights);
    mass = more.add(weight.mul(ties));
    if (!topP) return { distance: from, weight, above: more, mass };
  }
  const needed = portionOf(mass, input("top_p", [row], "i64")).max(1);
  const massFrom = (border: Row<"i32">) => total(select(distances.ge(border), weights, 0));
  const distance = bisect(from, (border) => massFrom(border).ge(needed));
  const more = total(above(distances, distance, weights));
  const weight = weightAt(distances, distance, weights);
  // Where the border is that of topK, what is needed is no more than what that has left.
  return { distance, weight, above: more, mass: more.add(quotient(needed.sub(more), weight).mul(weight)) };
}

/** How many of the running sums of each row do not pass its target, and what the last of them is. */
function passing(values: Tensor<"row" | "place", "i64">, target: Row<"i64">) {
  const place = values.axis("place");
  const isBefore = range(axis("other", place.size)).expand(place).le(range(place));
  const others = values.rename({ place: "other" }).expand(place);
  const running = sum(select(isBefore, others, 0), "other");
  const passed = running.le(target);
  return {
    count: sum(select(passed, fill(1, [place], "i32"), 0), "place"),
    before: sum(select(passed, values, 0), "place"),
  };
}

/** The first token of each row at which the sum of what tokens weigh passes the target, by sums of blocks, and then within one block. */
function tokenAt(weights: Words<"i32">, target: Row<"i64">): Row<"i32"> {
  const [row, word] = [weights.axis("row"), weights.axis("word")];
  const lane = axis("lane", Math.ceil(Math.sqrt(word.size)));
  const block = axis("block", Math.ceil(word.size / lane.size));
  const missing = axis("word", block.size * lane.size - word.size);
  const whole = missing.size === 0 ? weights : concat([weights, fill(0, [row, missing], "i32")], "word");
  const byBlock = split(whole, "word", [block, lane]);
  const blocks = passing(sum(byBlock.to("i64"), "lane").rename({ block: "place" }), target);
  const chosen = sum(select(isAt(block, blocks.count), byBlock, 0), "block");
  const lanes = passing(chosen.to("i64").rename({ lane: "place" }), target.sub(blocks.before));
  return blocks.count.mul(lane.size).add(lanes.count);
}

/** Logarithms of probabilities of the logits as the model gave them: of the token, and of the best. */
function logprobsOf(logits: Words<"f32">, token: Row<"i32">, count: number) {
  const [row, word] = logits.axes as [Axis<"row">, Axis<"word">];
  const largest = maximum(logits, "word");
  const all = largest.add(log(sum(exp(logits.sub(largest)), "word")));
  const of = (id: Row<"i32">): Row<"f32"> =>
    sum(select(isAt(word, id), logits, 0), "word").sub(all) as Row<"f32">;
  const ids: Row<"i32">[] = [];
  const none = fill(Number.NEGATIVE_INFINITY, [row, word], "f32");
  let left = fill(1, [row, word], "i32");
  for (let place = 0; place < count; place++) {
    const others = select(left.eq(1), logits, none);
    // Of tokens that are all ruled out, the first of them: the largest of these numbers is also that of tokens that were told.
    const id = select(
      maximum(others, "word").eq(Number.NEGATIVE_INFINITY),
      argmax(left, "word"),
      argmax(others, "word"),
    );
    ids.push(id);
    left = select(isAt(word, id), 0, left);
  }
  const stacked = <D extends "i32" | "f32">(values: readonly Row<D>[]) =>
    concat(
      values.map((value) => split(value, "row", [row, axis("place", 1)])),
      "place",
    );
  const drawn = { logprob: of(token) };
  return count === 0 ? drawn : { ...drawn, top: stacked(ids), top_logprobs: stacked(ids.map(of)) };
}

/**
 * Traces the program of a batch. Inputs: logits [row, word] f32; random [row] i64 of 32 bits; scale [row] f32 and min_weight [row] i32;
 * for what is asked, top_k [row] i32, top_p [row] i64, allowed [row, block] i32 of 32 tokens a word, bias [row, word] f32, frequency and presence [row] i32, repetition and inverse [row] f32
 * (`SamplingSettings`). With penalties the state `counts` [row, word] i32. Results: next [row, step 1] i32, -1 where logits are not
 * finite; where it is asked, logprob [row] f32, top [row, place] i32 and top_logprobs [row, place] f32.
 */
export function samplerProgram(key: SamplerKey, vocabSize: number): TracedProgram {
  const [row, word] = [axis("row", key.batch), axis("word", vocabSize)];
  return program({ name: "sampler" }, () => {
    const logits = input("logits", [row, word], "f32");
    const scale = input("scale", [row], "f32");
    const counts = key.penalties ? state("counts", [row, word], "i32") : undefined;
    const unheld = adjust(logits, counts?.value, key);
    const ruledOut = fill(Number.NEGATIVE_INFINITY, [row, word], "f32");
    const adjusted = key.allowed ? select(allowedTokens([row, word]), unheld, ruledOut) : unheld;
    const isNumber = any(unheld.ne(unheld), "word").eq(0) as Row<"i1">;
    const best = maximum(adjusted, "word");
    const isSound = best.lt(Number.POSITIVE_INFINITY).and(best.gt(Number.NEGATIVE_INFINITY)).and(isNumber);
    const distances = floor(adjusted.sub(best).mul(2 ** 16))
      .max(RULED_OUT)
      .to("i32");
    const isBest = select(distances.eq(0), fill(1, [row, word], "i32"), 0);
    const all = weightsOf(distances, scale);
    const likely = select(all.ge(input("min_weight", [row], "i32")), all, 0);
    const weights = select(scale.eq(0), isBest, likely);
    const border = key.topK || key.topP ? borderOf(distances, weights, key) : undefined;
    const mass = border === undefined ? total(weights) : border.mass;
    // The best token is the first of its equals.
    const random = select(scale.eq(0), fill(0, [row], "i64"), input("random", [row], "i64"));
    const target = portionOf(mass, random);
    let token: Row<"i32">;
    if (border === undefined) token = tokenAt(weights, target);
    else {
      const isAbove = target.lt(border.above);
      const larger = above(distances, border.distance, weights);
      const equal = select(distances.eq(border.distance), weights, 0);
      const from = select(isAbove, target, target.sub(border.above));
      token = tokenAt(select(isAbove, larger, equal), from);
    }
    const known = select(isSound, token, -1);
    if (counts !== undefined) {
      const made = select(isAt(word, known), fill(2, [row, word], "i32"), 0);
      counts.update(counts.value.add(made));
    }
    const next = split(known, "row", [row, axis("step", 1)]);
    return key.logprobs === undefined ? { next } : { next, ...logprobsOf(logits, known, key.logprobs) };
  });
}
