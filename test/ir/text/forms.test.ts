/** The pretty forms written by hand: as MLIR prints them, and in the generic form. */
import { describe, expect, test } from "vitest";
import { opDefinitions } from "../../../src/ir/ops/index.js";
import { findForm } from "../../../src/ir/text/forms/index.js";
import { inMain, refusal, reprint } from "./helpers.js";

test("every op declared with a form of its own has one", () => {
  const custom = opDefinitions.filter(({ assembly }) => assembly === "custom");
  expect(custom.filter((definition) => findForm(definition) === undefined)).toEqual([]);
});

const pretty: Readonly<Record<string, string>> = {
  "compare without a type": inMain(
    "(%arg0: tensor<4xf32>)",
    "%0 = stablehlo.compare EQ, %arg0, %arg0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>",
    "return",
  ),
  "compare with a type and attributes": inMain(
    "(%arg0: tensor<4xf32>)",
    '%0 = stablehlo.compare LT, %arg0, %arg0, TOTALORDER {mhlo.note = "x"} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>',
    "return",
  ),
  "select of tensors of other sizes": inMain(
    "(%arg0: tensor<i1>, %arg1: tensor<4xf32>, %arg2: tensor<?xf32>)",
    "%0 = stablehlo.select %arg0, %arg1, %arg1 : tensor<i1>, tensor<4xf32>",
    "%1 = stablehlo.select %arg0, %arg1, %arg2 : (tensor<i1>, tensor<4xf32>, tensor<?xf32>) -> tensor<4xf32>",
    "return",
  ),
  "complex by its result alone, or by all types": inMain(
    "(%arg0: tensor<2xf64>, %arg1: tensor<?xf64>)",
    "%0 = stablehlo.complex %arg0, %arg0 : tensor<2xcomplex<f64>>",
    "%1 = stablehlo.complex %arg0, %arg1 : (tensor<2xf64>, tensor<?xf64>) -> tensor<2xcomplex<f64>>",
    "return",
  ),
  "slice leaves strides of one out": inMain(
    "(%arg0: tensor<8x8xf32>)",
    "%0 = stablehlo.slice %arg0 [0:8, 1:7:2] : (tensor<8x8xf32>) -> tensor<8x3xf32>",
    "return",
  ),
  "slice of a scalar": inMain(
    "(%arg0: tensor<f32>)",
    "%0 = stablehlo.slice %arg0 [] : (tensor<f32>) -> tensor<f32>",
    "return",
  ),
  "dot_general with everything": inMain(
    "(%arg0: tensor<2x3x4xf32>, %arg1: tensor<2x4x5xf32>)",
    "%0 = stablehlo.dot_general %arg0, %arg1, batching_dims = [0] x [0], contracting_dims = [2] x [1], precision = [DEFAULT, DEFAULT], algorithm = <lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 3, allow_imprecise_accumulation = false> {mhlo.note} : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>",
    "%1 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [] x [], precision = [HIGH, HIGHEST] : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x4x2x4x5xf32>",
    "return",
  ),
  "convolution with some of its window": inMain(
    "(%arg0: tensor<1x8x8x4xf32>, %arg1: tensor<3x3x4x8xf32>)",
    "%0 = stablehlo.convolution(%arg0, %arg1) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {stride = [2, 1], pad = [[1, 2], [0, -1]], lhs_dilate = [1, 1], rhs_dilate = [2, 1], reverse = [true, false]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGH>]} : (tensor<1x8x8x4xf32>, tensor<3x3x4x8xf32>) -> tensor<1x4x5x8xf32>",
    "%1 = stablehlo.convolution(%arg0, %arg1) dim_numbers = [b, 1, 0, f]x[0, 1, i, o]->[b, 0, 1, f], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x8x8x4xf32>, tensor<3x3x4x8xf32>) -> tensor<1x6x6x8xf32>",
    "return",
  ),
  "while names its arguments once for both regions": inMain(
    "(%arg0: tensor<i32>, %arg1: tensor<2xf32>)",
    '%0:2 = stablehlo.while(%iterArg = %arg0, %iterArg_0 = %arg1) : tensor<i32>, tensor<2xf32> attributes {mhlo.note = "x"}',
    "cond {",
    "  %c = stablehlo.constant dense<3> : tensor<i32>",
    "  %1 = stablehlo.compare LT, %iterArg, %c, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>",
    "  stablehlo.return %1 : tensor<i1>",
    "} do {",
    "  %1 = stablehlo.add %iterArg, %iterArg : tensor<i32>",
    "  stablehlo.return %1, %iterArg_0 : tensor<i32>, tensor<2xf32>",
    "}",
    "return",
  ),
  "while without values": inMain(
    "()",
    "stablehlo.while()",
    "cond {",
    "  %c = stablehlo.constant dense<false> : tensor<i1>",
    "  stablehlo.return %c : tensor<i1>",
    "} do {",
    "  stablehlo.return",
    "}",
    "return",
  ),
  "reduce by one op": inMain(
    "(%arg0: tensor<2x3xf32>, %arg1: tensor<f32>)",
    "%0 = stablehlo.reduce(%arg0 init: %arg1) applies stablehlo.maximum across dimensions = [0, 1] {mhlo.note = 1 : i64} : (tensor<2x3xf32>, tensor<f32>) -> tensor<f32>",
    "return",
  ),
  "reduce with its body, in pairs of element and accumulator": inMain(
    "(%arg0: tensor<2x3xf32>, %arg1: tensor<2x3xi32>, %arg2: tensor<f32>, %arg3: tensor<i32>)",
    "%0:2 = stablehlo.reduce(%arg0 init: %arg2), (%arg1 init: %arg3) across dimensions = [0] : (tensor<2x3xf32>, tensor<2x3xi32>, tensor<f32>, tensor<i32>) -> (tensor<3xf32>, tensor<3xi32>)",
    " reducer(%arg4: tensor<f32>, %arg6: tensor<f32>) (%arg5: tensor<i32>, %arg7: tensor<i32>)  {",
    "  %1 = stablehlo.add %arg4, %arg6 : tensor<f32>",
    "  %2 = stablehlo.maximum %arg5, %arg7 : tensor<i32>",
    "  stablehlo.return %1, %2 : tensor<f32>, tensor<i32>",
    "}",
    "return",
  ),
  "reduce keeps a body that swaps its operands": inMain(
    "(%arg0: tensor<2xf32>, %arg1: tensor<f32>)",
    "%0 = stablehlo.reduce(%arg0 init: %arg1) across dimensions = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<f32>",
    " reducer(%arg2: tensor<f32>, %arg3: tensor<f32>)  {",
    "  %1 = stablehlo.add %arg3, %arg2 : tensor<f32>",
    "  stablehlo.return %1 : tensor<f32>",
    "}",
    "return",
  ),
  "custom_call by odd names, defaults left out": inMain(
    "(%arg0: tensor<f32>)",
    '%0:2 = stablehlo.custom_call @"a-b c"(%arg0, %arg0) {api_version = 2 : i32, backend_config = "", has_side_effect = true} : (tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>)',
    "stablehlo.custom_call @f() : () -> ()",
    "return",
  ),
  "composite with and without operands": inMain(
    "(%arg0: tensor<f32>)",
    '%0 = stablehlo.composite "my.op" %arg0 {composite_attributes = {n = 2 : i64}, decomposition = @f, version = 1 : i32} : (tensor<f32>) -> tensor<f32>',
    '%1 = stablehlo.composite "my.op"  {decomposition = @g} : () -> tensor<f32>',
    "return",
  ),
  "optimization_barrier of many and of none": inMain(
    "(%arg0: tensor<f32>, %arg1: tensor<2xi32>)",
    "%0:2 = stablehlo.optimization_barrier %arg0, %arg1 : tensor<f32>, tensor<2xi32>",
    "stablehlo.optimization_barrier()",
    "return",
  ),
  "groups of operands that are empty": inMain(
    "(%arg0: tensor<f32>)",
    "%0 = stablehlo.dynamic_slice %arg0, sizes = [] : (tensor<f32>) -> tensor<f32>",
    "%1 = stablehlo.after_all  : !stablehlo.token",
    "%2 = stablehlo.create_token : !stablehlo.token",
    "return",
  ),
  "optional parts of a template": inMain(
    "(%arg0: tensor<3x3xf32>)",
    "%0 = stablehlo.cholesky %arg0, lower = true : tensor<3x3xf32>",
    "%1 = stablehlo.cholesky %arg0 : tensor<3x3xf32>",
    "return",
  ),
  "results with names": inMain(
    "(%arg0: tensor<2xui64>, %arg1: tensor<5x3xf32>)",
    "%output_state, %output = stablehlo.rng_bit_generator %arg0, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<2xui32>)",
    "%values, %indices = chlo.top_k(%arg1, k = 2) : tensor<5x3xf32> -> (tensor<5x2xf32>, tensor<5x2xi32>)",
    "%output_state_0, %output_1 = stablehlo.rng_bit_generator %output_state, algorithm = DEFAULT : (tensor<2xui64>) -> (tensor<2xui64>, tensor<2xui32>)",
    "return",
  ),
  "a call in a region of another dialect": inMain(
    "(%arg0: tensor<i1>)",
    '"stablehlo.if"(%arg0) ({',
    "  func.call @f() : () -> ()",
    "  stablehlo.return",
    "}, {",
    "  stablehlo.return",
    "}) : (tensor<i1>) -> ()",
    "call @f() : () -> ()",
    "return",
  ),
  "results used one by one": inMain(
    "(%arg0: tensor<f32>)",
    "%0:2 = call @f(%arg0) : (tensor<f32>) -> (tensor<f32>, tensor<f32>)",
    "return %0#1, %0#0 : tensor<f32>, tensor<f32>",
  ),
  "shardings on a mesh": inMain(
    "(%arg0: tensor<4x8xf32>)",
    '%0 = sdy.sharding_constraint %arg0 <@mesh, [{"x"}, {}]> {my.note} : tensor<4x8xf32>',
    '%1:2 = sdy.manual_computation(%0) in_shardings=[<@mesh, [{"x"}, {"y"}]>] out_shardings=[<@mesh, [{}, {"y"}]>, <@mesh, [{"x"}, {}]>] manual_axes={"x", "y"} (%arg1: tensor<2x4xf32>) {',
    "  %2 = stablehlo.negate %arg1 : tensor<2x4xf32>",
    "  sdy.return %2, %arg1 : tensor<2x4xf32>, tensor<2x4xf32>",
    "} : (tensor<4x8xf32>) -> (tensor<4x4xf32>, tensor<4x8xf32>)",
    "return",
  ),
  meshes: 'module {\n  sdy.mesh @mesh = <["x"=2, "y"=4], device_ids=[7, 6, 5, 4, 3, 2, 1, 0]>\n}\n',
};

