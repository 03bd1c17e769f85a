import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compare } from "../../src/golden/index.js";

const { POSITIVE_INFINITY: INF, NaN: NAN } = Number;

test("figures of ten differences", () => {
  const expected = new Float32Array(10);
  const actual = Float32Array.of(0, 1, -2, 3, -4, 5, -6, 7, -8, 9);
  expect(compare(actual, expected, [2, 5], { bound: 4 })).toEqual({
    count: 10,
    max: 9,
    mean: 4.5,
    rms: Math.sqrt(28.5),
    p50: 5,
    p90: 9,
    p99: 9,
    p999: 9,
    close: 0.5,
    worst: { index: [1, 4], actual: 9, expected: 0 },
  });
});

test("rows that do not count are as if they were not there", () => {
  const expected = Float32Array.of(1, 2, 3, 4, 5, 6);
  const actual = Float32Array.of(99, NAN, 3.5, 4, 99, 99);
  expect(compare(actual, expected, [3, 1, 2], { rows: [false, true, false], bound: 0.5 })).toEqual({
    count: 2,
    max: 0.5,
    mean: 0.25,
    rms: Math.sqrt(0.125),
    p50: 0.5,
    p90: 0.5,
    p99: 0.5,
    p999: 0.5,
    close: 1,
    worst: { index: [1, 0, 0], actual: 3.5, expected: 3 },
  });
});

describe("numbers that are not finite", () => {
  test.each([
    [NAN, 1],
    [1, NAN],
    [NAN, NAN],
    [INF, 1],
    [INF, -INF],
  ])("%d for %d is infinitely far", (actual, expected) => {
    const { max, close, worst } = compare(Float32Array.of(actual), Float32Array.of(expected), [1], {
      bound: 1,
    });
    expect({ max, close, worst }).toEqual({ max: INF, close: 0, worst: { index: [0], actual, expected } });
  });

  test("equal infinities are equal", () => {
    expect(compare(Float32Array.of(INF), Float32Array.of(INF), [1]).max).toBe(0);
  });
});

test("nothing to compare is no difference", () => {
  const { count, max, rms, worst } = compare(new Float32Array(2), new Float32Array(2), [1, 2], {
    rows: [false],
  });
  expect({ count, max, rms, worst }).toEqual({ count: 0, max: 0, rms: 0, worst: undefined });
});

test("quantiles and moments keep their order for any numbers", () => {
  const pairs = fc.array(fc.tuple(fc.float({ noNaN: true }), fc.float({ noNaN: true })), { minLength: 1 });
  fc.assert(
    fc.property(pairs, (elements) => {
      const [actual, expected] = [0, 1].map((side) => Float32Array.from(elements, (pair) => pair[side]!));
      const result = compare(actual!, expected!, [elements.length]);
      const { p50, p90, p99, p999, max, mean, rms } = result;
      expect([p50, p90, p99, p999, max]).toEqual([p50, p90, p99, p999, max].toSorted((a, b) => a - b));
      expect(mean).toBeLessThanOrEqual(rms * (1 + 1e-9));
      expect(rms).toBeLessThanOrEqual(max * (1 + 1e-9));
    }),
  );
});
