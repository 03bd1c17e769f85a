/** One small artifact, byte by byte. */
import { expect, test } from "vitest";
import { deserializePortable, isBytecode, serializePortable } from "../../../src/ir/bytecode/index.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";

const program = `module @m {
  func.func public @main(%arg0: tensor<2xf32>) -> tensor<2xf32> {
    %0 = stablehlo.tanh %arg0 : tensor<2xf32>
    return %0 : tensor<2xf32>
  }
}
`;

const ascii = (text: string): string => Buffer.from(`${text}\0`).toString("hex");

const annotated: readonly (readonly [bytes: string, meaning: string])[] = [
  ["4d4cef52", "magic"],
  ["0d", "bytecode version 6"],
  [ascii("StableHLO_v1.10.0"), "producer"],
  ["01 19", "section 1, dialects, 12 bytes"],
  ["05", "  2 dialects"],
  ["01 05", "  string 0 (builtin) and 1 (vhlo), no versions"],
  ["09", "  4 operation names"],
  ["01 03 0b", "  of dialect 0, one: string 2 (module), registered"],
  ["03 07 0f 13 17", "  of dialect 1, three: strings 3 (func_v1), 4 (tanh_v2), 5 (return_v1)"],
  ["03 27", "section 3, sizes of attributes and types, 19 bytes"],
  ["11 07", "  8 attributes, 3 types"],
  ["01 05 07 0b", "  attributes of dialect 0, two: 1 and 2 bytes"],
  ["03 0d 0b 0b 0b 0b 17 0b", "  attributes of dialect 1, six: 2, 2, 2, 2, 5 and 2 bytes"],
  ["03 07 13 17 07", "  types of dialect 1, three: 4, 5 and 1 bytes"],
  ["02 39", "section 2, attributes and types, 28 bytes"],
  ["1f", "  attribute 0: unknown location"],
  ["05 0d", "  attribute 1: builtin string 6 (m)"],
  ["03 01", "  attribute 2: array of none"],
  ["23 03", "  attribute 3: type 1"],
  ["1d 0f", "  attribute 4: string 7 (main)"],
  ["1d 11", "  attribute 5: string 8 (public)"],
  ["29 01 01 01 0f", "  attribute 6: result accuracy, atol 0, rtol 0, ulps 0, attribute 7"],
  ["27 01", "  attribute 7: result accuracy mode DEFAULT"],
  ["29 03 09 05", "  type 0: tensor of one dimension, 2, type 2"],
  ["11 03 01 03 01", "  type 1: function from type 0 to type 0"],
  ["09", "  type 2: f32"],
  ["04 4b", "section 4, operations, 37 bytes"],
  ["05", "  a block of 1 operation without arguments"],
  ["01 50 01 01", "  operation 0 (builtin.module), properties and regions, location 0, properties 0"],
  ["07 04 3b", "    1 region, isolated, in a section of 29 bytes"],
  ["03 01 05", "    1 block, 0 values, 1 operation"],
  ["03 50 01 03", "    operation 1 (vhlo.func_v1), properties and regions, location 0, properties 1"],
  ["07 04 27", "      1 region, isolated, in a section of 19 bytes"],
  ["03 05 0b", "      1 block, 2 values, 2 operations, with arguments"],
  ["03 01 00", "      1 argument of type 0, no location; no order of uses"],
  [
    "05 46 01 05",
    "      operation 2 (vhlo.tanh_v2), properties, results and operands, location 0, properties 2",
  ],
  ["03 01 03 01", "        1 result of type 0, 1 operand: value 0"],
  ["07 04 01", "      operation 3 (vhlo.return_v1), operands, location 0"],
  ["03 03", "        1 operand: value 1"],
  ["06 03 01", "section 6, no resources"],
  ["05 01", "section 5, empty"],
  ["00 8d", "section 0, strings, 70 bytes"],
  ["13", "  9 strings, their lengths from the last to the first"],
  ["0f 0b 05 15 11 11 0f 0b 11", "  7 5 2 10 8 8 7 5 8"],
  ...["builtin", "vhlo", "module", "func_v1", "tanh_v2", "return_v1", "m", "main", "public"].map(
    (text) => [ascii(text), `  ${text}`] as const,
  ),
  ["08 19", "section 8, properties, 12 bytes"],
  ["07", "  3 entries"],
  ["05 07 01", "  0: 2 bytes: sym_name is attribute 1, no sym_visibility"],
  ["0b 05 07 05 09 0b", "  1: 5 bytes: arg_attrs, function_type, res_attrs, sym_name, sym_visibility"],
  ["03 0d", "  2: 1 byte: result_accuracy is attribute 6"],
];
const expected = new Uint8Array(
  Buffer.from(annotated.map(([bytes]) => bytes.replaceAll(" ", "")).join(""), "hex"),
);

test("a module is written as annotated here", () => {
  const bytes = serializePortable(parseModule(program), { targetVersion: "1.10.0", locations: false });
  expect(Buffer.from(bytes).toString("hex")).toBe(Buffer.from(expected).toString("hex"));
});

test("and these bytes are read as that module", () => {
  expect(isBytecode(expected)).toBe(true);
  const { module, version, bytecodeVersion } = deserializePortable(expected);
  expect(printModule(module)).toBe(program);
  expect({ version, bytecodeVersion }).toEqual({ version: "1.10.0", bytecodeVersion: 6 });
});

test("every cut of them is refused with an offset", () => {
  for (let length = 0; length < expected.length; length++)
    expect(() => deserializePortable(expected.subarray(0, length))).toThrow(
      /^bytecode error: .*\n {2}.*(at|expected):/,
    );
});

test("text is no bytecode", () => {
  const text = new TextEncoder().encode(program);
  expect(isBytecode(text)).toBe(false);
  expect(() => deserializePortable(text)).toThrow(
    "bytecode error: this is no MLIR bytecode\n  expected: 4D 4C EF 52 (MLïR)\n  at:       byte 0",
  );
});
