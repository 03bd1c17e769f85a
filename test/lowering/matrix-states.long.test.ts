import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Emitter } from "../../src/ir/emit.js";
import type { ScalarType } from "../../src/ir/types.js";
import type { MatrixStateOp } from "../../src/lowering/decompose/matrix-states.js";
import { lowerMatrixStates, type MatrixStateChoice } from "../../src/lowering/matrix-states/lower.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { expectClose, interpretOps, type OpCase, rounded } from "./ops.js";
import { matrixStates, type MatrixStateNumbers, type Sizes } from "./plain-matrix-states.js";

const choices: readonly MatrixStateChoice[] = [
  { strategy: "chunked", chunk: 4 },
  { strategy: "chunked", chunk: 64 },
  { strategy: "chunked", chunk: 4, oneByOne: true },
];

interface Shape extends Sizes {
  readonly element: "f32" | "bf16";
  readonly delta: boolean;
  /** Log decays lie between 0 and minus this. */
  readonly decay: number;
  readonly seed: number;
}

/** Numbers in [-1, 1); a fifth of the tokens forgets everything; what the delta rule reads and writes is small enough for states to stay so. */
function numbersOf({ o, n, t, k, v, d, element, delta, decay, seed }: Shape): MatrixStateNumbers {
  const random = (i: number, count: number, scale = 1) =>
    rounded(randomNumbers(seed + i, count, -scale, scale), element);
  const draws = randomNumbers(seed + 7, o * n * t, 0, 1);
  const vectors = delta ? { read: random(5, o * n * t * k, 0.7), write: random(6, o * n * t * k, 0.7) } : {};
  return {
    query: random(1, o * t * k),
    key: random(2, o * t * k),
    value: random(3, o * n * t * v),
    logDecay: rounded(
      randomNumbers(seed + 4, o * n * t * d, -decay, 0).map((log, i) =>
        draws[Math.floor(i / d)]! < 0.2 ? Number.NEGATIVE_INFINITY : log,
      ),
      "f32",
    ),
    state: rounded(randomNumbers(seed, o * n * k * v), "f32"),
    ...vectors,
  };
}

function caseOf(shape: Shape, numbers: MatrixStateNumbers, choice: MatrixStateChoice | undefined): OpCase {
  const { o, n, t, k, v, d } = shape;
  const element: ScalarType = shape.element;
  const { read, write } = numbers;
  const vectors = [read, write].flatMap((data) =>
    data === undefined ? [] : [{ shape: [o, n, t, k], element, data }],
  );
  return {
    op: shape.delta ? "nn.delta_rule" : "nn.linear_attention",
    operands: [
      { shape: [o, t, k], element, data: numbers.query },
      { shape: [o, t, k], element, data: numbers.key },
      { shape: [o, n, t, v], element, data: numbers.value },
      { shape: [o, n, t, d], data: numbers.logDecay },
      ...vectors,
      { shape: [o, n, k, v], data: numbers.state },
    ],
    ...(choice === undefined
      ? {}
      : { rule: (e: Emitter, op: MatrixStateOp) => lowerMatrixStates(e, op, choice) }),
  };
}

/** Every strategy, and the op's meaning, against the plain loop. */
function check(shape: Shape, numbers = numbersOf(shape)): void {
  const all = [undefined, ...choices];
  const results = interpretOps(all.map((choice) => caseOf(shape, numbers, choice)));
  const expected = matrixStates(shape, numbers);
  all.forEach((choice, i) => {
    const name = `${JSON.stringify(choice ?? "meaning")} of ${JSON.stringify(shape)}`;
    expectClose(results[i]![0]!, expected.y, `y, ${name}`, shape.element);
    expectClose(results[i]![1]!, expected.last, `last, ${name}`);
  });
}

