import { describe, expect, test } from "vitest";
import { decompress } from "../../../src/weights/orbax/codecs.js";
import { nativeZstd } from "../../../src/weights/orbax/native-zstd.js";
import { errorText } from "../files.js";

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** A frame that does not say how much it makes, for windows of 128 KiB. */
const UNSIZED = [...MAGIC, 0x00, 0x38];
const LAST = 1;
const REPEATED = 2;

/** A block of zstd's format (RFC 8878, 3.1.1.2): one byte, `count` times. */
const repeated = (byte: number, count: number, flags = LAST): readonly number[] => {
  const header = flags | REPEATED | (count << 3);
  return [header & 255, (header >> 8) & 255, (header >> 16) & 255, byte];
};

const library = await nativeZstd();

const place = { where: "FOLDER", what: "w/0.0" };

describe("zstd", () => {
  const frame = Uint8Array.from([...UNSIZED, ...repeated(7, 70_000, 0), ...repeated(8, 30_000)]);
  const made = new Uint8Array(100_000).fill(7, 0, 70_000).fill(8, 70_000);

  test("makes far more than it takes, without saying so, up to the bytes that are allowed", async () => {
    for (const most of [100_000, 1 << 28])
      expect(Buffer.compare(await decompress("zstd", frame, { ...place, most }), made)).toBe(0);
    expect(await errorText(() => decompress("zstd", frame, { ...place, most: 99_999 }))).toMatch(
      /^checkpoint error: w\/0\.0: not what zstd compressed\n {2}expected: a whole compressed chunk\n {2}got: {6}14 bytes \(/,
    );
  });

  test("makes the same in memory that is given", async () => {
    const memory = new Uint8Array(100_016).fill(1);
    const allocate = (bytes: number) => memory.subarray(8, 8 + bytes);
    const result = await decompress("zstd", frame, { ...place, most: 100_000, allocate });
    expect(Buffer.compare(result, made)).toBe(0);
    expect([memory[7], memory.at(-8)]).toEqual([1, 1]);
  });

  test("cut off anywhere, or changed, is an error with its place", async () => {
    for (let length = 0; length < frame.length; length++) {
      const text = await errorText(() =>
        decompress("zstd", frame.subarray(0, length), { ...place, most: 100_000 }).then((bytes) => {
          if (bytes.length === 100_000) return;
          throw new Error(`${bytes.length} bytes, which the chunk's size refuses`);
        }),
      );
      expect(text, `${length} bytes`).toMatch(/not what zstd compressed|which the chunk's size refuses/);
    }
  });

  test.runIf(library !== undefined)("by the system's library says what is wrong", async () => {
    const decode = library!;
    const target = new Uint8Array(100_000);
    expect(await decode(frame, target)).toEqual({ made: 100_000 });
    expect(Buffer.compare(target, made)).toBe(0);
    expect(await decode(frame, new Uint8Array(10))).toEqual({
      problem: "Destination buffer is too small",
      isFull: true,
    });
    expect(await decode(new Uint8Array(16), target)).toEqual({
      problem: "Unknown frame descriptor",
      isFull: false,
    });
  });
});

test("what WebAssembly has no memory for is refused before its memory is full", async () => {
  const packed = Uint8Array.of(0, 0, 0, 64, 0);
  expect(await errorText(() => decompress("lz4", packed, { ...place, most: 2 ** 31 }))).toBe(
    `checkpoint error: w/0.0: too large to be taken apart here
  expected: a chunk that memory has room for
  got:      5 bytes (it makes ${2 ** 31} bytes)
  at:       FOLDER
  hint:     Node 22.15 and newer, and the system's libzstd, take larger ones; or save the checkpoint in smaller chunks`,
  );
});
