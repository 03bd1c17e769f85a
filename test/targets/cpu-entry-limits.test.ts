import { expect, test } from "vitest";
import { parseModule } from "../../src/ir/text/index.js";
import { cpu } from "../../src/targets/cpu.js";
import { verifyLimits } from "../../src/targets/limits.js";

/** A function that gives its argument back, in a layout. */
const giving = (type: string, layout: string, name = "main"): string =>
  `func.func ${name === "main" ? "public" : "private"} @${name}(%a: ${type}) -> (${type} {mhlo.layout_mode = "${layout}"}) {\n  return %a : ${type}\n}`;

const check = (text: string) => () => verifyLimits(parseModule(text), cpu.limits);

test("an order of no elements is refused, of a result of @main that has none", () => {
  expect(check(giving("tensor<0x3x1xui8>", "{0,2,1}"))).toThrow(
    "verify error: func.func: mhlo.layout_mode of @main's result #0 orders tensor<0x3x1xui8>, which has no element [fatal_empty_layout]\n" +
      "  at:       -:1:1\n" +
      "  hint:     leave it out: without elements all orders are the same",
  );
});

test.each([
  giving("tensor<0x3x1xui8>", "{2,1,0}"),
  giving("tensor<0x3x1xui8>", "auto"),
  giving("tensor<2x3x1xui8>", "{0,2,1}"),
  giving("tensor<0x3x1xui8>", "{0,2,1}", "inner"),
])("what has elements, the order of rows and the compiler's choice are not: %s", (text) => {
  expect(check(text)).not.toThrow();
});
