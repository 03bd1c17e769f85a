import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonError, parseJson } from "../../src/support/json.js";
import { nestedJson } from "./files/strange-files.js";

test("a text is parsed as JSON.parse does, or refused in its words", () => {
  const texts = fc.oneof(
    fc.json({ maxDepth: 12 }),
    fc.string({ unit: fc.constantFrom(...'[]{}:,"\\a1 '.split("")), maxLength: 30 }),
  );
  const outcome = (parse: (text: string) => unknown, text: string) => {
    try {
      return { value: parse(text) };
    } catch (error) {
      return { said: (error as Error).message };
    }
  };
  fc.assert(
    fc.property(texts, (text) => {
      expect(outcome(parseJson, text)).toEqual(outcome(JSON.parse, text));
    }),
  );
});

test("levels are counted, brackets in strings are not", () => {
  const brackets = JSON.stringify(`${"[{".repeat(300)}\\"`);
  for (const opening of ["[", '{"a":'] as const) {
    expect(parseJson(nestedJson(200, opening, brackets))).toEqual(
      JSON.parse(nestedJson(200, opening, brackets)),
    );
    expect(() => parseJson(nestedJson(201, opening))).toThrow(
      new JsonError(`nested more than 200 deep at position ${200 * opening.length}`),
    );
  }
});

test("what is side by side is not deep", () => {
  expect(parseJson(`[${"[],".repeat(1000)}{}]`)).toHaveLength(1001);
});

test("values are counted, commas and brackets in strings are not", () => {
  const most = 2 ** 22;
  expect(() => parseJson(`[${"[],".repeat(most)}[]]`)).toThrow(
    new JsonError(`more than 8388608 values at position ${3 * most}`),
  );
  expect(parseJson(`["${",".repeat(2 * most + 1)}"]`)).toHaveLength(1);
});
