import { describe, expect, test } from "vitest";
import { elementCount } from "../../src/ir/types.js";
import { gradientProgram, mergedWeights, withLora } from "../../src/training/index.js";
import { run } from "../dsl/interpret.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { errorText } from "../weights/files.js";
import { bigram, CONFIG, pairsOf, plainBigram } from "./bigram.js";

const model = bigram.configure(CONFIG);
const { words, width } = CONFIG;
const [batch, time, rank] = [2, 5, 2];
const rows = [
  [0, 1, 2, 3, 4, 0],
  [4, 4, 3, 1, 0, 2],
];
const masks = rows.map((row) => row.map((_, t) => (t === 2 ? 0 : 1)));
const inputs = {
  tokens: rows.flat(),
  target_mask: masks.flat(),
  segment_pos: rows.flatMap((row) => row.map((_, t) => t)),
};
const weights = Object.fromEntries(
  model.parameters.map(({ path, shape }, i) => [path, randomNumbers(i, elementCount(shape))]),
);

/** What is adapted by default: the one matrix that decays. */
const lora = withLora(model, { rank, alpha: 3 });
const a = randomNumbers(8, rank * width);
const b = randomNumbers(9, words * rank);
const adapters = { "head.weight.lora_a": a, "head.weight.lora_b": b };

/** [rows, inner] times [inner, columns]. */
const product = (x: readonly number[], y: readonly number[], inner: number): number[] =>
  Array.from({ length: (x.length / inner) * (y.length / inner) }, (_, i) => {
    const columns = y.length / inner;
    const [row, column] = [Math.floor(i / columns), i % columns];
    return Array.from({ length: inner }, (_, k) => x[row * inner + k]! * y[k * columns + column]!).reduce(
      (sum, one) => sum + one,
      0,
    );
  });
const transposed = (x: readonly number[], columns: number): number[] =>
  Array.from({ length: x.length }, (_, i) => {
    const count = x.length / columns;
    return x[(i % count) * columns + Math.floor(i / count)]!;
  });

const scale = 3 / rank;
const adapted = product(b, a, rank).map((value, i) => weights["head.weight"]![i]! + scale * value);

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(3e-6);
  });
}

test("adapters are two matrices of each that is adapted, which has other names in the model as before", () => {
  expect(lora.adapters.map(({ path, shape, part }) => [path, shape, part])).toEqual([
    ["head.weight.lora_a", [rank, width], "lora_a"],
    ["head.weight.lora_b", [words, rank], "lora_b"],
  ]);
  expect(lora.model.parameters).toBe(model.parameters);
});

describe("the loss is the model's with W + alpha / rank B A", () => {
  const results = (given: Readonly<Record<string, readonly number[]>>) =>
    run(gradientProgram(lora.model, { batch, time, lossChunk: 2, trains: (path) => path.includes("lora") }), {
      ...inputs,
      ...weights,
      ...given,
    });
  const expected = plainBigram(CONFIG, { ...weights, "head.weight": adapted }, pairsOf(rows, masks));

  test("and only adapters have gradients: those of W, times the other matrix", () => {
    const { loss, gradient_norm: _, ...gradients } = results(adapters);
    expectClose(loss!, [expected.loss]);
    expect(Object.keys(gradients).sort()).toEqual(["head.weight.lora_a", "head.weight.lora_b"]);
    const full = expected.gradients["head.weight"]!.map((value) => value * scale);
    expectClose(gradients["head.weight.lora_a"]!, product(transposed(b, rank), full, words));
    expectClose(gradients["head.weight.lora_b"]!, product(full, transposed(a, width), width));
  });

  test("and the model's own while B is zeros", () => {
    const plain = plainBigram(CONFIG, weights, pairsOf(rows, masks));
    expectClose(results({ ...adapters, "head.weight.lora_b": b.map(() => 0) }).loss!, [plain.loss]);
  });
});

test("merged weights are those that the loss was taken of", () => {
  const merged = run(mergedWeights(lora), { "head.weight": weights["head.weight"]!, ...adapters });
  expect(Object.keys(merged)).toEqual(["head.weight"]);
  expectClose(merged["head.weight"]!, adapted);
});

test.each([
  [
    "a rank that is none",
    { rank: 0 },
    "LoRA: rank: not a setting\n  expected: a whole number, 1 or more\n  got:      0",
  ],
  [
    "nothing that is adapted",
    { rank: 1, adapts: () => false },
    "no parameter of model bigram is adapted\n  expected: one or more matrices\n  got:      none of them chosen",
  ],
  [
    "a parameter that is no matrix",
    { rank: 1, adapts: ({ path }: { path: string }) => path === "head.bias" },
    "LoRA: parameter head.bias is no matrix\n  expected: [out, in]\n  got:      [5]",
  ],
])("%s is refused", async (_what, options, text) => {
  expect(await errorText(() => withLora(model, options))).toBe(`training error: ${text}`);
});
