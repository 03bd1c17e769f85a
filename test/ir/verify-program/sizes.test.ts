import { describe, expect, test } from "vitest";
import { main, verdict } from "./verdict.js";

describe("sizes", () => {
  test("2^40 elements are refused, one less is not", () => {
    const iota = (size: number): string => {
      const type = `tensor<${size}xui8>`;
      return main(
        "",
        "tensor<ui8>",
        `  %0 = stablehlo.iota dim = 0 : ${type}
  %1 = stablehlo.slice %0 [0:1] : (${type}) -> tensor<1xui8>
  %2 = stablehlo.reshape %1 : (tensor<1xui8>) -> tensor<ui8>
  return %2 : tensor<ui8>`,
      );
    };
    expect(verdict(iota(2 ** 40 - 1))).toBe("accepted");
    expect(verdict(iota(2 ** 40))).toMatchInlineSnapshot(`
      "verify error: stablehlo.iota: tensor<1099511627776xui8> has too many elements for a compiler to count [value_size]
        expected: fewer than 2^40 elements, empty dimensions counted as 1
        at:       -:2:8
        hint:     compute it in parts"
    `);
  });

  test("an empty dimension does not make the others small", () => {
    const type = "tensor<1099511627776x0xf32>";
    expect(verdict(main(`%a: ${type}`, type, `  return %a : ${type}`))).toContain("[value_size]");
  });
});
