/** Attributes, types, strings and dense literals as text. */
import { describe, expect, test } from "vitest";
import { ParseError } from "../../../src/ir/errors.js";
import { numberAt } from "../../../src/ir/elements.js";
import { parseAttribute, parseType, printAttribute } from "../../../src/ir/text/index.js";
import { formatType } from "../../../src/ir/types.js";

const again = (text: string): string => printAttribute(parseAttribute(text));

function complaint(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof ParseError) return error.details.message;
    throw error;
  }
  return "it parses";
}

describe("attributes that print as they are written", () => {
  test.each([
    "3 : i32",
    "-5 : i8",
    "255 : ui8",
    "170141183460469231731687303715884105727 : i128",
    "7 : index",
    "true",
    "1.500000e+00 : f32",
    "0x7FC00001 : f32",
    "0x7FF0000000000000 : f64",
    "-0.000000e+00 : bf16",
    '"a\\22b\\\\c\\0Ad\\C3\\A9\\FF"',
    "unit",
    '[1, -2, 3 : i32, 1.500000e+00, 2.500000e+00 : f32, true, "x", unit, []]',
    '{a = 1 : i64, b, "odd key" = {}}',
    '@f::@"g h"::@h.i$2',
    "tensor<2x?xf32>",
    "(i32) -> (f32, i1)",
    "() -> ((i32) -> i32)",
    "none",
    "vector<2xf32>",
    "array<i64>",
    "array<i64: 1, -2>",
    "array<i1: true, false>",
    "array<f32: 1.500000e+00, 0x7FC00000>",
    "affine_map<(d0, d1) -> (d1, d0)>",
    "affine_set<(d0) : (d0 - 1 >= 0)>",
    "strided<[4, 1], offset: ?>",
    'distinct[0]<"x">',
    "dense_resource<weights> : tensor<4xf32>",
    '"text" : !foo.string',
    "#stablehlo<comparison_direction LT>",
    "#stablehlo.result_accuracy_mode<HIGHEST>",
    "#stablehlo.result_accuracy<atol = 1.000000e-05, ulps = 2, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>",
    "#stablehlo.channel_handle<handle = -1, type = 0>",
    "#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = [1]>",
    "#stablehlo.conv<[b, f, 0, 1]x[o, i, 1, 0]->[b, 0, 1, f]>",
    "#stablehlo.bounds<?, 4>",
    '#stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "x">]>',
    '#sdy.sharding<@mesh, [{"x"}, {"y", ?}p1], replicated={"z":(1)2}>',
    "#vhlo<precision_v1 DEFAULT>",
    '#foo.bar<"a > b", [1 -> 2], {x = (3)}>',
    "#foo<bar>",
    'loc("f.ts":3:4)',
    'loc("f.ts":3:4 to :9)',
    'loc("f.ts":3:4 to 5:6)',
    'loc("layer"("f.ts":3:4))',
    'loc(callsite("a" at unknown))',
    'loc(fused<"pass">["a", "f":1:2])',
  ])("%s", (text) => expect(again(text)).toBe(text));
});

describe("attributes that print in their usual form", () => {
  test.each([
    ["0x1F : i8", "31 : i8"],
    ["255 : i8", "-1 : i8"],
    ["1 : i1", "true"],
    ["3", "3 : i64"],
    ["2.", "2.000000e+00 : f64"],
    ["1.0E+3 : f16", "1.000000e+03 : f16"],
    ["0.1 : f32", "1.000000e-01 : f32"],
    ["{b = 1, a = 2}", "{a = 2 : i64, b = 1 : i64}"],
    ['"é\\n\\t"', '"\\C3\\A9\\0A\\09"'],
    [
      "#stablehlo.gather<index_vector_dim = 2, start_index_map = [0, 1], offset_dims = [2],>",
      "#stablehlo.gather<offset_dims = [2], start_index_map = [0, 1], index_vector_dim = 2>",
    ],
    ["// a comment\n  3 // another\n : i32", "3 : i32"],
  ])("%s is %s", (text, printed) => expect(again(text)).toBe(printed));
});

