import { expect, test } from "vitest";
import { hasMethods, shown } from "../../src/support/given.js";

test.each([
  ["1", '"1"'],
  ["a".repeat(50), `"${"a".repeat(40)}..."`],
  [undefined, "undefined"],
  [null, "null"],
  [10n, "10"],
  [Symbol("s"), "Symbol(s)"],
  [() => 1, "a function"],
  [[1, 2], "a list of 2"],
  [{ a: 1 }, "an object"],
  [Object.create(null), "an object"],
  [new Map(), "an object of Map"],
])("shows %s in a few words", (value, text) => expect(shown(value)).toBe(text));

test("what has methods is an object whose members of these names are functions", () => {
  expect(hasMethods(new Map(), "get", "set")).toBe(true);
  expect([{ get: 1 }, null, undefined, "text"].map((value) => hasMethods(value, "get"))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
