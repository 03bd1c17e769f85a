import { describe, expect, test } from "vitest";
import { concatenated, leastSpecific, mostSpecific } from "../../../src/ir/ops/shape-checks.js";
import { DYNAMIC } from "../../../src/ir/types.js";

const fixed = (size: number) => ({ size, bound: DYNAMIC });
const upTo = (bound: number) => ({ size: DYNAMIC, bound });
const unknown = { size: DYNAMIC, bound: DYNAMIC };

describe("dimensions that meet", () => {
  test.each([
    ["equal sizes", fixed(3), fixed(3), fixed(3)],
    ["different sizes", fixed(3), fixed(4), undefined],
    ["a size and an unknown one", fixed(3), unknown, fixed(3)],
    ["a size within a bound", fixed(3), upTo(4), fixed(3)],
    ["a size beyond a bound", fixed(5), upTo(4), undefined],
    ["an unknown size and a bound", unknown, upTo(4), upTo(4)],
    ["two bounds", upTo(3), upTo(4), upTo(3)],
    ["nothing known", unknown, unknown, unknown],
  ])("%s, both holding", (_, a, b, result) => {
    expect(mostSpecific(a, b)).toEqual(result);
    expect(mostSpecific(b, a)).toEqual(result);
  });

  test.each([
    ["equal sizes", fixed(3), fixed(3), fixed(3)],
    ["different sizes", fixed(3), fixed(4), undefined],
    ["a size and an unknown one", fixed(3), unknown, unknown],
    ["a size and a bound", fixed(5), upTo(4), upTo(5)],
    ["an unknown size and a bound", unknown, upTo(4), unknown],
    ["two bounds", upTo(3), upTo(4), upTo(4)],
  ])("%s, either holding", (_, a, b, result) => {
    expect(leastSpecific(a, b)).toEqual(result);
    expect(leastSpecific(b, a)).toEqual(result);
  });

  test.each([
    ["sizes add", fixed(3), fixed(4), fixed(7)],
    ["an unknown part makes the whole unknown", fixed(3), unknown, unknown],
    ["bounds add", upTo(3), upTo(4), upTo(7)],
    ["a size adds to a bound", fixed(3), upTo(4), upTo(7)],
  ])("concatenated: %s", (_, a, b, result) => {
    expect(concatenated(a, b)).toEqual(result);
    expect(concatenated(b, a)).toEqual(result);
  });
});
