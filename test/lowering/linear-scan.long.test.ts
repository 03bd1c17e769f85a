import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScalarType } from "../../src/ir/types.js";
import type { OperationOf } from "../../src/ir/ops/index.js";
import type { Emitter } from "../../src/ir/emit.js";
import { lowerLinearScan, type ScanChoice } from "../../src/lowering/scan/lower.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { expectClose, interpretOps, type OpCase, rounded } from "./ops.js";
import { linearScan } from "./plain.js";

const choices: readonly ScanChoice[] = [
  ...[1, 2, 3, 4, 8].map((unroll) => ({ strategy: "sequential", unroll }) as const),
  { strategy: "associative" },
  ...[2, 3, 5, 8, 64].map((block) => ({ strategy: "blocked", block }) as const),
];

interface Shape {
  readonly batch: number;
  readonly time: number;
  readonly channels: number;
  readonly element: "f32" | "bf16" | "f16";
  readonly reverse: boolean;
  /** An argument, or a constant 0. */
  readonly start: "argument" | "zero";
  readonly seed: number;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 40 })),
  channels: fc.integer({ min: 1, max: 5 }),
  element: fc.constantFrom("f32", "f32", "bf16", "f16"),
  reverse: fc.boolean(),
  start: fc.constantFrom("argument", "zero"),
  seed: fc.nat(1000),
});

/** The numbers of a shape: x in [-1, 1), a in [0, 1) with a fifth of them 0, h0 in [-2, 2). */
function numbersOf({ batch, time, channels, element, start, seed }: Shape) {
  const count = batch * time * channels;
  const draws = randomNumbers(seed + 2, count, 0, 1);
  return {
    x: rounded(randomNumbers(seed, count), element),
    a: rounded(
      randomNumbers(seed + 1, count, 0, 1).map((a, i) => (draws[i]! < 0.2 ? 0 : a)),
      element,
    ),
    h0:
      start === "zero"
        ? Array<number>(batch * channels).fill(0)
        : rounded(randomNumbers(seed + 3, batch * channels, -2, 2), "f32"),
  };
}

function caseOf(shape: Shape, choice: ScanChoice | undefined): OpCase {
  const { batch, time, channels, element, reverse, start } = shape;
  const { x, a, h0 } = numbersOf(shape);
  const walked = { shape: [batch, time, channels], element: element as ScalarType };
  return {
    op: "nn.linear_scan",
    operands: [
      { ...walked, data: x },
      { ...walked, data: a },
      { shape: [batch, channels], data: h0, constant: start === "zero" },
    ],
    attributes: reverse ? { axis: 1, reverse: true } : { axis: 1 },
    ...(choice === undefined
      ? {}
      : { rule: (e: Emitter, op: OperationOf<"nn.linear_scan">) => lowerLinearScan(e, op, choice) }),
  };
}

/** Every strategy, and the op's meaning, against the plain loop. */
function check(shape: Shape): void {
  const all = [undefined, ...choices];
  const results = interpretOps(all.map((choice) => caseOf(shape, choice)));
  const { x, a, h0 } = numbersOf(shape);
  const expected = linearScan([shape.batch, shape.time, shape.channels], x, a, h0, shape.reverse);
  all.forEach((choice, i) => {
    const name = `${JSON.stringify(choice ?? "meaning")} of ${JSON.stringify(shape)}`;
    expectClose(results[i]![0]!, expected.y, `y, ${name}`, shape.element);
    expectClose(results[i]![1]!, expected.last, `last, ${name}`);
  });
}

const base: Shape = {
  batch: 2,
  time: 1,
  channels: 3,
  element: "f32",
  reverse: false,
  start: "argument",
  seed: 1,
};

describe("every strategy of linear_scan equals a plain loop", () => {
  it("on random shapes, element types, directions, starts and resets", () => {
    fc.assert(fc.property(shapes, check), { numRuns: 6 });
  });

  it.each([
    ["one step", base],
    ["one step from zero", { ...base, start: "zero" }],
    ["one step in reverse, bf16", { ...base, reverse: true, element: "bf16" }],
    ["two steps", { ...base, time: 2 }],
    ["a whole number of blocks", { ...base, time: 24, start: "zero" }],
    ["one more than a whole number of blocks", { ...base, time: 25 }],
    ["more than one block of 64", { ...base, time: 131, batch: 1, channels: 2, element: "bf16" }],
  ] as const satisfies readonly (readonly [string, Shape])[])("%s", (_, shape) => {
    check(shape);
  });

  it("the carry is f32 also where x is bf16: it does not round at each step", () => {
    const time = 40;
    const element = "bf16" as const;
    const data = { shape: [1, time, 1], element };
    const operands = [
      { ...data, data: Array<number>(time).fill(2 ** -9) },
      { ...data, data: Array<number>(time).fill(1) },
      { shape: [1, 1], data: [1] },
    ];
    const rules = choices.map(
      (choice) => (e: Emitter, op: OperationOf<"nn.linear_scan">) => lowerLinearScan(e, op, choice),
    );
    const results = interpretOps(
      rules.map((rule) => ({ op: "nn.linear_scan", operands, attributes: { axis: 1 }, rule })),
    );
    for (const [, last] of results) expect(last).toEqual([1 + time * 2 ** -9]);
  });

  it("a = 0 forgets even infinity", () => {
    const operands = [
      { shape: [1, 3, 1], data: [1, 2, 3] },
      { shape: [1, 3, 1], data: [1, 0, 1] },
      { shape: [1, 1], data: [1e30] },
    ];
    const rule = (e: Emitter, op: OperationOf<"nn.linear_scan">) =>
      lowerLinearScan(e, op, { strategy: "blocked", block: 2 });
    const [[y]] = interpretOps([{ op: "nn.linear_scan", operands, attributes: { axis: 1 }, rule }]) as [
      [number[]],
    ];
    expect(y.slice(1)).toEqual([2, 5]);
  });

  it("no steps: the start is the end", () => {
    const none = { shape: [2, 0, 1], data: [] };
    const operands = [none, none, { shape: [2, 1], data: [3, 4] }];
    const rules = choices.map(
      (choice) => (e: Emitter, op: OperationOf<"nn.linear_scan">) => lowerLinearScan(e, op, choice),
    );
    const results = interpretOps(
      rules.map((rule) => ({ op: "nn.linear_scan", operands, attributes: { axis: 1 }, rule })),
    );
    for (const result of results) expect(result).toEqual([[], [3, 4]]);
  });
});