describe("attributes that are refused", () => {
  test.each([
    ["256 : i8", "256 is no i8"],
    ["-1 : ui8", "-1 is no ui8"],
    ["128 : index", "it parses"],
    ["9223372036854775808 : index", "9223372036854775808 is no index"],
    ["1.0 : i32", "a float cannot be of type i32"],
    ["1 : f32", "f32 needs a float such as 1.0, or the bits of one"],
    ["0x1FFFFFFFF : f32", "0x1FFFFFFFF has more bits than f32"],
    [".5", '"." starts nothing'],
    ["1e10", "expected the end of the text"],
    ["inf", "expected a type"],
    ["[1, 2,]", "expected an attribute"],
    ["[1 2]", 'expected "," or "]"'],
    ["{a = 1, a = 2}", "attribute a is given twice"],
    ['"open', "the string does not end"],
    ['"\\u00e9"', 'no such escape: only \\", \\\\, \\n, \\t and two hexadecimal digits'],
    ["#alias", "the attribute alias #alias is not defined"],
    ["#foo.bar<[>", "the bracket is not closed"],
    ["array<tensor<2xf32>: 1>", "an array holds numbers"],
    ["array<i2: 1>", "an array cannot hold i2; it can hold i1, i8, i16, i32, i64, f32 and f64"],
    ["array<i64: dense<1>>", "expected a number"],
    ["#stablehlo.dot<lhs_dimensions = [0]>", "dot has no field lhs_dimensions"],
    ["#stablehlo.conv<[b, 0, q]x[0, i, o]->[b, 0, f]>", "a dimension is b, f or a number, got q"],
    ["#stablehlo.conv<[b, 0]x[0, i, o]->[b, 0, f]>", "dimension f is missing"],
    ["#stablehlo.conv<[b, 1, f]x[0, i, o]->[b, 0, f]>", "spatial dimensions must be 0 to 0"],
    ["\u0007", '"\\u0007" starts nothing'],
    ["@-a", 'a name must follow "@"'],
  ])("%s: %s", (text, message) => expect(complaint(() => parseAttribute(text))).toBe(message));
});

describe("dense literals", () => {
  test.each([
    "dense<1.000000e+00> : tensor<f32>",
    "dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>",
    "dense<[-9223372036854775808, 9223372036854775807]> : tensor<2xi64>",
    "dense<[0, 18446744073709551615]> : tensor<2xui64>",
    "dense<[true, false]> : tensor<2xi1>",
    "dense<[-8, 7]> : tensor<2xi4>",
    "dense<[0, 15]> : tensor<2xui4>",
    "dense<(1.000000e+00,-2.500000e-01)> : tensor<2xcomplex<f32>>",
    "dense<[(0.000000e+00,1.000000e+00), (0x7FF8000000000000,-0.000000e+00)]> : tensor<2xcomplex<f64>>",
    "dense<> : tensor<0x3xf32>",
    "dense<0> : tensor<0x3xi32>",
    "dense<[1.000000e+00, 4.480000e+02, 0x7F]> : tensor<3xf8E4M3FN>",
    "dense<[1, 2]> : tensor<2x!quant.uniform<i8:f32, 0.5:3>>",
  ])("%s", (text) => expect(again(text)).toBe(text));

  test.each([
    ["dense<[3, 3, 3]> : tensor<3xi32>", "dense<3> : tensor<3xi32>"],
    ['dense<"0x00000000FFFFFFFF"> : tensor<2xi32>', "dense<[0, -1]> : tensor<2xi32>"],
    ['dense<"0x0000803F"> : tensor<5xf32>', "dense<1.000000e+00> : tensor<5xf32>"],
    ["dense<[0x10, 0xFF]> : tensor<2xui8>", "dense<[16, 255]> : tensor<2xui8>"],
    ["dense<[0x3F800000, 1.0]> : tensor<2xf32>", "dense<1.000000e+00> : tensor<2xf32>"],
    ["dense<[0, -1, 1]> : tensor<3xi1>", "dense<[false, true, true]> : tensor<3xi1>"],
    ["dense<[[ 1 , // one\n 2 ]]> : tensor<1x2xi8>", "dense<[[1, 2]]> : tensor<1x2xi8>"],
    ['dense<"0x0F08"> : tensor<2xi4>', "dense<[-1, -8]> : tensor<2xi4>"],
    ["dense<> : tensor<3x0xi1>", "dense<> : tensor<3x0xi1>"],
  ])("%s is %s", (text, printed) => expect(again(text)).toBe(printed));

  test("i1 in hexadecimal, a byte each or packed", () => {
    const wanted = "dense<[true, false, true, true, false, false, false, false, true]> : tensor<9xi1>";
    expect(again('dense<"0x010001010000000001"> : tensor<9xi1>')).toBe(wanted);
    expect(again('dense<"0x0D01"> : tensor<9xi1>')).toBe(wanted);
    expect(again('dense<"0xFF"> : tensor<9xi1>')).toBe("dense<true> : tensor<9xi1>");
  });

  test("above a hundred elements bytes are written, but for i1", () => {
    const list = (count: number, item: (i: number) => unknown): string =>
      Array.from({ length: count }, (_, i) => String(item(i))).join(", ");
    const hundred = `dense<[${list(100, (i) => i)}]> : tensor<100xi8>`;
    expect(again(hundred)).toBe(hundred);
    const bytes = list(101, (i) => i.toString(16).toUpperCase().padStart(2, "0")).replaceAll(", ", "");
    expect(again(`dense<[${list(101, (i) => i)}]> : tensor<101xi8>`)).toBe(
      `dense<"0x${bytes}"> : tensor<101xi8>`,
    );
    const bits = `dense<[${list(101, (i) => i % 3 === 0)}]> : tensor<101xi1>`;
    expect(again(bits)).toBe(bits);
  });

  test("numbers are the ones that were written", () => {
    const attribute = parseAttribute("dense<[0.1, 1.0e-45, 16777217.0]> : tensor<3xf32>");
    if (attribute.kind !== "elements") throw new Error(attribute.kind);
    const numbers = [0, 1, 2].map((i) => numberAt(attribute.value, i));
    expect(numbers).toEqual([Math.fround(0.1), 2 ** -149, 16777216]);
  });

  test.each([
    ["dense<1> : tensor<2xf32>", "expected a float such as 1.0, or the bits of one, got 1"],
    ["dense<1.0> : tensor<2xi32>", "expected an integer, got 1.0"],
    ["dense<true> : tensor<2xi32>", "expected an element of type i32"],
    ["dense<300> : tensor<2xi8>", "300 is no i8"],
    ["dense<[1, 2, 3]> : tensor<2xi32>", "dimension 0 of tensor<2xi32> needs 2 items"],
    ["dense<[[1], [2]]> : tensor<2xi32>", "expected an element of type i32"],
    ["dense<[1, 2]> : tensor<2x1xi32>", "expected a list for dimension 1 of tensor<2x1xi32>"],
    ["dense<[1, 2]> : tensor<i32>", "the list is nested deeper than tensor<i32>"],
    ["dense<> : tensor<2xi32>", "tensor<2xi32> needs 2 elements"],
    ["dense<1> : tensor<?xi32>", "a literal must be a tensor of known size, got tensor<?xi32>"],
    ["dense<1> : i32", "a literal must be a tensor of known size, got i32"],
    ['dense<"0x00"> : tensor<2xi32>', "the literal has 1 bytes, tensor<2xi32> needs 8"],
    ['dense<"0xZZ"> : tensor<2xi8>', "the literal is not hexadecimal"],
    ['dense<"abc"> : tensor<2xi8>', 'a literal in quotes must be hexadecimal, "0x.."'],
    ["dense<(1.0)> : tensor<complex<f32>>", 'expected "," in a complex number'],
    ["dense<[1", 'the literal does not end: expected ">"'],
  ])("%s: %s", (text, message) => expect(complaint(() => parseAttribute(text))).toBe(message));
});

