import { describe, expect, it } from "vitest";
import type { Emitter } from "../../src/ir/emit.js";
import type { OperationOf } from "../../src/ir/ops/index.js";
import { type AttentionChoice, lowerAttention } from "../../src/lowering/attention/lower.js";
import { stridedConv1d } from "../../src/lowering/conv/strided.js";
import { rollingUpdate } from "../../src/lowering/kv-cache/rolling.js";
import { lowerMatrixStates } from "../../src/lowering/matrix-states/lower.js";
import { lowerLinearScan, type ScanChoice } from "../../src/lowering/scan/lower.js";
import { useCpu } from "../dsl/cpu.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { expectClose, interpretOps, type OpCase, type Operand, rounded, runOps } from "./ops.js";

const cpu = useCpu();

const [batch, time, channels, window, heads] = [2, 16, 4, 6, 3];

const random = (seed: number, shape: readonly number[], low = -1): Operand => {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: rounded(randomNumbers(seed, count, low, 1), "f32") };
};
/** Each sequence goes on from token 9 and begins a document at its fifth token. */
const segmentPos: Operand = {
  shape: [batch, time],
  element: "i32",
  data: Array.from({ length: batch * time }, (_, i) => (i % time < 5 ? 9 + (i % time) : (i % time) - 5)),
};
const rows = (seed: number): Operand => random(seed, [batch, time, channels]);

const scan: OpCase = {
  op: "nn.linear_scan",
  operands: [rows(1), random(2, [batch, time, channels], 0), random(3, [batch, channels])],
  attributes: { axis: 1 },
};
const conv: OpCase = {
  op: "nn.causal_conv1d",
  operands: [
    rows(1),
    random(2, [channels, 4]),
    random(3, [channels]),
    segmentPos,
    random(4, [batch, 3, channels]),
  ],
  attributes: { axis: 1 },
};
const attention: OpCase = {
  op: "nn.attention",
  operands: [
    random(1, [batch, time, heads, channels]),
    rows(2),
    rows(3),
    segmentPos,
    random(4, [batch, window, channels]),
    random(5, [batch, window, channels]),
    { shape: [batch], element: "i32", data: [9, 9] },
  ],
  attributes: { scale: 0.5 },
};
const update: OpCase = {
  op: "nn.kv_cache_update",
  operands: [random(1, [batch, window, channels]), random(2, [batch, 4, channels]), firstOf(segmentPos, 4)],
};

/** The first `count` rows of each sequence. */
function firstOf({ data, ...positions }: Operand, count: number): Operand {
  return { ...positions, shape: [batch, count], data: data.filter((_, i) => i % time < count) };
}

const strided = (one: OpCase): OpCase => ({ ...one, attributes: { ...one.attributes, strided: 4 } });
const scanBy = (choice: ScanChoice, one = scan): OpCase => ({
  ...one,
  rule: (e: Emitter, op: OperationOf<"nn.linear_scan">) => lowerLinearScan(e, op, choice),
});
const attentionBy = (choice: AttentionChoice, one = attention): OpCase => ({
  ...one,
  rule: (e: Emitter, op: OperationOf<"nn.attention">) => lowerAttention(e, op, choice),
});

const small = (seed: number, shape: readonly number[]): Operand => {
  const { data, ...operand } = random(seed, shape);
  return { ...operand, data: data.map((number) => number / 2) };
};
const delta: OpCase = {
  op: "nn.delta_rule",
  operands: [
    random(1, [batch, 7, channels]),
    random(2, [batch, 7, channels]),
    random(3, [batch, heads, 7, 2]),
    {
      ...random(4, [batch, heads, 7, channels]),
      data: Array<number>(batch * heads * 7 * channels).fill(-0.25),
    },
    small(5, [batch, heads, 7, channels]),
    small(6, [batch, heads, 7, channels]),
    random(7, [batch, heads, channels, 2]),
  ],
};

const strategies: ReadonlyMap<string, OpCase> = new Map([
  ["scan by its meaning", scan],
  ["scan, sequential", scanBy({ strategy: "sequential", unroll: 3 })],
  ["scan, associative", scanBy({ strategy: "associative" })],
  ["scan, blocked", scanBy({ strategy: "blocked", block: 5 })],
  ["scan, strided", scanBy({ strategy: "strided" }, strided(scan))],
  ["delta rule by its meaning", delta],
  [
    "delta rule, chunked",
    {
      ...delta,
      rule: (e: Emitter, op: OperationOf<"nn.delta_rule">) =>
        lowerMatrixStates(e, op, { strategy: "chunked", chunk: 4 }),
    },
  ],
  ["convolution by its meaning", conv],
  [
    "convolution, strided",
    { ...strided(conv), rule: (e: Emitter, op: OperationOf<"nn.causal_conv1d">) => stridedConv1d(e, op)! },
  ],
  ["attention by its meaning", attention],
  ["attention, dense", attentionBy({ strategy: "dense" })],
  ["attention, banded", attentionBy({ strategy: "banded", block: 4 })],
  ["attention, banded, of strided rows", attentionBy({ strategy: "banded", block: 4 }, strided(attention))],
  ["cache update by its meaning", update],
  [
    "cache update, rolling",
    { ...update, rule: (e: Emitter, op: OperationOf<"nn.kv_cache_update">) => rollingUpdate(e, op)! },
  ],
]);

describe("what a plugin computes by a strategy", () => {
  it("is what the interpreter computes by the op's meaning", async () => {
    const results = await runOps(cpu.client, [...strategies.values()]);
    const expected = interpretOps([...strategies.values()].map(({ rule: _, ...byMeaning }) => byMeaning));
    [...strategies.keys()].forEach((name, i) => {
      expect(results[i]!.length, name).toBe(expected[i]!.length);
      expected[i]!.forEach((values, r) => {
        expectClose(results[i]![r]!, values, `result ${r}, ${name}`);
      });
    });
  });
});
