import { expect, test } from "vitest";
import { AbortedError } from "../../src/support/wait.js";
import type { StoredTensor } from "../../src/weights/stored.js";
import { readView, sharedReads } from "../../src/weights/view.js";

/** A tensor of 4-byte elements that are their places, with and without a way to read parts. */
function counted(shape: readonly number[]): readonly [parts: StoredTensor, whole: StoredTensor] {
  const count = shape.reduce((product, size) => product * size, 1);
  const bytes = new Uint8Array(Uint32Array.from({ length: count }, (_, i) => i).buffer);
  const whole: StoredTensor = {
    name: "t",
    dtype: "f32",
    shape,
    bytes: bytes.length,
    read: async () => bytes.slice(),
  };
  const readPart = async (begin: number, into: Uint8Array<ArrayBuffer>) => {
    into.set(bytes.subarray(begin, begin + into.length));
    return into;
  };
  const read = () => Promise.reject(new Error("all of it is read"));
  return [{ ...whole, read, readPart }, whole];
}

test.each([
  { stored: [2, 3, 5], shape: [5, 3], view: { at: 1, transposed: true } },
  { stored: [3, 5], shape: [5, 3], view: { transposed: true } },
  { stored: [2, 3, 5], shape: [3, 5], view: { at: 1 } },
  { stored: [7, 3], shape: [5, 3], view: { padded: true } },
  // Several megabytes are read in parts of one, and a row of one is a part.
  { stored: [2, 700, 900], shape: [900, 700], view: { at: 1, transposed: true } },
  { stored: [3, 300_000], shape: [300_000, 3], view: { transposed: true } },
])("a parameter $shape in a tensor $stored, $view: read by parts, or of all that was read", async (one) => {
  const { stored, shape, view } = one;
  const [rows, columns] = shape as [number, number];
  const begin = (("at" in view ? view.at : 0) ?? 0) * rows * columns;
  const isTransposed = "transposed" in view;
  const expected = Uint32Array.from({ length: rows * columns }, (_, i) =>
    isTransposed ? begin + (i % columns) * rows + Math.floor(i / columns) : begin + i,
  );
  for (const tensor of counted(stored)) {
    const into = new Uint8Array(expected.byteLength);
    expect(await readView(tensor, shape, view, sharedReads(["t"]), into)).toBe(into);
    expect(Buffer.compare(into, new Uint8Array(expected.buffer))).toBe(0);
    const fresh = await readView(tensor, shape, view, sharedReads(["t"]));
    expect(Buffer.compare(fresh, into)).toBe(0);
  }
});

test("a tensor is read once for all its parameters, in memory that the next is read into when all of them have theirs", async () => {
  const reads: string[] = [];
  const memory = new Set<ArrayBufferLike>();
  const tensor = (name: string, first: number): StoredTensor => ({
    ...counted([2, 2, 2])[1],
    name,
    read: async (into) => {
      reads.push(name);
      memory.add(into!.buffer);
      into!.set(new Uint8Array(Uint32Array.from({ length: 8 }, (_, i) => first + i).buffer));
      return into!;
    },
  });
  const shared = sharedReads(["t", "t", "u", "u"]);
  const [t, u] = [tensor("t", 0), tensor("u", 10)];
  const valuesOf = async (one: StoredTensor, at: number) => [
    ...new Uint32Array((await readView(one, [2, 2], { at, transposed: true }, shared)).buffer),
  ];
  expect(await valuesOf(t, 0)).toEqual([0, 2, 1, 3]);
  expect(await valuesOf(u, 1)).toEqual([14, 16, 15, 17]);
  expect(memory.size).toBe(2);
  expect(await Promise.all([valuesOf(t, 1), valuesOf(u, 0)])).toEqual([
    [4, 6, 5, 7],
    [10, 12, 11, 13],
  ]);
  expect(reads).toEqual(["t", "u"]);
  expect(await Promise.all([valuesOf(t, 1), valuesOf(t, 0)])).toEqual([
    [4, 6, 5, 7],
    [0, 2, 1, 3],
  ]);
  expect([reads, memory.size]).toEqual([["t", "u", "t"], 2]);
});

test("a tensor that all of is held against a checksum is read once for all its parts, and by parts where it takes too much memory", async () => {
  const [parts, whole] = counted([2, 2, 2]);
  const reads: string[] = [];
  const tensor: StoredTensor = {
    ...whole,
    isChecked: true,
    read: async () => {
      reads.push("all");
      return whole.read();
    },
    readPart: async (begin, into) => {
      reads.push(`${into.length} bytes from ${begin}`);
      return parts.readPart!(begin, into);
    },
  };
  const valuesOf = async (one: StoredTensor) => {
    const shared = sharedReads(["t", "t"]);
    const read = [0, 1].map((at) => readView(one, [2, 2], { at, transposed: true }, shared));
    return (await Promise.all(read)).map((bytes) => [...new Uint32Array(bytes.buffer)]);
  };
  const expected = [
    [0, 2, 1, 3],
    [4, 6, 5, 7],
  ];
  expect(await valuesOf(tensor)).toEqual(expected);
  expect(await valuesOf({ ...tensor, bytes: 2 ** 28 + 1 })).toEqual(expected);
  expect(reads).toEqual(["all", "16 bytes from 0", "16 bytes from 16"]);
});

test("a signal stops a parameter between the pieces that it is read in", async () => {
  const [parts] = counted([700, 900]);
  const controller = new AbortController();
  let read = 0;
  const tensor: StoredTensor = {
    ...parts,
    readPart: async (begin, into) => {
      read += into.length;
      controller.abort();
      return parts.readPart!(begin, into);
    },
  };
  const { signal } = controller;
  await expect(
    readView(tensor, [900, 700], { transposed: true }, sharedReads(["t"]), undefined, signal),
  ).rejects.toThrow(AbortedError);
  expect(read).toBeLessThan(tensor.bytes);
});
