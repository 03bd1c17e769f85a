import { Float16Array } from "@petamoriken/float16";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  decodeFloat,
  encodeFloat,
  floatFromBits,
  floatToBits,
  type NarrowFloat,
} from "../../../src/ir/floats/bits.js";
import {
  floatBits,
  floatTypes,
  type FloatType,
  isFloatType,
  largestNumber,
  smallestNormal,
} from "../../../src/ir/floats/formats.js";
import { bf16FromF32 } from "../../../src/support/half.js";

const codesOf = (name: NarrowFloat): number[] =>
  Array.from({ length: 2 ** floatBits(name) }, (_, code) => code);

const names = floatTypes.filter((type): type is NarrowFloat => floatBits(type) <= 19);

describe("narrow float formats", () => {
  it.each(names)("every number of %s comes back from its value", (name) => {
    const lost = codesOf(name).filter((code) => {
      const value = decodeFloat(name, code);
      return !Number.isNaN(value) && encodeFloat(name, value) !== code;
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
    const values = codesOf(name)
      .map((code) => decodeFloat(name, code))
      .filter((value) => Number.isFinite(value) && value > 0);
    expect([Math.max(...values), Math.min(...values)]).toEqual([largest, smallest]);
    const beyond = { inf: Infinity, NaN: Number.NaN, largest }[overflow];
    expect(decodeFloat(name, encodeFloat(name, largest * 2))).toBe(beyond);
  });

  it("f16 rounds as a Float16Array does", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const rounded = decodeFloat("f16", encodeFloat("f16", value));
        expect(rounded).toBe(new Float16Array([value])[0]);
      }),
    );
  });

  it("bf16 rounds floats as their bits do", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(encodeFloat("bf16", value)).toBe(bf16FromF32(Float32Array.of(value))[0]);
      }),
    );
  });

  it("f8E8M0FNU holds powers of two alone, and what is halfway becomes the larger", () => {
    const codes = [1, 1.4, 1.5, 3, 6, 2 ** -127, 2 ** 127, 1.5 * 2 ** 127, 0, -0, -1, Number.NaN].map((x) =>
      encodeFloat("f8E8M0FNU", x),
    );
    expect(codes).toEqual([127, 127, 128, 129, 130, 0, 254, 255, 0, 0, 255, 255]);
    const values = [0, 127, 254, 255].map((code) => decodeFloat("f8E8M0FNU", code));
    expect(values).toEqual([2 ** -127, 1, 2 ** 127, Number.NaN]);
  });
});

describe("the table", () => {
  it("knows the float types by their spelling, and their widths", () => {
    expect(isFloatType("bf16")).toBe(true);
    expect(isFloatType("i8")).toBe(false);
    expect(isFloatType("toString")).toBe(false);
    expect(Object.fromEntries(floatTypes.map((type) => [type, floatBits(type)]))).toEqual({
      f64: 64,
      f32: 32,
      f16: 16,
      bf16: 16,
      f8E5M2: 8,
      f8E4M3FN: 8,
      f8E4M3: 8,
      f8E3M4: 8,
      f8E5M2FNUZ: 8,
      f8E4M3FNUZ: 8,
      f8E4M3B11FNUZ: 8,
      f8E8M0FNU: 8,
      f6E2M3FN: 6,
      f6E3M2FN: 6,
      f4E2M1FN: 4,
      tf32: 19,
    });
  });

  it("says where f32 and f64 end", () => {
    expect(largestNumber("f64")).toBe(Number.MAX_VALUE);
    expect(smallestNormal("f64")).toBe(2 ** -1022);
    expect(largestNumber("f32")).toBe(Math.fround(3.4028234663852886e38));
    expect(() => largestNumber("f8E4M3FN")).toThrow("f8E4M3FN has no infinity");
  });
});

describe("bit patterns", () => {
  const small = floatTypes.filter((type) => floatBits(type) <= 19);

  test.each(small)("every pattern of %s is the pattern nearest to its number", (type) => {
    const patterns = Array.from({ length: 2 ** floatBits(type) }, (_, bits) => BigInt(bits));
    const wrong = patterns.filter((bits) => {
      const value = floatFromBits(type, bits);
      return !Number.isNaN(value) && floatToBits(type, value) !== bits;
    });
    expect(wrong).toEqual([]);
  });

  test.each([
    ["f16", 65504, 65519.9, 0x7bffn],
    ["f16", 65520, 1e9, 0x7c00n],
    ["f16", 2 ** -24, 2 ** -25 * 1.01, 0x0001n],
    ["f16", 0, 2 ** -25, 0x0000n],
    ["bf16", 1, 1 + 2 ** -8, 0x3f80n],
    ["bf16", 1 + 2 ** -7, 1 + 2 ** -8 + 2 ** -30, 0x3f81n],
    ["f8E5M2", 57344, 60000, 0x7bn],
    ["f8E4M3FN", 448, 464, 0x7en],
    ["f8E4M3FNUZ", 240, 247, 0x7fn],
    ["f6E2M3FN", 7.5, 100, 0x1fn],
    ["f4E2M1FN", 6, 5.5, 0x7n],
    ["f8E8M0FNU", 4, 3.5, 0x81n],
    ["f8E8M0FNU", 2 ** -127, 0, 0x00n],
  ] as const satisfies readonly (readonly [FloatType, number, number, bigint])[])(
    "%s: %s is nearest to %s",
    (type, nearest, value, bits) => {
      expect(floatToBits(type, value)).toBe(bits);
      if (nearest !== 65520) expect(floatFromBits(type, bits)).toBe(nearest);
    },
  );

  test.each([
    ["f8E4M3FN", 0x7fn],
    ["f8E4M3FNUZ", 0x80n],
    ["f8E8M0FNU", 0xffn],
    ["bf16", 0x7fc0n],
  ] as const)("the NaN of %s", (type, bits) => {
    expect(floatToBits(type, Number.NaN)).toBe(bits);
    expect(floatFromBits(type, bits)).toBeNaN();
  });
});
