import { type Broken, type Family, family } from "./case.js";

const batchNorm = (
  name: string,
  operands: readonly string[],
  results: number,
  broken: readonly Broken[],
): Family => {
  const types = operands.map((operand) => (operand.startsWith("%x") ? "tensor<2x3xf32>" : "tensor<3xf32>"));
  const result = ["tensor<2x3xf32>", "tensor<3xf32>", "tensor<3xf32>"].slice(0, results).join(", ");
  return family(
    "%x: tensor<2x3xf32>, %x2: tensor<2x3xf32>, %v: tensor<3xf32>, %w: tensor<3xf32>",
    `  %0:${results} = "stablehlo.${name}"(${operands.join(", ")}) <{epsilon = 1.000000e-03 : f32, feature_index = 1 : i64}> : (${types.join(", ")}) -> (${result})`,
    [`${name}_c1`, ["feature_index = 1", "feature_index = 2"]],
    [
      `${name}_c2`,
      ["%w: tensor<3xf32>", "%w: tensor<3xf16>"],
      ["(tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>", "(tensor<2x3xf32>, tensor<3xf32>, tensor<3xf16>"],
    ],
    ...broken,
  );
};
const secondVector = (type: string): readonly (readonly [string, string])[] => [
  ["%w: tensor<3xf32>", `%w: ${type}`],
  ["(tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>", `(tensor<2x3xf32>, tensor<3xf32>, ${type}`],
];

