import { describe, expect, it } from "vitest";
import type { Operation, Value } from "../../src/ir/operation.js";
import type { Attributes, ModelOpName, OperationOf } from "../../src/ir/ops/index.js";
import { eraseOperation } from "../../src/ir/rewriter.js";
import { lowerAttention } from "../../src/lowering/attention/lower.js";
import { stridedConv1d } from "../../src/lowering/conv/strided.js";
import { stridedConv1dGradient } from "../../src/lowering/conv/strided-gradient.js";
import { decompositions } from "../../src/lowering/decompose/index.js";
import type { Emitter } from "../../src/ir/emit.js";
import { toStrided, toOrdered } from "../../src/lowering/time-layout.js";
import { stridedShift } from "../../src/lowering/strided-shift.js";
import { lowerLinearScan } from "../../src/lowering/scan/lower.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { expectClose, interpretOps, type OpCase, type Operand, rounded } from "./ops.js";

type Rule = (e: Emitter, op: never) => readonly Value[];

/** Lowers an op with its rows in the strided layout of `factor`, and gives the first result back in order. */
const strided =
  <K extends ModelOpName>(factor: number, rows: readonly number[], rule: Rule): Rule =>
  (e: Emitter, op: OperationOf<K>) => {
    const operands = op.operands.map((operand, i) =>
      rows.includes(i) ? toStrided(e, operand, factor) : operand,
    );
    const attributes = { ...op.attributes, strided: factor } as Attributes<K>;
    const made = e.builder.create(op.name, operands, attributes);
    const [first, ...others] = rule(e, made as never);
    eraseOperation(made as Operation);
    return [toOrdered(e, first!, factor), ...others];
  };

/** The op by its meaning, in order and strided: both must give the same. */
function check(one: OpCase, rules: ReadonlyMap<string, Rule>): void {
  const cases = [one, ...[...rules.values()].map((rule): OpCase => ({ ...one, rule }))];
  const [expected, ...results] = interpretOps(cases);
  [...rules.keys()].forEach((name, i) => {
    expect(results[i]!.length, name).toBe(expected!.length);
    expected!.forEach((values, r) => {
      expectClose(results[i]![r]!, values, `result ${r}, ${name}`, "f32", 2e-5);
    });
  });
}

const random = (seed: number, shape: readonly number[], low = -1, high = 1): Operand => ({
  shape,
  data: rounded(
    randomNumbers(
      seed,
      shape.reduce((a, b) => a * b, 1),
      low,
      high,
    ),
    "f32",
  ),
});

describe("a scan of strided rows equals the scan in order", () => {
  const walk = [0, 1];
  const rules = (factor: number) =>
    new Map<string, Rule>([
      ["strided", strided(factor, walk, (e, op) => lowerLinearScan(e, op, { strategy: "strided" }))],
      ["associative", strided(factor, walk, (e, op) => lowerLinearScan(e, op, { strategy: "associative" }))],
    ]);

  it.each([
    [1, 4, 2],
    [2, 8, 8],
    [2, 24, 8],
    [3, 40, 4],
  ])("batch %d, %d tokens, factor %d, from a state and from zero", (batch, time, factor) => {
    const operands = [random(1, [batch, time, 3]), random(2, [batch, time, 3], 0, 1), random(3, [batch, 3])];
    check({ op: "nn.linear_scan", operands, attributes: { axis: 1 } }, rules(factor));
    const zero: Operand = { shape: [batch, 3], data: Array<number>(batch * 3).fill(0), constant: true };
    const fromZero = [...operands.slice(0, 2), zero];
    check({ op: "nn.linear_scan", operands: fromZero, attributes: { axis: 1 } }, rules(factor));
    for (const given of [operands, fromZero])
      check({ op: "nn.linear_scan", operands: given, attributes: { axis: 1, reverse: true } }, rules(factor));
  });
});