describe("pretty forms print back as they were, also by way of the generic form", () => {
  test.each(Object.entries(pretty))("%s", (_, text) => {
    expect(reprint(text)).toBe(text);
    expect(reprint(reprint(text, { form: "generic" }))).toBe(text);
  });
});

test("quantised constants keep the type of the literal and that of the result", () => {
  const text = inMain(
    "()",
    "%cst = stablehlo.constant() <{value = dense<[1, -2]> : tensor<2xi8>}> : () -> tensor<2x!quant.uniform<i8:f32, 0.5:3>>",
    "return",
  );
  expect(reprint(text)).toBe(text);
});

describe("operations that break their declaration are written in the generic form", () => {
  test("a required attribute is missing", () => {
    const text = inMain(
      "(%arg0: tensor<2xf32>)",
      '%0 = "stablehlo.reverse"(%arg0) : (tensor<2xf32>) -> tensor<2xf32>',
      "return",
    );
    expect(reprint(text)).toBe(text);
  });
  test("dimension numbers of a convolution that fill no list", () => {
    const text = inMain(
      "(%arg0: tensor<1x1xf32>)",
      '%0 = "stablehlo.convolution"(%arg0, %arg0) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<raw input_batch_dimension = 0, input_feature_dimension = 0, input_spatial_dimensions = [], kernel_input_feature_dimension = 0, kernel_output_feature_dimension = 1, kernel_spatial_dimensions = [], output_batch_dimension = 0, output_feature_dimension = 1, output_spatial_dimensions = []>, feature_group_count = 1 : i64}> : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>',
      "return",
    );
    expect(reprint(text)).toBe(text);
  });
});

