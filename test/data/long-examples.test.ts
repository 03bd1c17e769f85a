import { expect, test } from "vitest";
import { checkLengths, type Example } from "../../src/data/index.js";
import { errorText } from "../weights/files.js";
import { sourceOf } from "./examples.js";
import { bytesEncoder } from "./encoder.js";

/** An example of so many tokens. */
const ofLength = (tokens: number): Example => ({
  kind: "completion",
  prompt: "",
  completion: "x".repeat(tokens - 2),
});

const check = (examples: readonly Example[], skipsLong = false, signal?: AbortSignal) =>
  checkLengths(sourceOf(examples), bytesEncoder, { width: 8, skipsLong }, signal);

test("examples as long as a row fit, and texts of any length, which are cut", async () => {
  expect(await check([ofLength(8), { kind: "text", text: "x".repeat(99), ends: true }])).toBe(0);
});

test("all that are longer are told at once: the first lines, how many more, and the length that would hold the longest", async () => {
  const long = [9, 20, 10, 11, 12, 13, 14, 15].map(ofLength);
  expect(await errorText(() => check([ofLength(3), ...long]))).toBe(
    [
      "data error: 8 of 9 examples are longer than a row",
      "  expected: at most 8 tokens",
      "  got:      9 tokens",
      "  at:       data.jsonl:2",
      "  20 tokens at data.jsonl:3",
      "  10 tokens at data.jsonl:4",
      "  11 tokens at data.jsonl:5",
      "  12 tokens at data.jsonl:6",
      "  13 tokens at data.jsonl:7",
      "  and 2 more",
      "  hint:     read 19 tokens a row or more (--length), or pass over what is longer (--skip-long)",
    ].join("\n"),
  );
});

test("where they are passed over they are counted, unless nothing is left", async () => {
  expect(await check([ofLength(9), ofLength(8), ofLength(30)], true)).toBe(2);
  expect(await errorText(() => check([ofLength(9)], true))).toBe(
    [
      "data error: no example is short enough for a row",
      "  expected: one or more that fit",
      "  got:      1 examples, all passed over",
      "  hint:     read more tokens a row (--length)",
    ].join("\n"),
  );
});

test("a caller who gives up is not kept waiting", async () => {
  await expect(check([ofLength(3)], false, AbortSignal.abort())).rejects.toThrow(
    "aborted: looking through the data was aborted after",
  );
});
