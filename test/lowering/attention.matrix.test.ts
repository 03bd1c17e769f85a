import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OperationOf } from "../../src/ir/ops/index.js";
import { type AttentionChoice, lowerAttention } from "../../src/lowering/attention/lower.js";
import type { Emitter } from "../../src/ir/emit.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { expectClose, interpretOps, type OpCase, rounded } from "./ops.js";
import { type Attention, attention } from "./plain.js";

interface Shape {
  readonly batch: number;
  readonly time: number;
  readonly heads: number;
  readonly head: number;
  readonly window: number;
  readonly growing?: boolean | undefined;
  readonly softCap?: number | undefined;
  /** Tokens before, one for each row; a constant 0 when absent. */
  readonly numTokens: readonly number[] | undefined;
  /** Where documents begin, besides those open before; and how many tokens are padding, for each row. */
  readonly starts: readonly (readonly number[])[];
  readonly padding: readonly number[];
  readonly element: "f32" | "bf16";
  readonly seed: number;
}

/** Positions as a session makes them: padding is -1, documents count from 0, the open one goes on from its tokens. */
function positionsOf({ batch, time, numTokens, starts, padding }: Shape): number[] {
  return Array.from({ length: batch }, (_, row) => {
    const before = numTokens?.[row] ?? 0;
    const padded = before === 0 ? Math.min(padding[row] ?? 0, time - 1) : 0;
    let position = before;
    return Array.from({ length: time }, (_, t) => {
      if (t < padded) return -1;
      if (t > padded && (starts[row] ?? []).includes(t)) position = 0;
      return position++;
    });
  }).flat();
}

function numbersOf(shape: Shape): Attention {
  const { batch, time, heads, head, window, growing, softCap, numTokens, element, seed } = shape;
  const random = (salt: number, count: number) => rounded(randomNumbers(seed + salt, count, -2, 2), element);
  return {
    batch,
    time,
    heads,
    head,
    window,
    growing,
    softCap,
    scale: 0.5,
    q: random(0, batch * time * heads * head),
    k: random(1, batch * time * head),
    v: random(2, batch * time * head),
    positions: positionsOf(shape),
    ringK: random(3, batch * window * head),
    ringV: random(4, batch * window * head),
    numTokens: numTokens ?? Array<number>(batch).fill(0),
  };
}

/** By a strategy, or by the op's meaning. */
type Choice = AttentionChoice | "meaning";

const ruleOf = (choice: Choice): Pick<OpCase, "rule"> =>
  choice === "meaning"
    ? {}
    : { rule: (e: Emitter, op: OperationOf<"nn.attention">) => lowerAttention(e, op, choice) };

function caseOf(shape: Shape, choice: Choice): OpCase {
  const { batch, time, heads, head, window, growing, softCap, numTokens, element } = shape;
  const numbers = numbersOf(shape);
  const row = { shape: [batch, time, head], element };
  const ring = { shape: [batch, window, head], element };
  return {
    op: "nn.attention",
    operands: [
      { shape: [batch, time, heads, head], element, data: numbers.q },
      { ...row, data: numbers.k },
      { ...row, data: numbers.v },
      { shape: [batch, time], element: "i32", data: numbers.positions },
      { ...ring, data: numbers.ringK },
      { ...ring, data: numbers.ringV },
      { shape: [batch], element: "i32", data: numbers.numTokens, constant: numTokens === undefined },
    ],
    attributes: {
      scale: numbers.scale,
      ...(softCap === undefined ? {} : { soft_cap: softCap }),
      ...(growing === true ? { growing } : {}),
    },
    ...ruleOf(choice),
  };
}

const dense: AttentionChoice = { strategy: "dense" };
const banded = (block: number | undefined): AttentionChoice => ({ strategy: "banded", block });

function check(shapes: readonly Shape[], strategies: readonly AttentionChoice[]): void {
  const choices: readonly Choice[] = ["meaning", ...strategies];
  const pairs = shapes.flatMap((shape) => choices.map((choice) => ({ shape, choice })));
  const results = interpretOps(pairs.map(({ shape, choice }) => caseOf(shape, choice)));
  pairs.forEach(({ shape, choice }, i) => {
    // In bf16 the weights are rounded before they meet the values.
    const tolerance = shape.element === "f32" ? 2e-5 : 2e-2;
    const name = `${JSON.stringify(choice)} of ${JSON.stringify(shape)}`;
    expectClose(results[i]![0]!, attention(numbersOf(shape)), name, shape.element, tolerance);
  });
}

