/** Attributes of StableHLO that stay its own in artifacts, and the spellings that are the same attribute. */
import { describe, expect, test } from "vitest";
import { affineAttributes, affineText } from "../../../src/ir/bytecode/affine.js";
import { ByteReader } from "../../../src/ir/bytecode/byte-reader.js";
import type { FieldInput, FieldValue } from "../../../src/ir/bytecode/entity.js";
import { codecs } from "../../../src/ir/bytecode/schema.js";
import { deserializePortable, serializePortable } from "../../../src/ir/bytecode/index.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";

const moduleWith = (attribute: string): string => `module attributes {my.a = ${attribute}} {\n}\n`;
const opWith = (attribute: string): string =>
  `module {\n  func.func @main() {\n    return {my.a = ${attribute}}\n  }\n}\n`;

const back = (text: string): string =>
  printModule(deserializePortable(serializePortable(parseModule(text))).module);

/** What modules and operations may both have. */
const everywhere = [
  "#stablehlo<precision HIGHEST>",
  "#stablehlo.result_accuracy_mode<HIGHEST>",
  "#stablehlo.result_accuracy<atol = 1.000000e+00, ulps = 3, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>",
  "#stablehlo.output_operand_alias<output_tuple_indices = [1], operand_index = 0, operand_tuple_indices = []>",
  "#stablehlo.sub_axis_info(2)4",
  '#stablehlo.axis_ref<name = "x">',
  '#stablehlo.axis_ref<name = "x", sub_axis_info = (2)4>',
  '#stablehlo.mesh_axis<name = "x", size = 2>',
  '#stablehlo.mesh<axes=[<name = "x", size = 2>, <name = "y", size = 1>], device_ids=dense<[1, 0]> : tensor<2xi64>>',
  '#stablehlo.replica_group_mesh_axes<mesh = #stablehlo.mesh<axes=[<name = "x", size = 2>]>, axes = [#stablehlo.axis_ref<name = "x">]>',
  "#chlo<comparison_direction LT>",
  "#chlo<precision HIGH>",
  '#mhlo.original_value<false, [<[], <"a", []>>]>',
  "affine_map<(d0) -> (d0)>",
  "affine_set<(d0) : (d0 - 1 >= 0)>",
  'loc("model.py":3:4)',
  'loc(fused<"pass">["a"("b.py":1:2), callsite("c" at unknown)])',
  "strided<[1, 2], offset: 3>",
  "distinct[0]<unit>",
  "sparse<[[0]], [1]> : tensor<2xi64>",
  "[unit, #chlo<comparison_type FLOAT>, {a = #stablehlo<transpose ADJOINT>}]",
];

test.each(everywhere)("%s comes back, of a module and of an operation", (attribute) => {
  expect(back(moduleWith(attribute))).toBe(moduleWith(attribute));
  expect(back(opWith(attribute))).toBe(opWith(attribute));
});

test.each([
  "#stablehlo.dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>",
  "#stablehlo.gather<offset_dims = [1], index_vector_dim = 1>",
  "#stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0]>",
  "#stablehlo.conv<[b, 0, f]x[0, i, o]->[b, 0, f]>",
  "#stablehlo.channel_handle<handle = 1, type = 2>",
  "#stablehlo.bounds<?, 4>",
  "#stablehlo.dot_algorithm<lhs_precision_type = bf16, rhs_precision_type = bf16, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, allow_imprecise_accumulation = false>",
  '"text" : i32',
  "si32",
  "-1 : si8",
  "3 : i7",
  "170141183460469231731687303715884105727 : i128",
  "-1 : i65",
  "0 : ui200",
  "f128",
  "1.500000e+00 : f80",
  "0x7FFF8000000000000001 : f80",
  "dense<[1, -2]> : vector<2xi32>",
  "dense<1.000000e+00> : vector<2x2xf32>",
  "vector<2x[4]xf32>",
  "memref<2x?xf32>",
  "memref<*xf32>",
  "memref<2xf32, strided<[2]>, 1 : i32>",
  "tensor<?x2xf32, #stablehlo.bounds<4, ?>>",
  "tensor<2xf32, #sparse.encoding<{}>>",
  "f80",
  "dense<[1, -2]> : tensor<2xsi4>",
  "dense<-9223372036854775808> : tensor<si64>",
  "tensor<*xsi16>",
  "!stablehlo.future<tensor<f32>>",
  "(tensor<2x!quant.uniform<u8<1:200>:f32:0, {0.5,0.25:2}>>) -> !stablehlo.token",
])("%s comes back, of a module", (attribute) => {
  expect(back(moduleWith(attribute))).toBe(moduleWith(attribute));
});

