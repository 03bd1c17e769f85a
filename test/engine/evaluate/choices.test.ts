import { expect, test } from "vitest";
import { bytesOf } from "../../../src/engine/evaluate/choice.js";
import { answersOf } from "../../../src/engine/evaluate/choices.js";
import { UsageError } from "../../../src/support/errors.js";
import { errorText } from "../../weights/files.js";

/** Letters are tokens, 0 stands in front; what was spelt is written down. */
function letters() {
  const spelt: string[] = [];
  const encode = (text: string): number[] => {
    spelt.push(text);
    if (text.includes("?")) {
      const message = "the tokenizer has no token for a character of the text";
      throw new UsageError({ message, expected: "letters", got: '"?"', where: "DIR/tokenizer.json" });
    }
    return [0, ...text].map((letter) => (letter === 0 ? 0 : (letter as string).charCodeAt(0) - 96));
  };
  return { spelt, tokenizer: { encode } };
}

const question = (prompt: string, ...choices: readonly string[]) =>
  ({ where: "q.jsonl:3", prompt, choices, right: 0 }) as const;

test("a question is spelt once, and stands before each of its choices, which are spelt by themselves", () => {
  const { spelt, tokenizer } = letters();
  expect([...answersOf([question("ab", "c", "de"), question("f", "a", "b")], tokenizer)]).toEqual([
    { q: 0, tokens: [0, 1, 2, 3], begin: 3 },
    { q: 0, tokens: [0, 1, 2, 4, 5], begin: 3 },
    { q: 1, tokens: [0, 6, 1], begin: 2 },
    { q: 1, tokens: [0, 6, 2], begin: 2 },
  ]);
  expect(spelt).toEqual(["ab", "c", "de", "f", "a", "b"]);
});

test("text that the tokenizer cannot spell is told with its line, and the tokenizer", async () => {
  const { tokenizer } = letters();
  expect(await errorText(() => [...answersOf([question("a", "b", "?")], tokenizer)])).toBe(
    [
      "data error: the tokenizer has no token for a character of the text",
      "  expected: letters",
      '  got:      "?"',
      "  at:       q.jsonl:3",
      "  by DIR/tokenizer.json",
    ].join("\n"),
  );
});

test("a choice without a token is told with its line", async () => {
  const { tokenizer } = letters();
  expect(await errorText(() => [...answersOf([question("a", "b", "")], tokenizer)])).toBe(
    [
      'data error: the tokenizer makes no token of the choice ""',
      "  expected: choices of one token or more",
      "  at:       q.jsonl:3",
    ].join("\n"),
  );
});

test("of a choice those bytes count that are its own, not the space after the question", () => {
  expect([" yes", "yes", "né ", "  "].map(bytesOf)).toEqual([3, 3, 4, 1]);
});
