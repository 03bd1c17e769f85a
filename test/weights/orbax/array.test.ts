import { expect, test } from "vitest";
import { AbortedError } from "../../../src/support/wait.js";
import { BriefMemory } from "../../../src/weights/memory.js";
import { readArray, type StoredArray } from "../../../src/weights/orbax/array.js";

/** Ten chunks of two bytes that are their numbers, in memory; `onRead` hears of each. */
function counted(onRead: (read: number, key: string) => Promise<void>): StoredArray {
  let reads = 0;
  const none = () => Promise.reject(new Error("nobody asks"));
  return {
    name: "w",
    where: "FOLDER",
    dtype: "ui8",
    shape: [19],
    chunks: [2],
    fortran: false,
    decoders: [],
    keyOf: (index) => index.join("."),
    memory: new BriefMemory(),
    store: {
      keys: [],
      read: async (key) => {
        reads += 1;
        await onRead(reads, key);
        return new Uint8Array(2).fill(Number(key.slice("w/".length)));
      },
      sizeOf: none,
      readPart: none,
      close: async () => {},
    },
  };
}

test("chunks that come in any order are put where they belong", async () => {
  const order: string[] = [];
  const waiting = new Map<string, () => void>();
  // The one that was begun last comes first.
  const array = counted(async (read, key) => {
    await new Promise<void>((resolve) => {
      waiting.set(key, resolve);
      if (waiting.size < 4 && read < 10) return;
      for (const [one, go] of [...waiting].toReversed()) {
        order.push(one);
        go();
      }
      waiting.clear();
    });
  });
  expect([...(await readArray(array))]).toEqual(Array.from({ length: 19 }, (_, i) => i >> 1));
  expect(order).toEqual(["3", "2", "1", "0", "7", "6", "5", "4", "9", "8"].map((i) => `w/${i}`));
});

test("a signal stops it between two chunks", async () => {
  const controller = new AbortController();
  let last = 0;
  const array = counted(async (read) => {
    last = read;
    if (read === 5) controller.abort();
  });
  await expect(readArray(array, undefined, controller.signal)).rejects.toThrow(AbortedError);
  expect(last).toBeLessThan(10);
});
