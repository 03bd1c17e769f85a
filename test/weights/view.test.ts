import { expect, test } from "vitest";
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
