import { describe, expect, it } from "vitest";
import {
  axis,
  blockDiagonal,
  causalConv1d,
  dot,
  exp,
  input,
  kvCacheUpdate,
  linearScan,
  attention,
  merge,
  oneMinus,
  parameter,
  program,
  rmsNorm,
  rotary,
  select,
  sigmoid,
  softplus,
  split,
  sqrt,
  state,
  take,
} from "../../src/dsl/index.js";
import { lowerProgram, stablehloText } from "../../src/engine/index.js";
import { elementsFromNumbers } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { elementCount, tensorType } from "../../src/ir/types.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { numbersOf } from "../../src/testing/close.js";

const paper = {
  batch: "batch",
  time: "time",
  model: "model",
  lru: "lru",
  heads: "heads",
  head: "head",
  vocab: "vocab",
  window: "window",
  tap: "tap",
  tail: "tail",
} as const;

/** None of them is what the paper calls it; the types hold for any names, so one set of them stands for both. */
const others = {
  batch: "rows",
  time: "seq",
  model: "time",
  lru: "c",
  heads: "batch",
  head: "lru",
  vocab: "window",
  window: "slots",
  tap: "k",
  tail: "before",
} as unknown as typeof paper;

/** An RG-LRU behind a convolution, then local attention with rotary positions: every op that mixes tokens. */
const blocks = (n: typeof paper, tokensEach: number) =>
  program({ name: "blocks", state: "carried" }, () => {
    const [batch, time, model, lru] = [
      axis(n.batch, 2),
      axis(n.time, tokensEach),
      axis(n.model, 8),
      axis(n.lru, 8),
    ];
    const [heads, head, taps] = [axis(n.heads, 2), axis(n.head, 4), axis(n.tap, 3)];
    const tokens = input("tokens", [batch, time], "i32");
    const position = input("segment_pos", [batch, time], "i32");
    const numTokens = input("num_tokens", [batch], "i32");
    const weight = (name: string) => parameter(name, [lru, model], "f32");
    const embedded = take(parameter("embedding", [axis(n.vocab, 5), model], "f32"), n.vocab, tokens);
    const norm = parameter("norm", [model], "f32");
    const u = rmsNorm(embedded, norm, { epsilon: 1e-6, offset: 1 });

    const tail = state("tail", [batch, axis(n.tail, 2), lru], "f32");
    const conv = causalConv1d({
      x: dot(u, weight("in"), n.model),
      w: parameter("conv", [lru, taps], "f32"),
      bias: parameter("conv_bias", [lru], "f32"),
      segmentPos: position,
      tail: tail.value,
      axis: n.time,
      taps: n.tap,
    });
    tail.update(conv.tail);
    const x = conv.y;
    const gate = (name: string) => {
      const w = parameter(name, [heads, axis("block_in", 4), axis("block_out", 4)], "f32");
      const bias = parameter(`${name}_bias`, [heads, axis("block", 4)], "f32");
      return sigmoid(blockDiagonal(x, w).add(merge(bias, [n.heads, "block"], n.lru)));
    };
    const logA = gate("r")
      .mul(softplus(parameter("decay", [lru], "f32")))
      .mul(-8);
    const start = position.eq(0);
    const h = state("h", [batch, lru], "f32");
    const { y, last } = linearScan({
      a: select(start, 0, exp(logA)),
      x: x.mul(gate("i")).mul(select(start, 1, sqrt(oneMinus(exp(logA.mul(2)))))),
      h0: h.value,
      axis: n.time,
    });
    h.update(last);
    const mixed = embedded.add(dot(y, weight("out"), n.lru));

    const rotate = { axis: n.head, dims: 2, base: 100 } as const;
    const q = rotary(split(dot(mixed, weight("q"), n.model), n.lru, [heads, head]), position, rotate);
    const rows = (name: string) => dot(mixed, parameter(name, [head, model], "f32"), n.model);
    const k = rotary(rows("k"), position, rotate);
    const v = rows("v");
    const slots = [batch, axis(n.window, 4), head] as const;
    const [keys, values] = [state("keys", slots, "f32"), state("values", slots, "f32")];
    const attended = attention({
      q,
      k,
      v,
      segmentPos: position,
      cache: { kind: "ring", keys: keys.value, values: values.value },
      numTokens,
      axes: { time: n.time, slots: n.window, channels: n.head },
      scale: 0.5,
    });
    keys.update(kvCacheUpdate(keys.value, k, position));
    values.update(kvCacheUpdate(values.value, v, position));
    return { y: merge(attended, [n.heads, n.head], n.lru) };
  });

describe("axes may have any names", () => {
  it.each([
    ["cpu", 6],
    ["gpu", 6],
    ["tpu", 6],
    // Long enough for the strided layout and for calls of layers.
    ["tpu", 512],
  ])("the lowering for %s of %d tokens is the same", (target, tokens) => {
    const text = (names: typeof paper): string =>
      // What the author calls the axes is noted beside each argument and result.
      stablehloText(lowerProgram(blocks(names, tokens), { target })).replace(
        /griffin\.axes = \[[^\]]*\]/g,
        "",
      );
    expect(text(others)).toBe(text(paper));
  });

  it("the numbers are the same", () => {
    const run = (names: typeof paper) => {
      const { module, arguments: args } = lowerProgram(blocks(names, 6), { target: "cpu" });
      const inputs = args.map(({ name, dimensions }, i) => {
        const count = elementCount(dimensions);
        if (name === "segment_pos") return [3, 4, 5, 0, 1, 2, 0, 1, 2, 3, 4, 5];
        if (name === "num_tokens") return [3, 0];
        return randomNumbers(i, count, name === "tokens" ? 0 : -1, name === "tokens" ? 5 : 1).map((value) =>
          name === "tokens" ? Math.floor(value) : value,
        );
      });
      const elements = args.map(({ elementType, dimensions }, i) =>
        elementsFromNumbers(tensorType(dimensions, elementType), inputs[i]!),
      );
      return interpretFunction(module, "main", elements).map(numbersOf);
    };
    const numbers = run(paper);
    expect(numbers.flat().every(Number.isFinite)).toBe(true);
    expect(run(others)).toEqual(numbers);
  });
});
