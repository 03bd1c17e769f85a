import { expect, test } from "vitest";
import { toRowMajor } from "../../src/runtime-pjrt/row-major.js";

test("a matrix that a device keeps by columns comes out by rows", () => {
  // [[1, 2, 3], [4, 5, 6]] by columns
  expect([...toRowMajor(new Uint8Array([1, 4, 2, 5, 3, 6]), [2, 3], [0, 1], 1)]).toEqual([1, 2, 3, 4, 5, 6]);
});

test("bytes of an element stay together", () => {
  expect([...toRowMajor(new Uint8Array([1, 1, 3, 3, 2, 2, 4, 4]), [2, 2], [0, 1], 2)]).toEqual([
    1, 1, 2, 2, 3, 3, 4, 4,
  ]);
});

test("three dimensions in any order", () => {
  const dimensions = [2, 2, 2];
  // element (a, b, c) = 4a + 2b + c, stored with b fastest, then a, then c
  const stored = new Uint8Array([0, 2, 4, 6, 1, 3, 5, 7]);
  expect([...toRowMajor(stored, dimensions, [1, 0, 2], 1)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});
