import { expect, test } from "vitest";
import { extractAnswer, isSameAnswer } from "../../../src/engine/evaluate/answers.js";
import { logProbability } from "../../../src/engine/evaluate/log-likelihoods.js";

test.each([
  ["all of it without patterns", " 72 \n", undefined, "72"],
  ["the group of the last match", "The answer is 1. The answer is 2.", [/answer is (\d)/], "2"],
  ["all of the last match without a group", "first 10, then 20", [/\d+/], "20"],
  [
    "the next pattern where one does not fit",
    "so it is 1,234.",
    [/answer is (\d)/, /(-?[\d.,]*\d)/],
    "1,234",
  ],
  ["nothing where none fits", "no idea", [/\d/], undefined],
] as const)("an answer is %s", (_, text, patterns, answer) => {
  expect(extractAnswer(text, patterns)).toBe(answer);
});

test.each([
  ["72", "72", false, true],
  ["72", "72.0", false, false],
  ["72", "72.0", true, true],
  ["$1,234.", "1234", true, true],
  ["-3", "3", true, false],
  ["none", "none", true, false],
  ["", "0", true, false],
])("%j and %j, as numbers: %s, are the same: %s", (a, b, asNumbers, same) => {
  expect(isSameAnswer(a, b, asNumbers)).toBe(same);
});

test("the logarithm of a token's probability is exact for large logits, and none of logits that are not finite", () => {
  expect(logProbability(new Float32Array([1000, 1000, -1000]), 0, "token 1 of text 0")).toBeCloseTo(
    -Math.LN2,
    12,
  );
  expect(() => logProbability(new Float32Array([0, Number.NaN]), 0, "token 1 of text 0")).toThrow(
    [
      "generation error: the model's logits are not finite numbers",
      "  got:      the logarithm of a probability is NaN",
      "  at:       token 1 of text 0",
      "  hint:     check the weights, or compute in f32",
    ].join("\n"),
  );
});
