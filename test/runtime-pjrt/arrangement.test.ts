import { describe, expect, test } from "vitest";
import { arrangementOf } from "../../src/runtime-pjrt/arrangement.js";

const matrix = { elementType: "f32", dimensions: [2, 3] } as const;

describe("a tensor that reaches a device in pieces", () => {
  test.each([
    // What is asked for, what the device does by itself, what comes of both.
    [undefined, undefined, { layout: "{1,0}", isDefault: true, order: undefined }],
    [undefined, "{1,0}", { layout: "{1,0}", isDefault: true, order: undefined }],
    [undefined, "{0,1}", { layout: "{0,1}", isDefault: true, order: [0, 1] }],
    ["{0,1}", "{1,0}", { layout: "{0,1}", isDefault: false, order: [0, 1] }],
    ["{0,1}", undefined, { layout: "{0,1}", isDefault: false, order: [0, 1] }],
    ["{1,0}", "{0,1}", { layout: "{1,0}", isDefault: false, order: undefined }],
    ["{0,1}", "{0,1}", { layout: "{0,1}", isDefault: true, order: [0, 1] }],
  ])("asked for in %s, where the device has %s by itself", (layout, byDefault, arrangement) => {
    expect(arrangementOf({ ...matrix, layout }, byDefault)).toEqual(arrangement);
  });

  test("with one row is row-major in any order", () => {
    expect(arrangementOf({ elementType: "f32", dimensions: [1, 3] }, "{0,1}").order).toBeUndefined();
  });

  test("in tiles, asked for or by default, is refused", () => {
    for (const [layout, byDefault] of [
      ["{1,0:T(8,128)}", "{1,0}"],
      [undefined, "{1,0:T(8,128)}"],
    ] as const) {
      expect(() => arrangementOf({ ...matrix, layout }, byDefault)).toThrow(
        [
          "argument error: a tensor<2x3xf32> cannot be transferred in pieces",
          "  expected: a tensor whose elements lie on the device one after the other, whole bytes each",
          "  got:      layout {1,0:T(8,128)}",
          "  hint:     transfer it whole: client.toDevice(tensor)",
        ].join("\n"),
      );
    }
  });
});
