import { describe, expect, test } from "vitest";
import { readShape } from "../../src/cost/hlo-text/shape.js";

const shape = (text: string) => readShape(text, 0, "test")[0];

describe("what an array takes in memory", () => {
  test.each([
    ["no layout", "f32[3,5]", 60],
    ["rows filled up to 8 x 128", "f32[3,5]{1,0:T(8,128)}", 8 * 128 * 4],
    ["whole tiles", "f32[16,256]{1,0:T(8,128)}", 16 * 256 * 4],
    ["the inner dimension is what the layout says", "f32[200,3]{0,1:T(8,128)}", 8 * 256 * 4],
    ["outer dimensions are not tiled", "f32[5,3,5]{2,1,0:T(8,128)}", 5 * 8 * 128 * 4],
    ["pairs of bf16 rows in one word", "bf16[8,128]{1,0:T(8,128)(2,1)}", 8 * 128 * 2],
    ["one bf16 row takes the other's place too", "bf16[1,128]{1,0:T(1,128)(2,1)}", 2 * 128 * 2],
    ["a vector in a tile of one dimension", "bf16[2560]{0:T(1024)(128)(2,1)}", 3072 * 2],
    ["a scalar is one word", "s32[]{:T(128)S(6)}", 4],
    ["a boolean takes a byte", "pred[7]{0}", 7],
    ["four bits take a byte", "s4[6]{0}", 6],
    ["four bits packed", "s4[6]{0:E(4)}", 3],
    ["complex", "c64[2]{0}", 16],
    ["tokens take nothing", "token[]", 0],
    ["nothing of an empty array", "f32[0,5]{1,0}", 0],
  ])("%s: %s takes %i bytes", (_what, text, bytes) => {
    expect(shape(text)).toMatchObject({ kind: "array", bytes });
  });

  test("the memory it lies in", () => {
    expect(shape("f32[2,2]{1,0:T(2,128)S(1)}")).toEqual({
      kind: "array",
      element: "f32",
      dimensions: [2, 2],
      space: 1,
      bytes: 1024,
    });
  });

  test("tuples hold their parts, comments between them or not", () => {
    expect(shape("(f32[2]{0}, (s32[], pred[3]{0}), /*index=2*/bf16[4]{0:S(1)})")).toEqual({
      kind: "tuple",
      parts: [
        { kind: "array", element: "f32", dimensions: [2], space: 0, bytes: 8 },
        {
          kind: "tuple",
          parts: [
            { kind: "array", element: "s32", dimensions: [], space: 0, bytes: 4 },
            { kind: "array", element: "pred", dimensions: [3], space: 0, bytes: 3 },
          ],
        },
        { kind: "array", element: "bf16", dimensions: [4], space: 1, bytes: 8 },
      ],
    });
  });

  test("what is no shape is refused with what was there", () => {
    expect(() => shape("f31[2]")).toThrow(
      "HLO error: not a shape\n" +
        "  expected: an element type and sizes, such as f32[8,128]{1,0}\n" +
        "  got:      f31[2]\n" +
        "  at:       test",
    );
  });
});
