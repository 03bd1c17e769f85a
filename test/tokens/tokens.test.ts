import { expect, test } from "vitest";
import { checkPrompt } from "../../src/tokens/tokens.js";

test.each([[[2, 0, 9]], [Int32Array.of(2, 9)]])("%j is a prompt of a vocabulary of 10", (ids) => {
  checkPrompt(ids as readonly number[], 10);
});

test.each([
  ["text", '"text"'],
  [undefined, "undefined"],
  [7, "7"],
])("%j is no list of tokens", (given, got) => {
  expect(() => checkPrompt(given as unknown as readonly number[], 10)).toThrow(
    [
      "usage error: the prompt is no list of tokens",
      "  expected: token ids, whole numbers",
      `  got:      ${got}`,
      "  hint:     a tokenizer makes them of text; what load gives takes text, too",
    ].join("\n"),
  );
});