describe("what forms refuse", () => {
  const at = (line: string): string =>
    refusal(`func.func @main(%x: tensor<4xf32>, %t: tensor<i32>) {\n${line}\n}`);
  test.each([
    [
      "%0 = stablehlo.compare XX, %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>",
      "XX is no comparison_direction",
    ],
    ["%0 = stablehlo.add %x, %t : tensor<4xf32>", "operand #1 is tensor<i32>, not tensor<4xf32>"],
    [
      "%0 = stablehlo.gather %x, %t : tensor<4xf32>",
      'stablehlo.gather has no pretty form; write "stablehlo.gather"(..)',
    ],
    [
      "%0 = stablehlo.reduce_precision %x, format = f32 : tensor<4xf32>",
      "the format must be exponent and mantissa bits such as e8m7",
    ],
    [
      "%0 = stablehlo.complex %x, %x : tensor<4xf32>",
      "the result must be a complex tensor, got tensor<4xf32>",
    ],
    ["%0 = stablehlo.constant 3 : i32", "a constant must be a literal such as dense<1.0>"],
    [
      "%0 = stablehlo.reduce(%x init: %t) applies stablehlo.abs across dimensions = [0] : (tensor<4xf32>, tensor<i32>) -> tensor<f32>",
      "stablehlo.abs does not combine two values",
    ],
    ["%0 = stablehlo.slice %x [0:4 : 1, 2] : (tensor<4xf32>) -> tensor<4xf32>", 'expected ":" and the limit'],
    [
      "%0 = stablehlo.transpose %x, dims = [0] {permutation = array<i64: 0>} : (tensor<4xf32>) -> tensor<4xf32>",
      "attribute permutation is given twice",
    ],
    [
      '%0 = "stablehlo.iota"() <{iota_dimension = 0 : i32}> : () -> tensor<4xf32>',
      "attribute iota_dimension must be i64",
    ],
    [
      '%0 = "stablehlo.iota"() <{iota_dimension = 9223372036854775807 : i64}> : () -> tensor<4xf32>',
      "attribute iota_dimension must be i64",
    ],
  ])("%s", (line, message) => {
    expect(at(line).split("\n")[0]).toBe(`parse error: ${message}`);
  });
});

