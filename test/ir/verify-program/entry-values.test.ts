import { describe, expect, test } from "vitest";
import { verdict } from "./verdict.js";

describe("what @main takes and gives", () => {
  const giving = (attribute: string): string =>
    `func.func @main(%a: tensor<4x2xf32>) -> (tensor<4x2xf32> {${attribute}}) {\n  return %a : tensor<4x2xf32>\n}`;
  const taking = (attribute: string): string =>
    `func.func @main(%a: tensor<4x2xf32> {${attribute}}) -> tensor<4x2xf32> {\n  return %a : tensor<4x2xf32>\n}`;

  test.each([
    "default",
    "auto",
    "{1,0}",
    "{ 0, 1 }",
    "{0,1:T(8,128)(2,1)S(1)}",
    "{0,1:T(*,2)E(4)L(3)M(9)}",
    "{1,0:D(D,C)}",
  ])("the layout %s of a matrix is accepted", (layout) => {
    expect(verdict(giving(`mhlo.layout_mode = "${layout}"`))).toBe("accepted");
  });

  test("an order of dimensions that is none is refused", () => {
    expect(verdict(giving('mhlo.layout_mode = "{1,1}"'))).toMatchInlineSnapshot(`
      "verify error: func.func: mhlo.layout_mode of @main's result #0 is no arrangement of tensor<4x2xf32> [layout_order]
        expected: each dimension once, from the one that varies fastest, as in "{1,0}"; then tiles of 1 or more at most
        got:      {1,1}
        at:       -:1:1
        hint:     leave it out for the usual one, or let the compiler choose by "auto""
    `);
    for (const layout of ["{}", "{0}", "{0,1,2}", "{-1,0}", "{2,1}"])
      expect(verdict(taking(`mhlo.layout_mode = "${layout}"`))).toContain("@main's argument #0");
  });

  test.each(["T(0)", "T(8,0)", "T(2,2)(1,0)", "T(-1,2)", "E(-1)", "#(u8)", "*(u8)", "P(f32[2])"])(
    "a layout with %s is refused",
    (part) => {
      expect(verdict(giving(`mhlo.layout_mode = "{0,1:${part}}"`))).toContain("[layout_order]");
    },
  );

  test("a replication that is no truth value is refused", () => {
    expect(verdict(taking("mhlo.parameter_replication = [true]"))).toBe("accepted");
    expect(verdict(taking("mhlo.parameter_replication = [[true]]"))).toMatchInlineSnapshot(`
      "verify error: func.func: mhlo.parameter_replication of @main's argument #0 has an item that is no truth value [parameter_replication]
        expected: [true] or [false], or one for each leaf of a tuple
        got:      an item of kind array
        at:       -:1:1
        hint:     leave it out: without it nothing is replicated"
    `);
    expect(verdict(taking("mhlo.parameter_replication = [f32]"))).toContain("an item of kind type");
  });
});
