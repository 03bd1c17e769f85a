import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { floatToBits } from "../../../src/ir/floats/bits.js";
import { formatFloat, formatFloatBits, formatNatural } from "../../../src/ir/floats/spelling.js";

describe("spelling", () => {
  test.each([
    [0, "f32", "0.000000e+00"],
    [-0, "f32", "-0.000000e+00"],
    [1, "f64", "1.000000e+00"],
    [0.1, "f64", "1.000000e-01"],
    [1234.5, "f32", "1.234500e+03"],
    [123456, "f32", "1.234560e+05"],
    [1e100, "f64", "1.000000e+100"],
    [0.1 + 0.2, "f64", "0.30000000000000004"],
    [1.234567, "f32", "1.23456705"],
    [1 / 3, "f32", "0.333333343"],
    [2 ** -149, "f32", "1.401300e-45"],
    [1.17549421e-38, "f32", "1.17549421E-38"],
    [16777216, "f32", "0x4B800000"],
    [123456789, "f64", "0x419D6F3454000000"],
    [1e22, "f64", "1.000000e+22"],
    [Number.NaN, "f32", "0x7FC00000"],
    [Number.POSITIVE_INFINITY, "bf16", "0x7F80"],
    [Number.NEGATIVE_INFINITY, "f16", "0xFC00"],
    [448, "f8E4M3FN", "4.480000e+02"],
    [1000, "f8E4M3FN", "0x7F"],
    [0.33203125, "bf16", "3.320310e-01"],
    [0, "f8E8M0FNU", "5.877470e-39"],
    [3, "f8E8M0FNU", "4.000000e+00"],
  ] as const)("%s as %s is %s", (value, type, text) => expect(formatFloat(value, type)).toBe(text));

  test.each([
    [0.5, "0.5"],
    [34, "34.0"],
    [-2, "-2.0"],
    [1.5377370458777768e-5, "1.5377370458777768E-5"],
    [0.0039132908278820561, "0.0039132908278820561"],
    [200000, "2.0E+5"],
    [0, "0.0"],
  ])("%s by itself is %s", (value, text) => expect(formatNatural(value)).toBe(text));

  const nearby = fc.oneof(
    fc.double({ noNaN: true }),
    fc.float({ noNaN: true }),
    fc.integer().map((n) => n / 1000),
  );
  test.each(["f64", "f32", "f16", "bf16"] as const)(
    "what is written for a %s reads back as the same bits",
    (type) => {
      fc.assert(
        fc.property(nearby, (value) => {
          const bits = floatToBits(type, value);
          const text = formatFloatBits(bits, type);
          expect(text.startsWith("0x") ? BigInt(text) : floatToBits(type, Number(text))).toBe(bits);
        }),
      );
    },
  );
});
