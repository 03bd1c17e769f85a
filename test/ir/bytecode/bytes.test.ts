/** The integers of MLIR's bytecode, byte by byte, in both directions. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteReader } from "../../../src/ir/bytecode/byte-reader.js";
import { ByteWriter } from "../../../src/ir/bytecode/byte-writer.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const written = (write: (writer: ByteWriter) => void): string => {
  const writer = new ByteWriter();
  write(writer);
  return hex(writer.finish());
};
const reader = (text: string): ByteReader => new ByteReader(new Uint8Array(Buffer.from(text, "hex")));

describe("varint", () => {
  test.each([
    [0n, "01"],
    [1n, "03"],
    [127n, "ff"],
    [128n, "0202"],
    [2n ** 14n - 1n, "feff"],
    [2n ** 14n, "040002"],
    [2n ** 21n - 1n, "fcffff"],
    [2n ** 21n, "08000002"],
    [2n ** 28n - 1n, "f8ffffff"],
    [2n ** 28n, "1000000002"],
    [2n ** 35n, "200000000002"],
    [2n ** 42n, "40000000000002"],
    [2n ** 49n, "8000000000000002"],
    [2n ** 56n - 1n, "80ffffffffffffff"],
    [2n ** 56n, "000000000000000001"],
    [2n ** 64n - 1n, "00ffffffffffffffff"],
  ])("%d is %s", (value, bytes) => {
    expect(written((to) => to.varint(value))).toBe(bytes);
    expect(reader(bytes).wideVarint()).toBe(value);
  });

  test("a number and a bigint give the same bytes, and come back", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = written((to) => to.varint(value));
        expect(written((to) => to.varint(BigInt(value)))).toBe(bytes);
        expect(reader(bytes).varint()).toBe(value);
      }),
    );
  });

  test("one beyond 2^53 is refused where a count is wanted", () => {
    expect(() => reader("00ffffffffffffffff").varint()).toThrow(
      "bytecode error: the integer 18446744073709551615 is too large\n  at:       byte 0",
    );
  });
});

describe("signed varint", () => {
  test.each([
    [0n, "01"],
    [-1n, "03"],
    [1n, "05"],
    [-7n, "1b"],
    // i32 -7 as its zero-extended bits.
    [4294967289n, "50feffff3f"],
    [-(2n ** 63n), "00ffffffffffffffff"],
    [2n ** 63n - 1n, "00feffffffffffffff"],
  ])("%d is %s", (value, bytes) => {
    expect(written((to) => to.signedVarint(value))).toBe(bytes);
    expect(reader(bytes).wideSignedVarint()).toBe(value);
  });

  test("every number and every 64-bit integer comes back", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.maxSafeInteger(),
        (wide, value) => {
          expect(reader(written((to) => to.signedVarint(wide))).wideSignedVarint()).toBe(wide);
          expect(reader(written((to) => to.signedVarint(value))).signedVarint()).toBe(value);
        },
      ),
    );
  });
});

test("a flag is the lowest bit of a varint", () => {
  expect(written((to) => to.flaggedVarint(5, true))).toBe("17");
  expect(reader("17").flaggedVarint()).toEqual({ value: 5, flag: true });
  expect(written((to) => to.flaggedVarint(5, false))).toBe("15");
});

test("long runs are kept in their place among short ones", () => {
  const long = new Uint8Array(1000).fill(7);
  const inner = new ByteWriter();
  inner.byte(1);
  inner.bytes(long);
  inner.byte(2);
  const outer = new ByteWriter();
  outer.byte(0);
  outer.append(inner);
  outer.byte(3);
  expect(outer.length).toBe(1004);
  expect(outer.finish()).toEqual(Uint8Array.from([0, 1, ...long, 2, 3]));
});

describe("ByteReader says where the bytes end", () => {
  test.each([
    [
      "a byte",
      (from: ByteReader) => from.bytes(2) && from.byte(),
      "the data ends here, a byte is missing",
      2,
    ],
    ["bytes", (from: ByteReader) => from.bytes(3), "3 bytes are needed, 2 are left", 0],
    [
      "a list",
      (from: ByteReader) => from.list("results", () => from.byte()),
      "31 results do not fit into 1 bytes",
      0,
    ],
    ["a string", (from: ByteReader) => from.untilZero(), "a string has no NUL at its end", 0],
  ])("%s", (_, read, message, offset) => {
    expect(() => read(reader("3f3f"))).toThrow(`bytecode error: ${message}\n  at:       byte ${offset}`);
  });
});