export const miscFamilies: readonly Family[] = [
  family(
    "%s: tensor<3xui64>",
    "  %0:2 = stablehlo.rng_bit_generator %s, algorithm = PHILOX : (tensor<3xui64>) -> (tensor<3xui64>, tensor<4xui32>)",
    ["rng_bit_generator_c2", ["PHILOX", "THREE_FRY"]],
    ["rng_bit_generator_result", ["tensor<4xui32>", "tensor<?xui32>"]],
    ["rng_bit_generator_result", ["tensor<4xui32>", "tensor<4xcomplex<f32>>"]],
    ["result_type", ["-> (tensor<3xui64>", "-> (tensor<2xui64>"]],
  ),
  family(
    "%a: tensor<f32>, %b: tensor<f32>",
    `  %s = stablehlo.constant dense<[2]> : tensor<1xi64>
  %0 = stablehlo.rng %a, %b, %s, distribution = NORMAL : (tensor<f32>, tensor<f32>, tensor<1xi64>) -> tensor<2xf32>`,
    ["rng_i1", ["%a: tensor<f32>", "%a: tensor<1xf32>"], [": (tensor<f32>", ": (tensor<1xf32>"]],
    [
      "rng_i2",
      ["%b: tensor<f32>", "%b: tensor<1xf32>"],
      [", tensor<f32>, tensor<1xi64>", ", tensor<1xf32>, tensor<1xi64>"],
    ],
    ["rng_i3", ["dense<[2]> : tensor<1xi64>", "dense<2> : tensor<i64>"], ["tensor<1xi64>)", "tensor<i64>)"]],
    [
      "rng_c1",
      ["%b: tensor<f32>", "%b: tensor<f16>"],
      [", tensor<f32>, tensor<1xi64>", ", tensor<f16>, tensor<1xi64>"],
    ],
    ["rng_c2", ["f32", "i32"]],
    ["rng_c3", ["-> tensor<2xf32>", "-> tensor<2x1xf32>"]],
    ["result_type", ["-> tensor<2xf32>", "-> tensor<3xf32>"]],
  ),
  family(
    "%a: tensor<2x3x3xf32>",
    "  %0 = stablehlo.cholesky %a, lower = true : tensor<2x3x3xf32>",
    ["cholesky_c2", ["tensor<2x3x3xf32>", "tensor<3xf32>"]],
    ["cholesky_c3", ["tensor<2x3x3xf32>", "tensor<2x3x4xf32>"]],
  ),
  family(
    "%a: tensor<3x3xf32>, %b: tensor<3x2xf32>",
    '  %0 = "stablehlo.triangular_solve"(%a, %b) <{left_side = true, lower = true, transpose_a = #stablehlo<transpose NO_TRANSPOSE>, unit_diagonal = false}> : (tensor<3x3xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>',
    ["triangular_solve_c1", ["tensor<3x3xf32>", "tensor<3x3xf64>"]],
    ["triangular_solve_c2", ["tensor<3x3xf32>", "tensor<1x3x3xf32>"]],
    ["triangular_solve_c3", ["tensor<3x3xf32>", "tensor<3x4xf32>"]],
    ["triangular_solve_c3", ["left_side = true", "left_side = false"]],
    ["triangular_solve_i6", ["NO_TRANSPOSE", "TRANSPOSE_INVALID"]],
  ),
  family(
    "%x: tensor<2x9xcomplex<f32>>",
    "  %0 = stablehlo.fft %x, type = IRFFT, length = [16] : (tensor<2x9xcomplex<f32>>) -> tensor<2x16xf32>",
    ["fft_c1", ["length = [16]", "length = [1, 2, 16]"]],
    ["fft_c2", ["complex<f32>", "f32"]],
    ["fft_c3", ["length = [16]", "length = []"]],
    ["fft_c5", ["length = [16]", "length = [18]"]],
    ["result_type", ["-> tensor<2x16xf32>", "-> tensor<2x16xf64>"]],
  ),
  family(
    "%x: tensor<2x16xf32>",
    "  %0 = stablehlo.fft %x, type = RFFT, length = [16] : (tensor<2x16xf32>) -> tensor<2x9xcomplex<f32>>",
    [
      "fft_c2",
      ["%x: tensor<2x16xf32>", "%x: tensor<2x16xf16>"],
      ["(tensor<2x16xf32>)", "(tensor<2x16xf16>)"],
    ],
    ["fft_c4", ["length = [16]", "length = [18]"]],
  ),
  batchNorm("batch_norm_inference", ["%x", "%v", "%w", "%v", "%v"], 1, [
    ["batch_norm_inference_c3", ...secondVector("tensor<4xf32>")],
    ["batch_norm_inference_c3", ["tensor<3xf32>", "tensor<4xf32>"]],
    ["batch_norm_inference_c3", ["tensor<3xf32>", "tensor<3x1xf32>"]],
    ["result_type", ["-> (tensor<2x3xf32>", "-> (tensor<3x3xf32>"]],
  ]),
  batchNorm("batch_norm_training", ["%x", "%v", "%w"], 3, [
    ["batch_norm_training_c3", ...secondVector("tensor<4xf32>")],
    ["batch_norm_training_c3", ["tensor<3xf32>", "tensor<4xf32>"]],
    ["result_type", ["-> (tensor<2x3xf32>", "-> (tensor<3x3xf32>"]],
  ]),
  batchNorm("batch_norm_grad", ["%x", "%v", "%w", "%v", "%x2"], 3, [
    [
      "batch_norm_grad_c3",
      ["%x2: tensor<2x3xf32>", "%x2: tensor<3x3xf32>"],
      ["tensor<2x3xf32>) ->", "tensor<3x3xf32>) ->"],
    ],
    ["batch_norm_grad_c4", ...secondVector("tensor<4xf32>")],
    ["batch_norm_grad_c5", ["tensor<3xf32>", "tensor<4xf32>"]],
  ]),
  family(
    "%x: tensor<2xf32>, %i: tensor<i32>",
    `  %t = "stablehlo.tuple"(%x, %i) : (tensor<2xf32>, tensor<i32>) -> tuple<tensor<2xf32>, tensor<i32>>
  %0 = stablehlo.get_tuple_element %t[1] : (tuple<tensor<2xf32>, tensor<i32>>) -> tensor<i32>`,
    ["get_tuple_element_c1", ["%t[1]", "%t[2]"]],
    ["result_type", ["-> tensor<i32>", "-> tensor<i64>"]],
    [
      "result_type",
      ["-> tuple<tensor<2xf32>, tensor<i32>>", "-> tuple<tensor<3xf32>, tensor<i32>>"],
      ["(tuple<tensor<2xf32>, ", "(tuple<tensor<3xf32>, "],
    ],
  ),
  family(
    "%x: tensor<4xf32>",
    "  %0 = stablehlo.broadcast %x, sizes = [1, 2] : (tensor<4xf32>) -> tensor<1x2x4xf32>",
    ["broadcast_sizes", ["sizes = [1, 2]", "sizes = [1, -2]"]],
    ["result_type", ["-> tensor<1x2x4xf32>", "-> tensor<2x1x4xf32>"]],
  ),
  family(
    "%a: tensor<2x3xf32>, %b: tensor<3xf32>",
    '  %0 = "stablehlo.dot"(%a, %b) <{precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGH>]}> : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2xf32>',
    ["dot_shapes", ["tensor<3xf32>", "tensor<4xf32>"]],
    ["dot_shapes", ["tensor<2x3xf32>", "tensor<1x2x3xf32>"]],
    [
      "dot_precision",
      ["[#stablehlo<precision DEFAULT>", "[#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>"],
    ],
    ["result_type", ["-> tensor<2xf32>", "-> tensor<3xf32>"]],
  ),
  family(
    "%x: tensor<?x?xf32>, %s: tensor<2xi64>",
    "  %0 = stablehlo.real_dynamic_slice %x, %s, %s, %s : (tensor<?x?xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?xf32>",
    ["real_dynamic_slice_sizes", ["tensor<2xi64>", "tensor<3xi64>"]],
    ["real_dynamic_slice_element", ["-> tensor<?x?xf32>", "-> tensor<?x?xf16>"]],
    ["real_dynamic_slice_sizes", ["tensor<2xi64>", "tensor<2x1xi64>"]],
  ),
  family(
    "%x: tensor<5x4xf32>, %i: tensor<2xi32>",
    '  %0 = "stablehlo.torch_index_select"(%x, %i) <{batch_dims = 0 : i64, dim = 0 : i64}> : (tensor<5x4xf32>, tensor<2xi32>) -> tensor<2x4xf32>',
    ["result_type", ["-> tensor<2x4xf32>", "-> tensor<2x4xf16>"]],
    ["result_type", ["-> tensor<2x4xf32>", "-> tensor<3x4xf32>"]],
    ["result_type", ["dim = 0", "dim = 1"]],
    ["torch_index_select_dim", ["dim = 0", "dim = 2"]],
    ["torch_index_select_dim", ["dim = 0", "dim = -1"]],
    ["torch_index_select_batch", ["batch_dims = 0", "batch_dims = 2"]],
    ["torch_index_select_batch", ["batch_dims = 0 : i64, dim = 0", "batch_dims = 1 : i64, dim = 1"]],
    ["operand_type", ["tensor<2xi32>", "tensor<2xf32>"]],
  ),
  family(
    "%x: tensor<2x5x4xf32>, %i: tensor<2x3xi32>",
    '  %0 = "stablehlo.torch_index_select"(%x, %i) <{batch_dims = 1 : i64, dim = 1 : i64}> : (tensor<2x5x4xf32>, tensor<2x3xi32>) -> tensor<2x3x4xf32>',
    ["result_type", ["-> tensor<2x3x4xf32>", "-> tensor<2x2x3x4xf32>"]],
  ),
  family(
    "%x: tensor<2x3xf32>, %y: tensor<3x4xf32>",
    `  %0 = stablehlo.einsum %x, %y, config = "ab,bc->ac" : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %1 = stablehlo.unary_einsum %x, config = "ab->ba" : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %2 = stablehlo.einsum %x, %y, config = "ab,bc->ac" : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf64>`,
    ["result_type", ["-> tensor<2x4xf32>", "-> tensor<4x2xf32>"]],
    ["result_type", ["-> tensor<2x4xf64>", "-> tensor<4x2xf64>"]],
    ["result_type", ["-> tensor<3x2xf32>", "-> tensor<3xf32>"]],
    ["einsum_config", ["ab,bc->ac", "ab,bc"]],
    ["einsum_config", ["ab,bc->ac", "ab,bc->a1"]],
    ["einsum_config", ["ab,bc->ac", "ab,bc->aa"]],
    ["einsum_config", ["ab,bc->ac", "ab,bc->ad"]],
    ["einsum_config", ["ab,bc->ac", "abc,bc->ac"]],
    ["einsum_config", ["ab,bc->ac", "ab->ac"]],
    ["unary_einsum_config", ['"ab->ba"', '"ab,ab->ba"']],
  ),
  family(
    "%x: tensor<2x3x4xf32>, %y: tensor<1x4x5xf32>",
    '  %0 = stablehlo.einsum %x, %y, config = "...ab,...bc->...ac" : (tensor<2x3x4xf32>, tensor<1x4x5xf32>) -> tensor<2x3x5xf32>',
    ["result_type", ["-> tensor<2x3x5xf32>", "-> tensor<1x3x5xf32>"]],
  ),
  family(
    "%x: tensor<2xf32>, %y: tensor<2xf32>",
    `  check.expect_eq_const %x, dense<1.000000e+00> : tensor<2xf32>
  check.expect_almost_eq_const %x, dense<1.000000e+00> : tensor<2xf32>
  "check.expect_eq"(%x, %y) : (tensor<2xf32>, tensor<2xf32>) -> ()
  "check.expect_almost_eq"(%x, %y) : (tensor<2xf32>, tensor<2xf32>) -> ()
  "check.expect_close"(%x, %y) <{max_ulp_difference = 3 : ui64}> : (tensor<2xf32>, tensor<2xf32>) -> ()`,
    [
      "check_types",
      ["%y: tensor<2xf32>", "%y: tensor<3xf32>"],
      ["(tensor<2xf32>, tensor<2xf32>)", "(tensor<2xf32>, tensor<3xf32>)"],
    ],
  ),
  family(
    "%x: tensor<5xf32>",
    "  %0:2 = chlo.top_k(%x, k = 2) : tensor<5xf32> -> (tensor<2xf32>, tensor<2xi32>)",
    ["top_k_k", ["k = 2", "k = 6"]],
    ["top_k_rank", ["tensor<5xf32>", "tensor<f32>"]],
    ["result_type", ["-> (tensor<2xf32>", "-> (tensor<3xf32>"]],
  ),
  family(
    "%x: tensor<*xf32>, %z: tensor<2xcomplex<f32>>",
    `  %0:2 = chlo.top_k(%x, k = 2) : tensor<*xf32> -> (tensor<*xf32>, tensor<*xi32>)
  %1 = chlo._asin_acos_kernel %z : tensor<2xcomplex<f32>> -> tensor<2xcomplex<f32>>`,
    ["top_k_k", ["k = 2", "k = -1"]],
    ["result_type", ["tensor<*xi32>)", "tensor<*xf32>)"]],
    ["operand_type", ["tensor<2xcomplex<f32>>", "tensor<2xf32>"]],
  ),
  family(
    "%x: tensor<2xf32>, %y: tensor<2xf32>",
    "  %0 = chlo.next_after %x, %y : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>\n  %1 = chlo.erf %0 : tensor<2xf32> -> tensor<2xf32>",
    [
      "chlo_operands",
      ["%y: tensor<2xf32>", "%y: tensor<2xf16>"],
      [": tensor<2xf32>, tensor<2xf32> ->", ": tensor<2xf32>, tensor<2xf16> ->"],
    ],
    [
      "chlo_operands",
      ["%y: tensor<2xf32>", "%y: tensor<3xf32>"],
      [": tensor<2xf32>, tensor<2xf32> ->", ": tensor<2xf32>, tensor<3xf32> ->"],
    ],
  ),
  family(
    "%x: tensor<2xf32>",
    '  %0 = "chlo.constant_like"(%x) <{value = 3 : i32}> : (tensor<2xf32>) -> tensor<2xi32>',
    ["constant_like_value", ["3 : i32", '"3"']],
    ["constant_like_value", ["3 : i32", "3 : index"]],
    ["result_type", ["-> tensor<2xi32>", "-> tensor<3xi32>"]],
    ["result_type", ["-> tensor<2xi32>", "-> tensor<2xf32>"]],
  ),
];
