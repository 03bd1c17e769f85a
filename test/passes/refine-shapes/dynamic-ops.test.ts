import { describe, expect, it } from "vitest";
import { normal } from "../text.js";
import { program, refine, sizes } from "./refine.js";

describe("ops whose sizes are operands become those whose sizes are attributes", () => {
  it.each([
    [
      "dynamic_broadcast_in_dim",
      `${sizes("s", 2, 4)}  %r = stablehlo.dynamic_broadcast_in_dim %x, %s, dims = [1] : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x?xf32>`,
      "  %r = stablehlo.broadcast_in_dim %x, dims = [1] : (tensor<4xf32>) -> tensor<2x4xf32>",
      "tensor<?x?xf32>",
      "tensor<2x4xf32>",
    ],
    [
      "dynamic_iota",
      `${sizes("s", 3)}  %r = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>`,
      "  %r = stablehlo.iota dim = 0 : tensor<3xi32>",
      "tensor<?xi32>",
      "tensor<3xi32>",
    ],
    [
      "dynamic_reshape",
      `${sizes("s", 2, 2)}  %r = stablehlo.dynamic_reshape %x, %s : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x?xf32>`,
      "  %r = stablehlo.reshape %x : (tensor<4xf32>) -> tensor<2x2xf32>",
      "tensor<?x?xf32>",
      "tensor<2x2xf32>",
    ],
    [
      "dynamic_pad",
      `${sizes("l", 1)}${sizes("h", 2)}${sizes("i", 1)}  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %r = stablehlo.dynamic_pad %x, %z, %l, %h, %i : (tensor<?xf32>, tensor<f32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>`,
      `  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %r = stablehlo.pad %x, %z, low = [1], high = [2], interior = [1] : (tensor<4xf32>, tensor<f32>) -> tensor<10xf32>`,
      "tensor<?xf32>",
      "tensor<10xf32>",
    ],
    [
      "real_dynamic_slice",
      `${sizes("b", 1)}${sizes("e", 4)}${sizes("t", 2)}  %r = stablehlo.real_dynamic_slice %x, %b, %e, %t : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>`,
      "  %r = stablehlo.slice %x [1:4:2] : (tensor<4xf32>) -> tensor<2xf32>",
      "tensor<?xf32>",
      "tensor<2xf32>",
    ],
    [
      "bitcast_convert to narrower elements",
      "  %r = stablehlo.bitcast_convert %x : (tensor<?xf32>) -> tensor<?x2xi16>",
      "  %r = stablehlo.bitcast_convert %x : (tensor<4xf32>) -> tensor<4x2xi16>",
      "tensor<?x2xi16>",
      "tensor<4x2xi16>",
    ],
    [
      "set_dimension_size to the whole",
      `  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  %s = stablehlo.set_dimension_size %x, %n, dim = 0 : (tensor<?xf32>, tensor<i32>) -> tensor<?xf32>
  %r = stablehlo.negate %s : tensor<?xf32>`,
      "  %r = stablehlo.negate %x : tensor<4xf32>",
      "tensor<?xf32>",
      "tensor<4xf32>",
    ],
    [
      "indices.shape_refinement_operand_wrapper",
      `${sizes("s", 4)}  %w = stablehlo.custom_call @indices.shape_refinement_operand_wrapper(%x, %s) {indices_of_shape_operands = dense<[1]> : tensor<1xi64>} : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  %r = stablehlo.negate %w : tensor<?xf32>`,
      "  %r = stablehlo.negate %x : tensor<4xf32>",
      "tensor<?xf32>",
      "tensor<4xf32>",
    ],
    [
      "another custom call that is told its shape",
      `${sizes("s", 7)}  %r = stablehlo.custom_call @mine(%x, %s) {indices_of_shape_operands = dense<[1]> : tensor<1xi64>} : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>`,
      "  %r = stablehlo.custom_call @mine(%x) : (tensor<4xf32>) -> tensor<7xf32>",
      "tensor<?xf32>",
      "tensor<7xf32>",
    ],
    [
      "a custom call of a name that every object has",
      `${sizes("s", 7)}  %r = stablehlo.custom_call @toString(%x, %s) {indices_of_shape_operands = dense<[1]> : tensor<1xi64>} : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>`,
      "  %r = stablehlo.custom_call @toString(%x) : (tensor<4xf32>) -> tensor<7xf32>",
      "tensor<?xf32>",
      "tensor<7xf32>",
    ],
    [
      "stablehlo.dynamic_top_k",
      `  %k = stablehlo.constant dense<3> : tensor<i32>
  %r, %p = stablehlo.custom_call @stablehlo.dynamic_top_k(%x, %k) : (tensor<?xf32>, tensor<i32>) -> (tensor<?xf32>, tensor<?xi32>)`,
      "  %r, %p = chlo.top_k(%x, k = 3) : tensor<4xf32> -> (tensor<3xf32>, tensor<3xi32>)",
      "tensor<?xf32>",
      "tensor<3xf32>",
    ],
  ])("%s", (_, before, after, from, to) => {
    expect(refine(program("%x: tensor<?xf32>", before, from), "tensor<4xf32>")).toBe(
      normal(program("%x: tensor<4xf32>", after, to)),
    );
  });

  it("dynamic_gather, dynamic_conv, dynamic_reduce_window and dynamic_rng_bit_generator", () => {
    const text = `
func.func @main(%x: tensor<?x4xf32>, %i: tensor<?x1xi32>, %a: tensor<1x?x1xf32>, %b: tensor<2x1x1xf32>, %s: tensor<2xui64>) -> (tensor<?x4xf32>, tensor<1x?x1xf32>, tensor<?x4xf32>, tensor<?xui32>) {
  %sizes = stablehlo.constant dense<[1, 4]> : tensor<2xi32>
  %0 = "stablehlo.dynamic_gather"(%x, %i, %sizes) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>}> : (tensor<?x4xf32>, tensor<?x1xi32>, tensor<2xi32>) -> tensor<?x4xf32>
  %padding = stablehlo.constant dense<[[1, 2]]> : tensor<1x2xi32>
  %1 = "stablehlo.dynamic_conv"(%a, %b, %padding) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, f]x[0, i, o]->[b, 0, f]>, feature_group_count = 1 : i64}> : (tensor<1x?x1xf32>, tensor<2x1x1xf32>, tensor<1x2xi32>) -> tensor<1x?x1xf32>
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x4xf32>) -> tensor<i32>
  %m = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %one = stablehlo.constant dense<1> : tensor<1xi32>
  %ones = stablehlo.constant dense<1> : tensor<2xi32>
  %none = stablehlo.constant dense<0> : tensor<2x2xi32>
  %window = stablehlo.concatenate %m, %one, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %2 = stablehlo.custom_call @stablehlo.dynamic_reduce_window(%x, %zero, %window, %ones, %ones, %ones, %none) {called_computations = [@sum]} : (tensor<?x4xf32>, tensor<f32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2x2xi32>) -> tensor<?x4xf32>
  %3:2 = stablehlo.custom_call @stablehlo.dynamic_rng_bit_generator(%s, %m) {rng_algorithm = #stablehlo<rng_algorithm PHILOX>} : (tensor<2xui64>, tensor<1xi32>) -> (tensor<2xui64>, tensor<?xui32>)
  return %0, %1, %2, %3#1 : tensor<?x4xf32>, tensor<1x?x1xf32>, tensor<?x4xf32>, tensor<?xui32>
}
func.func private @sum(%a: tensor<f32>, %b: tensor<f32>) -> tensor<f32> {
  %0 = stablehlo.add %a, %b : tensor<f32>
  return %0 : tensor<f32>
}`;
    const inputs = "tensor<3x4xf32>, tensor<2x1xi32>, tensor<1x5x1xf32>, tensor<2x1x1xf32>, tensor<2xui64>";
    expect(refine(text, inputs)).toBe(
      normal(`
func.func @main(%x: tensor<3x4xf32>, %i: tensor<2x1xi32>, %a: tensor<1x5x1xf32>, %b: tensor<2x1x1xf32>, %s: tensor<2xui64>) -> (tensor<2x4xf32>, tensor<1x7x1xf32>, tensor<1x4xf32>, tensor<3xui32>) {
  %0 = "stablehlo.gather"(%x, %i) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, 4>}> : (tensor<3x4xf32>, tensor<2x1xi32>) -> tensor<2x4xf32>
  %1 = stablehlo.convolution(%a, %b) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {pad = [[1, 2]]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x5x1xf32>, tensor<2x1x1xf32>) -> tensor<1x7x1xf32>
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %2 = "stablehlo.reduce_window"(%x, %zero) <{base_dilations = array<i64: 1, 1>, padding = dense<0> : tensor<2x2xi64>, window_dilations = array<i64: 1, 1>, window_dimensions = array<i64: 3, 1>, window_strides = array<i64: 1, 1>}> ({
  ^bb0(%c: tensor<f32>, %d: tensor<f32>):
    %4 = stablehlo.add %c, %d : tensor<f32>
    stablehlo.return %4 : tensor<f32>
  }) : (tensor<3x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3:2 = stablehlo.rng_bit_generator %s, algorithm = PHILOX : (tensor<2xui64>) -> (tensor<2xui64>, tensor<3xui32>)
  return %0, %1, %2, %3#1 : tensor<2x4xf32>, tensor<1x7x1xf32>, tensor<1x4xf32>, tensor<3xui32>
}`),
    );
  });
});
