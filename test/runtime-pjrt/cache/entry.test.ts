import { describe, expect, test } from "vitest";
import { decodeEntry, encodeEntry } from "../../../src/runtime-pjrt/cache/entry.js";

const program = new Uint8Array([1, 2, 3, 10, 5]);
const file = () => new Uint8Array(encodeEntry("key", "plugin.so", program));

describe("an entry of the compile cache", () => {
  test("gives back what was put in", () => {
    expect(decodeEntry("key", file())).toEqual({ program });
  });

  test.each([
    ["empty", () => new Uint8Array(0), "no header"],
    ["cut", () => file().slice(0, -2), "cut: 3 of 5 bytes"],
    ["longer than it says", () => new Uint8Array([...file(), 0]), "cut: 6 of 5 bytes"],
    ["changed in one byte", () => file().with(-1, 6), "damaged: wrong checksum"],
    [
      "another program's",
      () => new Uint8Array(encodeEntry("other", "plugin.so", program)),
      "made for another program, plugin or machine",
    ],
    ["something else", () => new TextEncoder().encode('{"a": 1}\n'), "not an entry of this cache"],
    ["binary", () => new Uint8Array([0, 255, 10, 3]), "not an entry of this cache"],
  ] as const)("that is %s is rejected", (_, make, rejected) => {
    expect(decodeEntry("key", make())).toEqual({ rejected });
  });
});
