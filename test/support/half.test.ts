import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bf16FromF32, f16FromF32, f32FromBf16, f32FromF16 } from "../../src/support/half.js";

const patterns = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);

/** The number of a half float from its fields, as IEEE 754 defines it. */
function decode(bits: number, exponentBits: number): number {
  const fractionBits = 15 - exponentBits;
  const sign = bits >>> 15 === 0 ? 1 : -1;
  const exponent = (bits >>> fractionBits) & ((1 << exponentBits) - 1);
  const fraction = (bits & ((1 << fractionBits) - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1)
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** The first pattern whose number differs from the fields' meaning. */
const firstWrong = (values: ArrayLike<number>, exponentBits: number): number | undefined =>
  patterns.find((bits) => !Object.is(values[bits], decode(bits, exponentBits)));

const isNaNPattern = (bits: number, infinity: number): boolean => (bits & 0x7fff) > infinity;

describe("bf16", () => {
  const values = f32FromBf16(patterns);

  it("means what its fields say, for all 65536 patterns", () => {
    expect(firstWrong(values, 8)).toBeUndefined();
  });

  it("comes back bit for bit, for all patterns that are numbers", () => {
    const back = bf16FromF32(values);
    const wrong = patterns.filter((bits) => back[bits] !== bits && !isNaNPattern(bits, 0x7f80));
    expect([...wrong]).toEqual([]);
  });

  it("keeps every NaN a quiet NaN with its sign and payload", () => {
    const back = bf16FromF32(values);
    const wrong = patterns.filter((bits) => isNaNPattern(bits, 0x7f80) && back[bits] !== (bits | 0x40));
    expect([...wrong]).toEqual([]);
  });

  it("does not turn a NaN whose payload lies in the lower half into infinity", () => {
    const hidden = new Float32Array(Uint32Array.of(0x7f80_0001).buffer);
    expect([...bf16FromF32(hidden)]).toEqual([0x7fc0]);
  });

  it.each([
    ["a tie goes to the even pattern below", 0x3f80_8000, 0x3f80],
    ["a tie goes to the even pattern above", 0x3f81_8000, 0x3f82],
    ["just above a tie goes up", 0x3f80_8001, 0x3f81],
    ["just below a tie goes down", 0x3f80_7fff, 0x3f80],
    ["the largest f32 becomes infinity", 0x7f7f_ffff, 0x7f80],
    ["the smallest subnormal becomes zero", 0x0000_0001, 0x0000],
    ["minus zero stays minus zero", 0x8000_0000, 0x8000],
  ])("%s", (_, f32Bits, expected) => {
    const [value] = new Float32Array(Uint32Array.of(f32Bits).buffer);
    expect([...bf16FromF32(Float32Array.of(value!))]).toEqual([expected]);
  });

  it("takes no pattern that lies farther away than a neighbour", () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-3e38), max: Math.fround(3e38) }),
        (value) => {
          const bits = bf16FromF32(Float32Array.of(value))[0]!;
          const distance = Math.abs(values[bits]! - value);
          for (const neighbour of [bits - 1, bits + 1]) {
            const other = values[neighbour & 0xffff]!;
            if (Number.isFinite(other)) expect(Math.abs(other - value)).toBeGreaterThanOrEqual(distance);
          }
        },
      ),
    );
  });

  it("reads a view that does not start at its buffer's beginning", () => {
    expect([...bf16FromF32(Float32Array.of(7, 1, 2).subarray(1))]).toEqual([0x3f80, 0x4000]);
  });
});

describe("f16", () => {
  const values = f32FromF16(patterns);

  it("means what its fields say, for all 65536 patterns", () => {
    expect(firstWrong(values, 5)).toBeUndefined();
  });

  it("comes back bit for bit, for all patterns that are numbers", () => {
    const back = f16FromF32(values);
    const wrong = patterns.filter((bits) => back[bits] !== bits && !isNaNPattern(bits, 0x7c00));
    expect([...wrong]).toEqual([]);
  });

  it("rounds ties to even, large numbers to infinity, tiny ones to zero", () => {
    const rounded = f16FromF32(Float32Array.of(2049, 2051, 65_519, 65_520, 2 ** -25, 2 ** -24));
    expect([...f32FromF16(rounded)]).toEqual([2048, 2052, 65_504, Number.POSITIVE_INFINITY, 0, 2 ** -24]);
  });
});
