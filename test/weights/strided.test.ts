import fc from "fast-check";
import { expect, test } from "vitest";
import { isRowMajor, packStrided, rowMajorStrides, spanOf } from "../../src/weights/strided.js";

test("elements of any shape, strides and size are put together in order", () => {
  const layout = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 50 })), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(layout, fc.constantFrom(1, 2, 4, 8, 16), (axes, elementBytes) => {
      const shape = axes.map(([size]) => size);
      const strides = axes.map(([, stride]) => stride);
      const count = shape.reduce((product, size) => product * size, 1);
      fc.pre(count <= 20_000);
      const source = new Uint8Array(spanOf({ shape, strides }) * elementBytes).map((_, i) => (i * 37) >> 3);
      const into = new Uint8Array(count * elementBytes);
      packStrided(source, elementBytes, { shape, strides }, into);
      const packed = rowMajorStrides(shape);
      for (let i = 0; i < count; i++) {
        const from = shape.reduce(
          (at, size, axis) => at + (Math.floor(i / packed[axis]!) % size) * strides[axis]!,
          0,
        );
        const expected = source.subarray(from * elementBytes, (from + 1) * elementBytes);
        const got = into.subarray(i * elementBytes, (i + 1) * elementBytes);
        if (Buffer.compare(got, expected) !== 0) expect(got, `element ${i}`).toEqual(expected);
      }
    }),
    { numRuns: 100 },
  );
});

test("what lies in order without gaps is told, whatever the strides of axes of one", () => {
  expect(isRowMajor({ shape: [2, 1, 3], strides: [3, 99, 1] })).toBe(true);
  expect(isRowMajor({ shape: [2, 3], strides: [1, 2] })).toBe(false);
  expect(isRowMajor({ shape: [0, 3], strides: [7, 7] })).toBe(true);
});
