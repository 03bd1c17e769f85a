import { describe, expect, test } from "vitest";
import { decodeEntry, encodeEntry } from "../../../src/runtime-pjrt/cache/entry.js";
import { MachineKey } from "../../../src/support/machine-key.js";

const program = new Uint8Array([1, 2, 3, 10, 5]);
const machine = new MachineKey(Buffer.alloc(32, 1));
const other = new MachineKey(Buffer.alloc(32, 2));
const file = () => new Uint8Array(encodeEntry(machine, "key", "plugin.so", program));
const WRONG_CODE = "damaged, or not compiled on this machine: wrong authentication code";

describe("an entry of the compile cache", () => {
  test("gives back what was put in", () => {
    expect(decodeEntry(machine, "key", file())).toEqual({ program });
  });

  test.each([
    ["empty", () => new Uint8Array(0), "no header"],
    ["cut", () => file().slice(0, -2), "cut: 3 of 5 bytes"],
    ["longer than it says", () => new Uint8Array([...file(), 0]), "cut: 6 of 5 bytes"],
    ["changed in one byte", () => file().with(-1, 6), WRONG_CODE],
    [
      "signed by another machine",
      () => new Uint8Array(encodeEntry(other, "key", "plugin.so", program)),
      WRONG_CODE,
    ],
    [
      "another program's",
      () => new Uint8Array(encodeEntry(machine, "other", "plugin.so", program)),
      "made for another program, plugin or machine",
    ],
    ["something else", () => new TextEncoder().encode('{"a": 1}\n'), "not an entry of this cache"],
    ["binary", () => new Uint8Array([0, 255, 10, 3]), "not an entry of this cache"],
  ] as const)("that is %s is rejected", (_, make, rejected) => {
    expect(decodeEntry(machine, "key", make())).toEqual({ rejected });
  });
});
