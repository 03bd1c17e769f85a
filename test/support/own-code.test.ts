import { expect, test } from "vitest";
import { frameOf } from "../../src/support/own-code.js";

test.each([
  ["    at f (/home/a/x.js:3:7)", "/home/a/x.js"],
  ["    at f (file:///home/a/x.js:3:7)", "/home/a/x.js"],
  ["    at exp(3) (file:///home/a/x.js:3:7)", "/home/a/x.js"],
  ["    at f (/home/a (copy)/x.js:3:7)", "/home/a (copy)/x.js"],
  ["    at /home/a/x.js:3:7", "/home/a/x.js"],
  ["    at async file:///home/a/x.js:3:7", "/home/a/x.js"],
  ["    at f (node:fs:3:7)", "node:fs"],
])("the place in %s", (line, file) => {
  expect(frameOf(line)).toEqual({ file, line: 3, column: 7 });
});

test("a line without a place has none", () => {
  expect(frameOf("    at Array.map (<anonymous>)")).toBeUndefined();
});
