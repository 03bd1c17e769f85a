import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { addressOf } from "../../src/runtime-pjrt/ffi.js";
import { allocateAligned } from "../../src/runtime-pjrt/index.js";

/** Flags of the mapping that an address lies in, as Linux tells them: `hg` is advice to use large pages. */
function mappingFlags(address: bigint): readonly string[] {
  let inside = false;
  for (const line of readFileSync("/proc/self/smaps", "latin1").split("\n")) {
    const range = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line);
    if (range !== null) inside = BigInt(`0x${range[1]}`) <= address && address < BigInt(`0x${range[2]}`);
    else if (inside && line.startsWith("VmFlags:")) return line.slice("VmFlags:".length).trim().split(" ");
  }
  throw new Error("no mapping holds the address");
}

describe("allocateAligned", () => {
  test.each([
    [1, 64],
    [1000, 64],
    [4096, 4096],
    [0, 64],
  ])("gives %d zeroes at a multiple of %d bytes", (length, alignment) => {
    const memory = allocateAligned(length, alignment);
    expect(memory).toEqual(new Uint8Array(length));
    expect(Number(addressOf(memory) % BigInt(alignment))).toBe(0);
  });

  test("asks for large pages where they pay, and only there", () => {
    const large = allocateAligned(8 << 20);
    expect(mappingFlags(addressOf(large) + BigInt(4 << 20))).toContain("hg");
    large.fill(7);
    expect(large.every((byte) => byte === 7)).toBe(true);
    const small = allocateAligned(1 << 20);
    expect(mappingFlags(addressOf(small) + 4096n)).not.toContain("hg");
  });
});
