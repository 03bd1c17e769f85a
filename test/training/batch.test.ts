import { expect, test } from "vitest";
import { checkBatch, type TrainingBatch } from "../../src/training/index.js";
import { errorText } from "../weights/files.js";
import { bigram, CONFIG } from "./bigram.js";

const shape = { batch: 2, time: 2 };

const complaint = (changes: Readonly<Partial<Record<keyof TrainingBatch, readonly number[]>>>) => {
  const numbers = {
    tokens: [0, 1, 2, 3, 4, 0],
    mask: [0, 1, 1, 0, 0, 1],
    positions: [0, 1, 2, 0, 1, 2],
    ...changes,
  };
  return errorText(() =>
    checkBatch(bigram.configure(CONFIG), shape, {
      tokens: Int32Array.from(numbers.tokens),
      mask: Int32Array.from(numbers.mask),
      positions: Int32Array.from(numbers.positions),
    }),
  );
};

test("a batch as it should be is taken", () => {
  checkBatch(bigram.configure(CONFIG), shape, {
    tokens: Int32Array.of(0, 1, 2, 3, 4, 0),
    mask: Int32Array.of(0, 1, 1, 0, 0, 1),
    positions: Int32Array.of(0, 1, 2, 0, 1, 2),
  });
});

test.each([
  [
    "tokens of another size",
    { tokens: [0, 1] },
    "a batch of another size: tokens\n  expected: 6 numbers, [2, 3]\n  got:      2",
  ],
  [
    "a token outside of the vocabulary",
    { tokens: [0, 1, 2, 3, 5, 0] },
    "a token of a batch is none: row 1, position 1\n  expected: a token id from 0 to 4\n  got:      5",
  ],
  [
    "a mask that is none",
    { mask: [0, 1, 1, 0, -1, 1] },
    "a target mask of a batch is none: row 1, position 1\n  expected: 0 or 1\n  got:      -1",
  ],
  [
    "a mask in which nothing counts: first tokens are predicted from nothing",
    { mask: [1, 0, 0, 1, 0, 0] },
    "a batch in which nothing is to be predicted\n  expected: a target mask that is 1 somewhere behind the first token of a row\n  got:      0 everywhere",
  ],
])("%s is refused", async (_what, changes, text) => {
  expect(await complaint(changes)).toBe(`training error: ${text}`);
});
