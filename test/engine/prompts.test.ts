import { expect, test } from "vitest";
import { listOfPrompts } from "../../src/engine/prompts.js";

test("a text or a list of token ids is one prompt, a list of them is several", () => {
  expect(listOfPrompts("one")).toEqual(["one"]);
  expect(listOfPrompts([2, 17])).toEqual([[2, 17]]);
  expect(listOfPrompts(["one", "two"])).toEqual(["one", "two"]);
  expect(listOfPrompts([[2, 17], [5], "three"])).toEqual([[2, 17], [5], "three"]);
});

test.each([
  [undefined, "undefined"],
  [3, "3"],
  [{}, "an object"],
  [["one", 2], "a list of string, number"],
])("what is no prompt is refused: %s", (given, shown) => {
  expect(() => listOfPrompts(given as never)).toThrow(
    `usage error: this is no prompt
  expected: a text, a list of token ids, or a list of such
  got:      ${shown}`,
  );
});