test("a while whose regions refine its operands' types is written in the generic form, which can be read back", () => {
  const text = inMain(
    "(%arg0: tensor<?xi32>)",
    '%0 = "stablehlo.while"(%arg0) ({',
    "^bb0(%iterArg: tensor<4xi32>):",
    "  %c = stablehlo.constant dense<true> : tensor<i1>",
    "  stablehlo.return %c : tensor<i1>",
    "}, {",
    "^bb0(%iterArg: tensor<4xi32>):",
    "  stablehlo.return %iterArg : tensor<4xi32>",
    "}) : (tensor<?xi32>) -> tensor<?xi32>",
    "return",
  );
  expect(reprint(text)).toBe(text);
});

test("a comma after the last field of a window", () => {
  const text = inMain(
    "(%arg0: tensor<1x8x4xf32>, %arg1: tensor<3x4x8xf32>)",
    "%0 = stablehlo.convolution(%arg0, %arg1) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {stride = [1]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x8x4xf32>, tensor<3x4x8xf32>) -> tensor<1x6x8xf32>",
    "return",
  );
  expect(reprint(text.replace("{stride = [1]}", "{stride = [1],}"))).toBe(text);
});

test("reduce applies commutative ops alone", () => {
  const text = inMain(
    "(%arg0: tensor<2x3xf32>, %arg1: tensor<f32>)",
    "%0 = stablehlo.reduce(%arg0 init: %arg1) applies stablehlo.divide across dimensions = [0] : (tensor<2x3xf32>, tensor<f32>) -> tensor<3xf32>",
    "return",
  );
  expect(refusal(text)).toContain("stablehlo.divide is not commutative; write the body of the reduction");
});
