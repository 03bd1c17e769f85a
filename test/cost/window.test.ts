import fc from "fast-check";
import { expect, test } from "vitest";
import type { WindowDimension } from "../../src/cost/hlo.js";
import { elementsMet, reachOf, stepsOf } from "../../src/cost/window.js";

/** The same by its definition: every pair of positions is looked at. */
function pairs(window: WindowDimension, inputs: number, outputs: number): number {
  const { size, stride, paddingLow, windowDilation, baseDilation } = window;
  let met = 0;
  for (let place = 0; place < size; place++) {
    for (let at = 0; at < outputs; at++) {
      const position = at * stride + place * windowDilation - paddingLow;
      if (position >= 0 && position % baseDilation === 0 && position / baseDilation < inputs) met++;
    }
  }
  return met;
}

const step = fc.integer({ min: 1, max: 12 });
const window: fc.Arbitrary<WindowDimension> = fc.record({
  size: fc.integer({ min: 1, max: 20 }),
  stride: step,
  paddingLow: fc.integer({ min: -30, max: 30 }),
  windowDilation: step,
  baseDilation: step,
});
const count = fc.integer({ min: 0, max: 20 });

test("what a window meets is what going over all pairs of positions finds", () => {
  fc.assert(
    fc.property(window, count, count, (dimension, inputs, outputs) => {
      expect(elementsMet(dimension, inputs, outputs)).toBe(pairs(dimension, inputs, outputs));
    }),
    { numRuns: 5000 },
  );
});

test("large numbers: places far apart are found exactly", () => {
  const dimension = {
    size: 3,
    stride: 2 ** 40 + 1,
    paddingLow: 5,
    windowDilation: 7,
    baseDilation: 2 ** 39 + 3,
  };
  expect(reachOf(dimension, 4000, 2000)).toBeLessThan(Number.MAX_SAFE_INTEGER);
  expect(elementsMet(dimension, 4000, 2000)).toBe(pairs(dimension, 4000, 2000));
});

test("steps are those of the shorter of window and output", () => {
  const dimension = { size: 2 ** 40, stride: 1, paddingLow: 0, windowDilation: 1, baseDilation: 1 };
  expect(stepsOf(dimension, 3)).toBe(3);
  expect(elementsMet(dimension, 5, 3)).toBe(5 + 4 + 3);
});