describe("spellings of one attribute", () => {
  test.each([
    [
      '#stablehlo.mesh<axes = [#stablehlo.mesh_axis<size = 2, name = "x">]>',
      '#stablehlo.mesh<axes=[<name = "x", size = 2>]>',
    ],
    [
      '#stablehlo.axis_ref<sub_axis_info = #stablehlo.sub_axis_info(1)2, name = "x">',
      '#stablehlo.axis_ref<name = "x", sub_axis_info = (1)2>',
    ],
    ["#stablehlo.type_extensions<bounds = [?, 4]>", "#stablehlo.bounds<?, 4>"],
  ])("%s is %s", (one, other) => {
    expect(printModule(parseModule(moduleWith(one)))).toBe(moduleWith(other));
    expect(serializePortable(parseModule(moduleWith(one)), { locations: false })).toEqual(
      serializePortable(parseModule(moduleWith(other)), { locations: false }),
    );
  });

  test("an alias stands for a part", () => {
    const text = `#x = #stablehlo.mesh_axis<name = "x", size = 2>\n${moduleWith("#stablehlo.mesh<axes=[#x]>")}`;
    expect(printModule(parseModule(text))).toBe(moduleWith('#stablehlo.mesh<axes=[<name = "x", size = 2>]>'));
  });
});

test.each([
  ["1.0e400 : f80", "1.0e400 is too large for a float"],
  ["1 : f128", "f128 needs a float such as 1.0, or the bits of one"],
  ["0x1FFFFFFFFFFFFFFFFFFFF : f80", "has more bits than f80"],
  ["dense<1> : vector<[2]xi32>", "a literal must be a tensor of known size, got vector<[2]xi32>"],
  ["dense<[1]> : vector<2xi32>", "dimension 0 of tensor<2xi32> needs 2 items"],
])("%s is refused: %s", (attribute, message) => {
  expect(() => parseModule(moduleWith(attribute))).toThrow(message);
});

test.each([
  ["#stablehlo.axis_ref<size = 2>", "axis_ref has no field size"],
  ['#stablehlo.mesh_axis<name = "x">', "mesh_axis lacks its field size"],
  ['#stablehlo.mesh_axis<name = "x", name = "y">', "field name is given twice"],
  ["#stablehlo.mesh<axes=[#stablehlo.sub_axis_info(1)2]>", "expected an attribute #stablehlo.mesh_axis"],
  ["#stablehlo.sub_axis_info<(1)2>", 'expected "("'],
])("%s is refused: %s", (attribute, message) => {
  expect(() => parseModule(moduleWith(attribute))).toThrow(message);
});

/** Module attributes as MLIR writes them where our writer gives their text: the bytes of the whole attribute, and what they say. */
test.each([
  ["2f 11", "affine_map<(d0, d1) -> (d0, d1)>"],
  ["2f 1b 05 01 03", "affine_map<(d0, d1, d2) -> (d2, d0, d1)>"],
  ["2f 0d 01", "affine_map<(d0) -> ()>"],
  ["2f 1f 05 01", "affine_map<(d0, d1, d2)[s0, s1] -> ()>"],
  ["2f 0f 03 03 07 01 01 03 01", "affine_map<(d0)[s0] -> (d0 + s0)>"],
  ["2f 0f 01 03 07 09 01 01 05 09 05 0d", "affine_map<(d0) -> ((d0 * 2) + 3)>"],
  [
    "31 03 03 05 07 01 01 09 03 01 05 03 01 01 00 01",
    "affine_set<(d0)[s0] : (d0 + (s0 * -1) >= 0, d0 == 0)>",
  ],
  ["33 00 ff ff ff ff ff ff ff ff 05 00 ff ff ff ff ff ff ff ff 09", "strided<[?, 2], offset: ?>"],
  ["33 01 01", "strided<[]>"],
])("%s is %s", (hex, text) => {
  expect(back(moduleWith(text))).toBe(moduleWith(text));
  const [code, ...bytes] = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const codec = codecs.find(
    (each) => each.dialect === "builtin" && each.kind === "attribute" && each.code === code! >> 1,
  )!;
  const input = { bytes: new ByteReader(Uint8Array.from(bytes)) } as FieldInput;
  const values: FieldValue[] = [];
  for (const field of codec.fields) values.push(field.read(input, [...values]));
  expect(input.bytes.remaining).toBe(0);
  expect(affineText({ codec, values })).toBe(text);
});