const base: Shape = {
  batch: 2,
  time: 10,
  heads: 2,
  head: 4,
  window: 3,
  numTokens: undefined,
  starts: [],
  padding: [],
  element: "f32",
  seed: 1,
};
const everyBlock = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(banded);
const blocks = [1, 3, 4, 9].map(banded);

describe("the meaning of attention, dense and banded attention equal a plain loop", () => {
  it.each([
    ["a window of one token", [{ ...base, window: 1 }]],
    ["a window larger than the time", [{ ...base, window: 13 }]],
    ["a window that is the time", [{ ...base, window: 10 }]],
    ["packed documents", [{ ...base, starts: [[4], [1, 2, 9]] }]],
    ["left padding", [{ ...base, padding: [3, 9] }]],
    ["left padding and packed documents", [{ ...base, padding: [0, 4], starts: [[7], [6]] }]],
    ["bf16", [{ ...base, element: "bf16" }]],
    ["scores that are capped", [{ ...base, softCap: 0.7, numTokens: [5, 2] }]],
    ["no window, nothing before", [{ ...base, growing: true, starts: [[4], []], padding: [0, 3] }]],
    ["no window, a cache that fills up", [{ ...base, growing: true, window: 6, numTokens: [6, 0] }]],
    [
      "no window, a document that ends",
      [{ ...base, growing: true, window: 9, numTokens: [8, 3], starts: [[2]] }],
    ],
  ] as const satisfies readonly (readonly [string, readonly Shape[]])[])("%s", (_, shapes) => {
    check(shapes, [dense, ...blocks]);
  });

  it("blocks of 1 to 9 queries", () => {
    check([base], [dense, ...everyBlock]);
  });

  it("tokens in the ring from none to three windows, every remainder", () => {
    const shapes = [0, 1, 2, 3, 4, 5, 6, 9].map((n) => ({
      ...base,
      time: 5,
      numTokens: [n, (n * 2 + 1) % 10],
    }));
    check(shapes, [dense, banded(2)]);
  });

  it("a ring whose document ends in the chunk", () => {
    check([{ ...base, numTokens: [5, 2], starts: [[1], [0, 6]] }], [dense, ...blocks]);
  });

  it("one token after the ring", () => {
    const shapes = [0, 1, 2, 3, 4, 8].map((n) => ({ ...base, time: 1, numTokens: [n, n + 1] }));
    check(shapes, [dense, banded(undefined)]);
  });

  it("more rows than are rolled one by one", () => {
    const numTokens = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    check([{ ...base, batch: 9, time: 4, numTokens }], [dense, banded(2)]);
  });

  it("random shapes, documents, padding and rings", () => {
    const shape: fc.Arbitrary<Shape> = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      time: fc.integer({ min: 1, max: 20 }),
      heads: fc.integer({ min: 1, max: 3 }),
      head: fc.constantFrom(2, 4),
      window: fc.integer({ min: 1, max: 9 }),
      growing: fc.boolean(),
      softCap: fc.constantFrom(undefined, 1.5),
      numTokens: fc.option(fc.array(fc.nat(27), { minLength: 3, maxLength: 3 }), { nil: undefined }),
      starts: fc.array(fc.array(fc.nat(19), { maxLength: 3 }), { minLength: 3, maxLength: 3 }),
      padding: fc.array(fc.nat(5), { minLength: 3, maxLength: 3 }),
      element: fc.constantFrom("f32", "f32", "bf16"),
      seed: fc.nat(1000),
    });
    const shapes = fc.array(
      shape.map((s) => ({
        ...s,
        // A growing cache holds what came before, or there are no numbers.
        numTokens: s.numTokens?.slice(0, s.batch).map((n) => (s.growing ? n % (s.window + 1) : n)),
      })),
      { minLength: 3, maxLength: 3 },
    );
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 9 }), (drawn, block) =>
        check(drawn, [dense, banded(block)]),
      ),
      { numRuns: 5 },
    );
  });
});

describe("a growing cache of which more came before than it holds", () => {
  it("gives no numbers for that sequence, and the right ones for others", () => {
    const shape: Shape = { ...base, time: 2, window: 3, growing: true, numTokens: [4, 3] };
    const results = interpretOps(
      (["meaning", dense, banded(1)] as const).map((choice) => caseOf(shape, choice)),
    );
    const right = attention(numbersOf(shape));
    for (const [got] of results as [number[]][]) {
      const half = got.length / 2;
      expect(got.slice(0, half).every(Number.isNaN)).toBe(true);
      expectClose(got.slice(half), right.slice(half), "the other sequence");
    }
  });
});