describe("a shift of strided rows equals the one in order", () => {
  it.each([
    ["by one", 1, 4],
    ["by as many rows as a group has", 4, 4],
    ["by more rows than a group has", 5, 4],
    ["by all rows", 16, 4],
    ["by none", 0, 4],
    ["by two, in one group", 2, 16],
  ])("%s, to later places and to earlier ones", (_, count, factor) => {
    const operands = [random(1, [2, 16, 3]), random(2, [2, count, 3])];
    const rule = strided(
      factor,
      [0],
      (e, op) => stridedShift(e, op) ?? decompositions["nn.shift_rows"](e, op),
    );
    for (const attributes of [{ axis: 1 }, { axis: 1, reverse: true }])
      check({ op: "nn.shift_rows", operands, attributes }, new Map([["strided", rule]]));
  });
});

describe("a convolution of strided rows, and its gradient, equal those in order", () => {
  it.each([
    ["documents that start anywhere", 4, 8, [0, 3, 9, 17, 23]],
    ["as many slices as taps", 4, 4, [5]],
    ["fewer slices than taps", 4, 2, [1, 2, 13]],
    ["one tap", 1, 4, [3]],
    ["two taps", 2, 8, [7, 8]],
  ])("%s", (_, taps, factor, starts) => {
    const [batch, time, channels] = [2, 16, 3];
    const positions = Array.from({ length: batch * time }, (_, i) => (starts.includes(i) ? 0 : 7));
    const operands: Operand[] = [
      random(1, [batch, time, channels]),
      random(2, [channels, taps]),
      random(3, [channels]),
      { shape: [batch, time], element: "i32", data: positions },
      random(4, [batch, taps - 1, channels]),
    ];
    const rule = strided(
      factor,
      [0, 3],
      (e, op) => stridedConv1d(e, op) ?? decompositions["nn.causal_conv1d"](e, op),
    );
    check({ op: "nn.causal_conv1d", operands, attributes: { axis: 1 } }, new Map([["strided", rule]]));
    const gradient = strided(
      factor,
      [0, 3, 5],
      (e, op) => stridedConv1dGradient(e, op) ?? decompositions["nn.causal_conv1d_gradient"](e, op),
    );
    check(
      {
        op: "nn.causal_conv1d_gradient",
        operands: [...operands, random(5, [batch, time, channels])],
        attributes: { axis: 1 },
      },
      new Map([["strided", gradient]]),
    );
  });
});

describe("attention of strided rows equals the one in order", () => {
  const [batch, time, heads, head] = [2, 16, 2, 4];
  const caseOf = (
    window: number,
    numTokens: readonly number[] | undefined,
    starts: readonly number[],
  ): OpCase => ({
    op: "nn.attention",
    operands: [
      random(1, [batch, time, heads, head], -2, 2),
      random(2, [batch, time, head], -2, 2),
      random(3, [batch, time, head], -2, 2),
      {
        shape: [batch, time],
        element: "i32",
        data: Array.from({ length: batch * time }, (_, i) => (starts.includes(i) ? 0 : 50)),
      },
      random(4, [batch, window, head], -2, 2),
      random(5, [batch, window, head], -2, 2),
      {
        shape: [batch],
        element: "i32",
        data: numTokens ?? [0, 0],
        constant: numTokens === undefined,
      },
    ],
    attributes: { scale: 0.5 },
  });
  const rule = (factor: number, block: number, totals: "reduce" | "product"): Rule =>
    strided(factor, [0, 1, 2, 3], (e, op) =>
      lowerAttention(e, op, { strategy: "banded", block }, { totals, inPlaceUpTo: 0 }),
    );

  it.each([
    ["from nothing, a window of a block", caseOf(4, undefined, [])],
    ["from nothing, a window of more than a block", caseOf(7, undefined, [5, 20])],
    ["after a full ring", caseOf(8, [30, 9], [])],
    ["after a ring that is not full, documents starting", caseOf(6, [3, 0], [4, 27])],
  ])("%s", (_, one) => {
    const rules = new Map([
      ["whole blocks of two slices", rule(2, 4, "reduce")],
      ["whole blocks of four slices, totals by a product", rule(4, 8, "product")],
      ["blocks that slices do not divide", rule(4, 6, "reduce")],
      ["fewer tokens than a block", rule(2, 32, "reduce")],
    ]);
    check(one, rules);
  });
});