test.each([
  ["2f fe ff", "an affine map cannot have"],
  [`2f 0f 01 03 ${"07 ".repeat(300)}01 01`, "nests more than 256 deep"],
  ["2f 0f 01 03 21 01 01", "an affine expression cannot be of kind 16"],
])("%s is refused", (hex, message) => {
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex").subarray(1);
  const input = { bytes: new ByteReader(Uint8Array.from(bytes)) } as FieldInput;
  expect(() => affineAttributes.map.fields[0].read(input, [])).toThrow(message);
});

/** What jaxlib 0.11.2 writes of the attributes below. */
const ofMhlo =
  "TUzvUg1TdGFibGVITE9fdjEuMjAuMAABDwUBBQMBAwsDTS0NAQ8TC0sLCxMLAx8LCwsLDzcfKzMbFycPNwsBCQcXDxMDBQcTAj4CAwMDBQUHASEPERMVFxkbHR8hIyUnKQcJDQkNCxcNAwMFCRMFBQsfBx0BAxUFCQEJAwUFCQMBAQkDBQsBAQMFAwEXAwUDAQEBAwEFDwMJBQEFAQEFAQUJIQMBAQMFAQEJAQEBBQUFCQUBBQMbAxElAAAAAAAAAOB/AQ0rIwULGwMCAgEfAwcbA4EBAQMFAwUEGQUBUQsBAQcEBwMBAQYDAQUBAEMLBQsPCxFidWlsdGluAG1obG8AbW9kdWxlAG15LmEALQAICQMFAQE=";

test("attributes and types of mhlo that jaxlib writes by codes are their text, and come back", () => {
  const text = `module attributes {my.a = [#mhlo.rng_algorithm<PHILOX>, #mhlo<comparison_direction LT>, #mhlo<fusion_kind kCustom>, #mhlo<kind sharding>, #mhlo.channel_handle<handle = 5, type = 1>, #mhlo.conv<[b, 0, f]x[0, i, o]->[b, 0, f]>, #mhlo.dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, #mhlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, #mhlo.gather<offset_dims = [2], collapsed_slice_dims = [0, 1], start_index_map = [0, 1], index_vector_dim = 2>, #mhlo.output_operand_alias<output_tuple_indices = [0], operand_index = 0, operand_tuple_indices = [1]>, #mhlo.result_alias<result_index = [2]>, #mhlo.result_alias<tuple_indices = [1, 1], result_index = [2, 0, 1], must_alias>, #mhlo.type_extensions<bounds = [4]>, #mhlo.result_accuracy<atol = 1.000000e+00, ulps = 3, mode = #mhlo.result_accuracy_mode<TOLERANCE>>, !mhlo.token, !mhlo.async_bundle<tensor<64xf32>, tuple<tensor<32xf32>>>]} {
}
`;
  const read = printModule(deserializePortable(Buffer.from(ofMhlo, "base64")).module);
  expect(read).toBe(text);
  expect(back(read)).toBe(text);
});

test("a function takes a type of mhlo", () => {
  const bytes =
    "TUzvUg1TdGFibGVITE9fdjEuMjAuMAABFwcBBQkFAQMPAwMTAycPBQEHCxMTAwkLCwsLAwMTBQMHAi8FCxcBAQEXAQMDAwEjAR0NHQ8RAQMDAQQnBQFQAwEHBBcDAQUDUAUDBwQDAQYDAQUBAHMREQsFEQ8LCxFidWlsdGluAHZobG8AbWhsbwBtb2R1bGUAZnVuY192MQAtAGdpdmUAcHJpdmF0ZQAIFQUFAQELBwkHCw0=";
  expect(printModule(deserializePortable(Buffer.from(bytes, "base64")).module)).toBe(
    "module {\n  func.func private @give() -> !mhlo.token\n}\n",
  );
});