describe("types", () => {
  test.each([
    "f32",
    "index",
    "i128",
    "si8",
    "none",
    "tensor<f32>",
    "tensor<0x3xf32>",
    "tensor<2x?xcomplex<f64>>",
    "tensor<?x4xf32, #stablehlo.bounds<3, ?>>",
    "tensor<*xui2>",
    "memref<2xf8E8M0FNU>",
    "memref<2x2xf32, strided<[2, 1]>>",
    "tuple<>",
    "tuple<tensor<f32>, tuple<!stablehlo.token>>",
    "!stablehlo.future<tensor<2xf32>>",
    "!foo.bar<x, [1]>",
    "!foo.bar",
    "(tensor<f32>) -> tensor<f32>",
    "() -> ()",
    "tensor<4x!quant.uniform<u8:f32, 0.0039132908278820561:-128>>",
    "tensor<4x!quant.uniform<i8<-127:127>:f32:0, {0.5:-30,1.5377370458777768E-5}>>",
  ])("%s prints as it is written", (text) => expect(formatType(parseType(text))).toBe(text));

  test.each([
    ["tensor< 2 x 0x3 x f32 >", "tensor<2x0x3xf32>"],
    ["tensor<?xf32, #stablehlo.type_extensions<bounds = [3]>>", "tensor<?xf32, #stablehlo.bounds<3>>"],
    ["tensor<?xf32, #mhlo.type_extensions<bounds = [3]>>", "tensor<?xf32, #stablehlo.bounds<3>>"],
    ["!quant.uniform<i8<-128:127>:f32, 34.0:16>", "!quant.uniform<i8:f32, 34.0:16>"],
  ])("%s is %s", (text, printed) => expect(formatType(parseType(text))).toBe(printed));

  test("are the same object when they are equal", () =>
    expect(parseType("tensor<2x3xf32>")).toBe(parseType("tensor< 2 x 3 x f32>")));

  test.each([
    ["tensor<2X3xf32>", 'expected "x" after the size of a dimension'],
    ["tensor<2x>", "expected a type"],
    ["tensor<2xi3>", "i3 is no element type"],
    ["tensor<2xtensor<f32>>", "tensor<f32> is no element type"],
    ["tensor<2xf32", 'expected ">" after the element type'],
    ["tensor<*f32>", 'expected "x" after "*"'],
    ["tensor<?xf32, #stablehlo.bounds<3, 4>>", "2 bounds are given for 1 dimensions"],
    ["tensor<2xf32, #stablehlo.bounds<3>>", "dimension 0 has a size and needs no bound"],
    ["complex<i32>", "complex<i32> is no element type"],
    ["!quant.uniform<f32:f32, 1.0>", "f32 cannot store numbers"],
    ["!alias", "the type alias !alias is not defined"],
    ["float", "expected a type"],
  ])("%s: %s", (text, message) => expect(complaint(() => parseType(text))).toBe(message));
});
