import { Float16Array } from "@petamoriken/float16";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeExponent,
  decodeFloat,
  encodeExponent,
  encodeFloat,
  floatFormats,
  type NarrowFloat,
} from "../../../src/ir/interpret/formats.js";
import { bf16FromNumber } from "../../../src/support/half.js";

const codesOf = (name: NarrowFloat): number[] => {
  const { exponentBits, mantissaBits } = floatFormats[name];
  return Array.from({ length: 2 ** (1 + exponentBits + mantissaBits) }, (_, code) => code);
};

const names = Object.keys(floatFormats) as NarrowFloat[];

describe("narrow float formats", () => {
  it.each(names)("every number of %s comes back from its value", (name) => {
    const format = floatFormats[name];
    const lost = codesOf(name).filter((code) => {
      const value = decodeFloat(format, code);
      return !Number.isNaN(value) && encodeFloat(format, value) !== code;
    });
    expect(lost).toEqual([]);
  });

  it.each([
    ["f16", 65504, 2 ** -24, "inf"],
    ["bf16", 3.3895313892515355e38, 2 ** -133, "inf"],
    ["f8E5M2", 57344, 2 ** -16, "inf"],
    ["f8E4M3", 240, 2 ** -9, "inf"],
    ["f8E3M4", 15.5, 2 ** -6, "inf"],
    ["f8E4M3FN", 448, 2 ** -9, "NaN"],
    ["f8E5M2FNUZ", 57344, 2 ** -17, "NaN"],
    ["f8E4M3FNUZ", 240, 2 ** -10, "NaN"],
    ["f8E4M3B11FNUZ", 30, 2 ** -13, "NaN"],
    ["f6E2M3FN", 7.5, 0.125, "largest"],
    ["f6E3M2FN", 28, 0.0625, "largest"],
    ["f4E2M1FN", 6, 0.5, "largest"],
  ] as const)("%s ends at %d, begins at %d, and overflows to %s", (name, largest, smallest, overflow) => {
    const format = floatFormats[name];
    const values = codesOf(name)
      .map((code) => decodeFloat(format, code))
      .filter((value) => Number.isFinite(value) && value > 0);
    expect([Math.max(...values), Math.min(...values)]).toEqual([largest, smallest]);
    const beyond = { inf: Infinity, NaN: Number.NaN, largest }[overflow];
    expect(decodeFloat(format, encodeFloat(format, largest * 2))).toBe(beyond);
  });

  it("f16 rounds as a Float16Array does", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const rounded = decodeFloat(floatFormats.f16, encodeFloat(floatFormats.f16, value));
        expect(rounded).toBe(new Float16Array([value])[0]);
      }),
    );
  });

  it("bf16 rounds floats as their bits do", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(encodeFloat(floatFormats.bf16, value)).toBe(bf16FromNumber(value));
      }),
    );
  });

  it("f8E8M0FNU holds powers of two alone", () => {
    expect([1, 3, 6, 2 ** -127, 2 ** 127, 0, -1, Number.NaN].map(encodeExponent)).toEqual([
      127, 128, 130, 0, 254, 0, 255, 255,
    ]);
    expect([0, 127, 254, 255].map(decodeExponent)).toEqual([2 ** -127, 1, 2 ** 127, Number.NaN]);
  });
});