describe("what a token sees", () => {
  /** The weight that the query at `time` gives each new key: values are one-hot. */
  const weights = (time: number, window: number, block: number): number[] => {
    const operands = [
      { shape: [1, time, 1, 2], data: Array<number>(time * 2).fill(0) },
      { shape: [1, time, 2], data: Array<number>(time * 2).fill(0) },
      { shape: [1, time, 2], data: Array.from({ length: time }, (_, t) => [t, 1]).flat() },
      { shape: [1, time], element: "i32" as const, data: Array.from({ length: time }, (_, t) => t) },
      { shape: [1, window, 2], data: Array<number>(window * 2).fill(0) },
      { shape: [1, window, 2], data: Array<number>(window * 2).fill(0) },
      { shape: [1], element: "i32" as const, data: [0], constant: true },
    ];
    const rule = (e: Emitter, op: OperationOf<"nn.attention">) => lowerAttention(e, op, banded(block));
    const [[y]] = interpretOps([{ op: "nn.attention", operands, attributes: { scale: 1 }, rule }]) as [
      [number[]],
    ];
    return y.filter((_, i) => i % 2 === 0);
  };

  it("is itself and w tokens before it: equal keys average the last w + 1 values", () => {
    expect(weights(6, 2, 2)).toEqual([0, 0.5, 1, 2, 3, 4]);
  });

  it("a row of the ring that holds nothing is not seen, whatever is in it", () => {
    const junk = [1e30, 1e30];
    const operands = [
      { shape: [1, 1, 1, 2], data: [1, 1] },
      { shape: [1, 1, 2], data: [1, 1] },
      { shape: [1, 1, 2], data: [5, 6] },
      { shape: [1, 1], element: "i32" as const, data: [0] },
      { shape: [1, 1, 2], data: junk },
      { shape: [1, 1, 2], data: junk },
      { shape: [1], element: "i32" as const, data: [0] },
    ];
    const results = interpretOps(
      (["meaning", dense, banded(1)] as const).map((choice) => ({
        op: "nn.attention" as const,
        operands,
        attributes: { scale: 1 },
        ...ruleOf(choice),
      })),
    );
    expect(results).toEqual([[[5, 6]], [[5, 6]], [[5, 6]]]);
  });
});

describe("grouped-query attention", () => {
  /** Heads [from, to) of rows [.., heads, head]. */
  const headsOf = (data: readonly number[], heads: number, head: number, from: number, to: number) =>
    data.filter((_, i) => {
      const at = Math.floor(i / head) % heads;
      return at >= from && at < to;
    });

  it("is multi-query attention of each head of keys with the heads of queries that it serves", () => {
    const [groups, heads] = [3, 6];
    const shapes: readonly Shape[] = [
      { ...base, heads },
      { ...base, heads, numTokens: [5, 2], starts: [[4], [1, 6]] },
      { ...base, heads, time: 1, numTokens: [7, 0] },
    ];
    const pairs = shapes.flatMap((shape) =>
      (["meaning", dense, banded(2)] as const).map((choice) => ({ shape, choice })),
    );
    const cases = pairs.map(({ shape, choice }): OpCase => {
      const { batch, time, head, window } = shape;
      const one = caseOf(shape, choice);
      const grow = (seed: number, shapeOf: readonly number[]) => ({
        shape: shapeOf,
        data: rounded(
          randomNumbers(
            seed,
            shapeOf.reduce((a, b) => a * b, 1),
            -2,
            2,
          ),
          "f32",
        ),
      });
      const [q, , , positions, , , numTokens] = one.operands;
      const rows = [11, 12].map((seed) => grow(seed, [batch, time, groups, head]));
      const ring = [13, 14].map((seed) => grow(seed, [batch, window, groups, head]));
      return { ...one, operands: [q!, ...rows, positions!, ...ring, numTokens!] };
    });
    const results = interpretOps(cases);
    pairs.forEach(({ shape, choice }, i) => {
      const { heads: all, head } = shape;
      const [q, k, v, , ringK, ringV] = cases[i]!.operands.map(({ data }) => [...data]);
      const numbers = numbersOf(shape);
      const got = results[i]![0]!;
      for (let g = 0; g < groups; g++) {
        const own = (data: readonly number[]) => headsOf(data, groups, head, g, g + 1);
        const served = [(g * all) / groups, ((g + 1) * all) / groups] as const;
        const expected = attention({
          ...numbers,
          heads: all / groups,
          q: headsOf(q!, all, head, ...served),
          k: own(k!),
          v: own(v!),
          ringK: own(ringK!),
          ringV: own(ringV!),
        });
        const name = `head ${g} of keys, ${JSON.stringify(choice)} of ${JSON.stringify(shape)}`;
        expectClose(headsOf(got, all, head, ...served), expected, name, "f32", 2e-5);
      }
    });
  });
});