const shapes: fc.Arbitrary<Shape> = fc
  .record({
    o: fc.integer({ min: 1, max: 2 }),
    n: fc.integer({ min: 1, max: 2 }),
    t: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 19 })),
    k: fc.integer({ min: 1, max: 3 }),
    v: fc.integer({ min: 1, max: 3 }),
    byChannel: fc.boolean(),
    element: fc.constantFrom("f32", "bf16"),
    delta: fc.boolean(),
    decay: fc.constantFrom(0.1, 2, 50),
    seed: fc.nat(1000),
  })
  .map(({ byChannel, ...shape }) => ({ ...shape, d: byChannel ? shape.k : 1 }) as Shape);

const base: Shape = {
  o: 1,
  n: 2,
  t: 11,
  k: 3,
  v: 2,
  d: 1,
  element: "f32",
  delta: false,
  decay: 1,
  seed: 1,
};

describe("every strategy of linear_attention and delta_rule equals a plain loop", () => {
  it("on random shapes, element types, decays and resets", () => {
    fc.assert(
      fc.property(shapes, (shape) => check(shape)),
      { numRuns: 8 },
    );
  });

  it.each([
    ["one token", { ...base, t: 1 }],
    ["one token, delta rule", { ...base, t: 1, delta: true, d: 3 }],
    ["decays of heads", base],
    ["decays of channels", { ...base, d: 3 }],
    ["whole chunks", { ...base, t: 16, d: 3 }],
    ["the delta rule, decays of heads", { ...base, delta: true }],
    ["the delta rule, decays of channels, whole chunks", { ...base, t: 8, delta: true, d: 3, n: 1 }],
    ["more than a chunk of 64", { ...base, o: 1, n: 1, t: 70, k: 2, delta: true, d: 2 }],
    ["heads that share keys, bf16", { ...base, o: 1, n: 3, element: "bf16" }],
  ] as const satisfies readonly (readonly [string, Shape])[])("%s", (_, shape) => {
    check(shape);
  });

  it("decays that follow very strong ones are as exact as others", () => {
    const shape: Shape = { ...base, o: 1, n: 1, t: 8, k: 1, v: 1 };
    const numbers = numbersOf(shape);
    const logDecay = rounded([-0.5, -3e5, -0.25, -0.125, -7e4, -0.3, -0.7, -0.1], "f32");
    check(shape, { ...numbers, logDecay });
  });

  it("decays so weak or so strong that their inverse is no f32", () => {
    for (const decay of [1e-6, 300]) check({ ...base, t: 12, d: 3, delta: true, decay });
  });

  it("a value that is no number reaches no chunk before its own, and step by step no token before it", () => {
    for (const shape of [base, { ...base, d: 3 }, { ...base, delta: true, d: 3 }]) {
      const numbers = numbersOf(shape);
      const { t, v } = shape;
      const value = numbers.value.map((x, i) => (Math.floor(i / v) % t === 6 ? Number.NaN : x));
      const all = [undefined, choices[0], choices[2]];
      const results = interpretOps(all.map((choice) => caseOf(shape, { ...numbers, value }, choice)));
      const expected = matrixStates(shape, numbers).y;
      all.forEach((choice, i) => {
        const until = choice === undefined ? 6 : 4;
        const earlier = (y: readonly number[]) => y.filter((_, at) => Math.floor(at / v) % t < until);
        expectClose(earlier(results[i]![0]!), earlier(expected), `before it, ${JSON.stringify(choice)}`);
        expect(results[i]![0]![6 * v]).toBeNaN();
      });
    }
  });

  it("no tokens: the state stays", () => {
    const none = { ...base, o: 1, n: 1, t: 0, k: 1, v: 2 };
    const numbers = { query: [], key: [], value: [], logDecay: [], state: [3, 4] };
    const all = [undefined, ...choices];
    const results = interpretOps(all.map((choice) => caseOf(none, numbers, choice)));
    for (const result of results) expect(result).toEqual([[], [3, 4]]);
  });
});
