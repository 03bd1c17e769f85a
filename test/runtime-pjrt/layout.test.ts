import { describe, expect, test } from "vitest";
import { isOnlyArrangement, parseLayout, rowMajorLayout, sameLayout } from "../../src/runtime-pjrt/layout.js";
import { fromRowMajor, toRowMajor } from "../../src/runtime-pjrt/row-major.js";

describe("a layout's text", () => {
  test("row-major names the last dimension first", () => {
    expect([0, 1, 3].map(rowMajorLayout)).toEqual(["{}", "{0}", "{2,1,0}"]);
  });

  test("is taken apart into order and tiles; sizes of elements and memory spaces say nothing of places", () => {
    expect(parseLayout("{0,1}", 2)).toEqual({ minorToMajor: [0, 1], tiles: [] });
    expect(parseLayout("{1,0:T(8,128)(2,1)}", 2)).toEqual({
      minorToMajor: [1, 0],
      tiles: [
        [8, 128],
        [2, 1],
      ],
    });
    expect(parseLayout("{1,0:E(4)S(5)}", 2)).toEqual({ minorToMajor: [1, 0], tiles: [] });
  });

  test.each([
    ["{0,0}", 2],
    ["{0,2}", 2],
    ["{0}", 2],
    ["0,1", 2],
    ["auto", 2],
  ])("%s is no layout of rank %i", (layout, rank) => {
    expect(() => parseLayout(layout, rank)).toThrow(
      /is no layout of a tensor with 2 dimensions\n {2}expected: the numbers/,
    );
  });

  test("what cannot be asked for is refused", () => {
    expect(() => parseLayout("{1,0:T(8,*)}", 2)).toThrow(/has parts that cannot be asked for/);
  });
});

describe("two layouts are the same", () => {
  test.each([
    ["{1,0}", "{1,0}", [2, 3], true],
    ["{1,0}", "{0,1}", [2, 3], false],
    ["{1,0}", "{0,1}", [1, 3], true],
    ["{2,1,0}", "{2,0,1}", [2, 1, 3], true],
    ["{2,1,0}", "{0,2,1}", [2, 1, 3], false],
    ["{1,0}", "{0,1}", [0, 3], true],
    ["{1,0:E(4)}", "{1,0}", [2, 3], true],
    ["{1,0:T(8,128)}", "{1,0}", [2, 3], false],
    ["{1,0:T(8,128)}", "{0,1:T(8,128)}", [1, 3], false],
  ])("%s and %s over %j: %s", (a, b, dimensions, same) => {
    expect(sameLayout(a, b, dimensions)).toBe(same);
  });

  test("nothing is to be compared where there is one arrangement only", () => {
    expect(isOnlyArrangement("{1,0}", [1, 7])).toBe(true);
    expect(isOnlyArrangement("{1,0}", [2, 7])).toBe(false);
    expect(isOnlyArrangement("{0:T(128)}", [7])).toBe(false);
  });
});

test("bytes come back from any order", () => {
  const bytes = Uint8Array.from({ length: 48 }, (_, i) => i);
  const kept = fromRowMajor(bytes, [2, 3, 4], [1, 0, 2], 2);
  expect([...kept.subarray(0, 8)]).toEqual([0, 1, 8, 9, 16, 17, 24, 25]);
  expect(toRowMajor(kept, [2, 3, 4], [1, 0, 2], 2)).toEqual(bytes);
});
