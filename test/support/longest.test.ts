import { expect, test } from "vitest";
import { longestOf } from "../../src/support/longest.js";

test("the longest of many lists, and of none", () => {
  const many = Array.from({ length: 300_000 }, () => [1]);
  expect(longestOf([...many, [1, 2, 3], [1, 2]])).toBe(3);
  expect(longestOf([])).toBe(0);
});
