import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Emitter } from "../../src/ir/emit.js";
import type { OperationOf } from "../../src/ir/ops/index.js";
import type { ScanChoice } from "../../src/lowering/scan/lower.js";
import { lowerSelectiveScan } from "../../src/lowering/selective-scan/lower.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { expectClose, interpretOps, type Operand, type OpCase, rounded } from "./ops.js";
import { selectiveScan } from "./plain.js";

const choices: readonly ScanChoice[] = [
  ...[1, 2, 3].map((unroll) => ({ strategy: "sequential", unroll }) as const),
  { strategy: "associative" },
  { strategy: "strided" },
  ...[2, 3, 8].map((block) => ({ strategy: "blocked", block }) as const),
];

interface Shape {
  /** Sizes of the axes of x that are not time, and where time stands among them. */
  readonly carried: readonly number[];
  readonly axis: number;
  readonly time: number;
  readonly states: readonly number[];
  /** Of which axes of the recurrence each operand is, as bits. */
  readonly has: Readonly<Record<"delta" | "a" | "b" | "c" | "segment", number>>;
  readonly element: "f32" | "bf16";
  readonly reverse: boolean;
  readonly start: "argument" | "zero";
  readonly seed: number;
}

const bits = fc.integer({ min: 0, max: 63 });
const shapes: fc.Arbitrary<Shape> = fc
  .record({
    carried: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    place: fc.nat(3),
    time: fc.integer({ min: 1, max: 11 }),
    states: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
    has: fc.record({ delta: bits, a: bits, b: bits, c: bits, segment: bits }),
    element: fc.constantFrom("f32", "f32", "bf16"),
    reverse: fc.boolean(),
    start: fc.constantFrom("argument", "zero"),
    seed: fc.nat(1000),
  })
  .map(({ place, ...rest }) => ({ ...rest, axis: place % (rest.carried.length + 1) }));

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The op's operands, their numbers spread over all axes of the recurrence, and what a plain loop makes of them. */
function drawn({ carried, axis, time, states, has, element, start, seed }: Shape) {
  const rows = carried.toSpliced(axis, 0, time);
  const all = [...rows, ...states];
  const dimsOf = (mask: number, among: readonly number[]): number[] =>
    among.map((_, dim) => dim).filter((dim) => (mask >> dim) % 2 === 1);
  const operand = (name: keyof Shape["has"], at: number, low: number, high: number) => {
    const dims = dimsOf(has[name], all);
    const shape = dims.map((dim) => all[dim]!);
    return {
      dims,
      operand: { shape, element, data: rounded(randomNumbers(seed + at, count(shape), low, high), element) },
    };
  };
  const x: Operand = { shape: rows, element, data: rounded(randomNumbers(seed, count(rows)), element) };
  const delta = operand("delta", 1, 0, 1);
  const a = operand("a", 2, -2, 0);
  const [b, c] = [operand("b", 3, -1, 1), operand("c", 4, -1, 1)];
  const segmentDims = dimsOf(has.segment, rows);
  const segmentShape = segmentDims.map((dim) => rows[dim]!);
  const segment: Operand = {
    shape: segmentShape,
    element: "i32",
    data: randomNumbers(seed + 5, count(segmentShape), -1, 4).map(Math.trunc),
  };
  const held = [...carried, ...states];
  const h0: Operand = {
    shape: held,
    data:
      start === "zero"
        ? Array<number>(count(held)).fill(0)
        : rounded(randomNumbers(seed + 6, count(held), -2, 2), "f32"),
    constant: start === "zero",
  };
  return { all, x, delta, a, b, c, segment: { dims: segmentDims, operand: segment }, h0 };
}

function caseOf(shape: Shape, choice: ScanChoice | undefined): OpCase {
  const { x, delta, a, b, c, segment, h0 } = drawn(shape);
  return {
    op: "nn.selective_scan",
    operands: [x, delta.operand, a.operand, b.operand, c.operand, segment.operand, h0],
    attributes: {
      axis: shape.axis,
      states: shape.states.length,
      delta_dims: delta.dims,
      a_dims: a.dims,
      b_dims: b.dims,
      c_dims: c.dims,
      segment_dims: segment.dims,
      ...(shape.reverse ? { reverse: true } : {}),
    },
    ...(choice === undefined
      ? {}
      : { rule: (e: Emitter, op: OperationOf<"nn.selective_scan">) => lowerSelectiveScan(e, op, choice) }),
  };
}

/** Every strategy, and the op's meaning, against the plain loop. */
function check(shape: Shape): void {
  const all = [undefined, ...choices];
  const results = interpretOps(all.map((choice) => caseOf(shape, choice)));
  const expected = selectiveScan({ ...shape, ...drawn(shape) });
  all.forEach((choice, i) => {
    const name = `${JSON.stringify(choice ?? "meaning")} of ${JSON.stringify(shape)}`;
    expectClose(results[i]![0]!, expected.y, `y, ${name}`, shape.element);
    expectClose(results[i]![1]!, expected.last, `last, ${name}`);
  });
}

/** Mamba's: delta [batch, time, channel], a [channel, state], b, c [batch, time, state], positions [batch, time]. */
const mamba: Shape = {
  carried: [2, 3],
  axis: 1,
  time: 9,
  states: [2],
  has: { delta: 0b0111, a: 0b1100, b: 0b1011, c: 0b1011, segment: 0b0011 },
  element: "f32",
  reverse: false,
  start: "argument",
  seed: 3,
};

describe("every strategy of selective_scan equals a plain loop", () => {
  it("on random axes of all operands, directions, starts and documents", () => {
    fc.assert(fc.property(shapes, check), { numRuns: 5 });
  });

  it.each([
    ["Mamba's axes", mamba],
    ["Mamba's axes in reverse", { ...mamba, reverse: true }],
    ["one step", { ...mamba, time: 1 }],
    ["from zero, a whole number of blocks, bf16", { ...mamba, time: 24, start: "zero", element: "bf16" }],
    [
      "heads of channels (Mamba-2): one delta and decay a head",
      {
        ...mamba,
        carried: [1, 2, 3],
        has: { delta: 0b0111, a: 0b0100, b: 0b10011, c: 0b10011, segment: 0b0011 },
      },
    ],
    [
      "nothing but time and states",
      { ...mamba, carried: [], axis: 0, has: { delta: 1, a: 2, b: 3, c: 2, segment: 0 } },
    ],
  ] as const satisfies readonly (readonly [string, Shape])[])("%s", (_, shape) => {
    check(shape);
  });

  it("no steps: the start is the end", () => {
    const results = interpretOps(
      [undefined, ...choices].map((choice) => caseOf({ ...mamba, time: 0 }, choice)),
    );
    const { h0 } = drawn({ ...mamba, time: 0 });
    for (const result of results) expect(result).toEqual([[], h0.data]);
  });
});
