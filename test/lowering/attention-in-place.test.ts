/** @file Attention that reads keys and values in the order in which they lie is the same as by heads of their own, and as its meaning. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Emitter } from "../../src/ir/emit.js";
import type { OperationOf } from "../../src/ir/ops/index.js";
import { lowerAttention } from "../../src/lowering/attention/lower.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { expectClose, interpretOps, type OpCase, type Operand, rounded } from "./ops.js";

interface Shape {
  readonly batch: number;
  readonly time: number;
  readonly groups: number;
  /** Heads of queries for each head of keys. */
  readonly served: number;
  readonly slots: number;
  readonly growing: boolean;
  readonly softCap: number | undefined;
  /** Tokens before, fewer than slots where the cache grows. */
  readonly numTokens: number;
  readonly element: "f32" | "bf16";
}

const HEAD = 4;

/** The op's operands and attributes; numbers follow from the shape. */
function caseOf(shape: Shape): OpCase {
  const { batch, time, groups, served, slots, growing, softCap, numTokens, element } = shape;
  const random = (seed: number, ...dims: readonly number[]): Operand => {
    const count = dims.reduce((product, size) => product * size, 1);
    return { shape: dims, element, data: rounded(randomNumbers(seed, count, -2, 2), element) };
  };
  const positions = Array.from({ length: batch * time }, (_, i) => numTokens + (i % time));
  return {
    op: "nn.attention",
    operands: [
      random(1, batch, time, groups * served, HEAD),
      random(2, batch, time, groups, HEAD),
      random(3, batch, time, groups, HEAD),
      { shape: [batch, time], element: "i32", data: positions },
      random(4, batch, slots, groups, HEAD),
      random(5, batch, slots, groups, HEAD),
      { shape: [batch], element: "i32", data: Array<number>(batch).fill(numTokens) },
    ],
    attributes: {
      scale: 0.5,
      ...(softCap === undefined ? {} : { soft_cap: softCap }),
      ...(growing ? { growing } : {}),
    },
  };
}

const inPlace = (e: Emitter, op: OperationOf<"nn.attention">) =>
  lowerAttention(e, op, { strategy: "dense" }, { totals: "reduce", inPlaceUpTo: 4 });

const shapes: fc.Arbitrary<Shape> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    time: fc.integer({ min: 1, max: 2 }),
    groups: fc.integer({ min: 1, max: 3 }),
    served: fc.integer({ min: 1, max: 3 }),
    slots: fc.integer({ min: 1, max: 6 }),
    growing: fc.boolean(),
    softCap: fc.option(fc.constant(2), { nil: undefined }),
    numTokens: fc.integer({ min: 0, max: 9 }),
    element: fc.constantFrom("f32", "bf16"),
  })
  .map((shape) => ({
    ...shape,
    numTokens: shape.growing ? Math.min(shape.numTokens, shape.slots - 1) : shape.numTokens,
  }));

describe("attention in place", () => {
  it("is what the op means, for grouped heads and one, rings and growing caches, one sequence and more", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const given = caseOf(shape);
        const [meaning, lowered] = interpretOps([given, { ...given, rule: inPlace }]);
        const tolerance = shape.element === "f32" ? 2e-5 : 2e-2;
        expectClose(lowered![0]!, meaning![0]!, JSON.stringify(shape), shape.element, tolerance);
      }),
      { numRuns: 40 },
    );
  });

  it("gives each query the values of its own head alone", () => {
    const shape: Shape = {
      batch: 1,
      time: 1,
      groups: 2,
      served: 1,
      slots: 2,
      growing: true,
      softCap: undefined,
      numTokens: 1,
      element: "f32",
    };
    const values = (count: number): number[] => Array.from({ length: count }, (_, i) => (i % 8 < 4 ? 1 : 5));
    const given = caseOf(shape);
    const operands = given.operands.map((operand, i) =>
      i === 2 || i === 5 ? { ...operand, data: values(operand.data.length) } : operand,
    );
    const [lowered] = interpretOps([{ ...given, operands, rule: inPlace }]);
    expect(Array.from(lowered![0]!, (x) => Math.round(Number(x)))).toEqual([1, 1, 1, 1, 5, 5, 5, 5]);
  });
});
