/** Constants from numbers, and numbers of constants. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementsFromNumbers, numberAt } from "../../src/ir/elements.js";
import { tensorType } from "../../src/ir/types.js";

const halves = [
  ["bf16", 1 + 2 ** -8 + 2 ** -40, 1 + 2 ** -7],
  ["bf16", 1 + 2 ** -8, 1],
  ["bf16", -(2 ** -134 + 2 ** -170), -(2 ** -133)],
  ["f16", 1 + 2 ** -11 + 2 ** -40, 1 + 2 ** -10],
  ["f16", 1 + 2 ** -11, 1],
  ["f16", 65_519.999_999, 65_504],
  ["f16", 65_520, Infinity],
] as const;

const rounded = (element: "bf16" | "f16", value: number): number =>
  numberAt(elementsFromNumbers(tensorType([], element), [value]), 0);

describe("elementsFromNumbers", () => {
  it("makes complex numbers of their real parts", () => {
    const parts = (element: "complex<f32>" | "complex<f64>"): Uint8Array =>
      Uint8Array.from(elementsFromNumbers(tensorType([2], element), [3, -4]).data);
    expect([...new Float32Array(parts("complex<f32>").buffer)]).toEqual([3, 0, -4, 0]);
    expect([...new Float64Array(parts("complex<f64>").buffer)]).toEqual([3, 0, -4, 0]);
  });

  it.each(halves)("makes %s of %d once rounded: %d", (element, value, expected) => {
    expect(rounded(element, value)).toBe(expected);
  });

  it.each([
    ["f8E5M2", 1.2, 1.25],
    ["f8E4M3FN", 449, 448],
    ["f8E3M4", -0.3, -0.296875],
    ["f8E8M0FNU", 3, 4],
    ["f6E2M3FN", 0.3, 0.25],
    ["f4E2M1FN", 2.4, 2],
  ] as const)("makes %s, a byte each, of %d: %d", (element, value, expected) => {
    const elements = elementsFromNumbers(tensorType([3], element), [0.5, value, value]);
    expect([elements.data.length, numberAt(elements, 0), numberAt(elements, 2)]).toEqual([3, 0.5, expected]);
  });

  it.each([
    ["bf16", 3e38],
    ["f16", 65_504],
  ] as const)("takes of all %s the one that is nearest", (element, range) => {
    const type = tensorType([2 ** 16], element);
    const all = {
      type,
      data: new Uint8Array(Uint16Array.from({ length: 2 ** 16 }, (_, i) => i).buffer),
      splat: false,
    };
    const numbers = Array.from({ length: 2 ** 16 }, (_, i) => numberAt(all, i)).filter(Number.isFinite);
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -range, max: range }), (value) => {
        const distance = Math.abs(rounded(element, value) - value);
        expect(numbers.every((other) => Math.abs(other - value) >= distance)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
