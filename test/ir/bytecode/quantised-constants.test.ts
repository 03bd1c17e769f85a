/** Constants of quantised type: what is written is read. */
import { expect, test } from "vitest";
import { deserializePortable, serializePortable } from "../../../src/ir/bytecode/index.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";

test.each([
  ["!quant.uniform<i8:f32, 2.0:15>", "[-1, 2]"],
  ["!quant.uniform<i8:f32, 2.0:15>", "3"],
  ["!quant.uniform<i4:f32, 2.0:1>", "[-8, 7]"],
  ["!quant.uniform<i16:f32, 0.5>", "[-300, 300]"],
  ["!quant.uniform<i8:f32:0, {0.5, 2.0:3}>", "[-128, 127]"],
])("a constant of %s: %s", (element, values) => {
  const type = `tensor<2x${element}>`;
  const module = parseModule(`func.func @main() -> ${type} {
  %0 = stablehlo.constant dense<${values}> : ${type}
  return %0 : ${type}
}
`);
  const bytes = serializePortable(module);
  const read = deserializePortable(bytes).module;
  expect(printModule(read)).toBe(printModule(module));
  expect(serializePortable(read)).toEqual(bytes);
});
