import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { checksum, LIBRARIES, nativeChecksum } from "../../../src/weights/torch/checksum.js";

const bytes = Uint8Array.from({ length: 300_001 }, (_, i) => (i * i) >>> 7);

test("of nine bytes it is the one that is published for them", async () => {
  expect((await checksum(new TextEncoder().encode("123456789"))).toString(16)).toBe("cbf43926");
});

test.each([0, 1, 131_071, 131_072, 300_001])(
  "of %d bytes it is Node's, and goes on from the one before",
  async (length) => {
    const some = bytes.subarray(0, length);
    expect(await checksum(some)).toBe(crc32(some));
    expect(await checksum(some, 0x12345678)).toBe(crc32(some, 0x12345678));
    expect(await checksum(some, 0xfedcba98)).toBe(crc32(some, 0xfedcba98));
  },
);

test("many at once do not disturb each other", async () => {
  const parts = Array.from({ length: 40 }, (_, i) => bytes.subarray(i, 200_000 + i));
  expect(await Promise.all(parts.map((part) => checksum(part)))).toEqual(parts.map((part) => crc32(part)));
});

test.each(LIBRARIES)("$function computes what Node does, where the system has it", async (library) => {
  const native = await nativeChecksum([library]);
  if (native === undefined) return;
  expect(await native(0xfedcba98, bytes, bytes.length)).toBe(crc32(bytes, 0xfedcba98));
});

test("without a library, or with one that lacks the function, it is Node's", async () => {
  const none = { names: { [process.platform]: "libnone.so.9" }, function: "int none(int)" };
  const lacking = LIBRARIES.map((library) => ({ ...library, function: "int none(int)" }));
  expect(await nativeChecksum([none, ...lacking])).toBe(undefined);
});
