/** @file Value cases of dot products, reductions, gather, scatter, sort, and linear algebra. */
import { integerMatrix } from "../../../../src/ir/ops/kinds.js";
import { type Body, reducer, type ValueCase, valueCase } from "../value-case.js";

const none = {};

const dotCases: readonly ValueCase[] = [
  valueCase("stablehlo.dot", "multiplies a matrix with a vector", {
    operands: ["2x3xi32: 1 2 3 4 5 6", "3xi32: 1 0 -1"],
    attributes: none,
    expected: ["2xi32: -2 -2"],
  }),
  valueCase("stablehlo.dot_general", "sums over contracted dimensions for each batch index", {
    operands: ["2x1x2xf32: 1 2 3 4", "2x2x2xf32: 1 0 0 1 2 2 2 2"],
    attributes: {
      dot_dimension_numbers: {
        lhs_batching_dimensions: [0],
        rhs_batching_dimensions: [0],
        lhs_contracting_dimensions: [2],
        rhs_contracting_dimensions: [1],
      },
    },
    expected: ["2x1x2xf32: 1 2 14 14"],
  }),
  valueCase("stablehlo.dot_general", "adds up in more bits than the result has", {
    operands: ["3xbf16: 256 1 1", "3xbf16: 1 1 1"],
    attributes: {
      dot_dimension_numbers: {
        lhs_batching_dimensions: [],
        rhs_batching_dimensions: [],
        lhs_contracting_dimensions: [0],
        rhs_contracting_dimensions: [0],
      },
    },
    expected: ["bf16: 258"],
  }),
  valueCase("stablehlo.convolution", "slides a kernel with padding, stride and dilation", {
    // Input 1 0 2 0 3 between one 0 on the left; taps 0 and 2 of every third place.
    operands: ["1x3x1xi32: 1 2 3", "2x1x1xi32: 10 1"],
    attributes: {
      dimension_numbers: {
        input_batch_dimension: 0,
        input_feature_dimension: 2,
        input_spatial_dimensions: [1],
        kernel_input_feature_dimension: 1,
        kernel_output_feature_dimension: 2,
        kernel_spatial_dimensions: [0],
        output_batch_dimension: 0,
        output_feature_dimension: 2,
        output_spatial_dimensions: [1],
      },
      window_strides: [2],
      padding: integerMatrix([[1, 0]]),
      lhs_dilation: [2],
      rhs_dilation: [2],
      feature_group_count: 1,
      batch_group_count: 1,
    },
    // Places 0 and 2: (0, 0) and (0, 0) of 0 1 0 2 0 3.
    expected: ["1x2x1xi32: 0 0"],
  }),
  valueCase("stablehlo.convolution", "of one group a feature reverses the window when asked", {
    operands: ["1x2x3xf32: 1 2 3 10 20 30", "2x1x2xf32: 1 2 3 4"],
    attributes: {
      dimension_numbers: {
        input_batch_dimension: 0,
        input_feature_dimension: 1,
        input_spatial_dimensions: [2],
        kernel_input_feature_dimension: 1,
        kernel_output_feature_dimension: 0,
        kernel_spatial_dimensions: [2],
        output_batch_dimension: 0,
        output_feature_dimension: 1,
        output_spatial_dimensions: [2],
      },
      window_reversal: [true],
      feature_group_count: 2,
      batch_group_count: 1,
    },
    // 2*1 + 1*2, 2*2 + 1*3; 4*10 + 3*20, 4*20 + 3*30.
    expected: ["1x2x2xf32: 4 7 100 170"],
  }),
  valueCase("stablehlo.convolution", "splits the batch into groups of output features", {
    operands: ["2x1x1xi32: 5 7", "1x1x2xi32: 10 100"],
    attributes: {
      dimension_numbers: {
        input_batch_dimension: 0,
        input_feature_dimension: 2,
        input_spatial_dimensions: [1],
        kernel_input_feature_dimension: 1,
        kernel_output_feature_dimension: 2,
        kernel_spatial_dimensions: [0],
        output_batch_dimension: 0,
        output_feature_dimension: 2,
        output_spatial_dimensions: [1],
      },
      feature_group_count: 1,
      batch_group_count: 2,
    },
    expected: ["1x1x2xi32: 50 700"],
  }),
  valueCase("stablehlo.dynamic_conv", "takes its padding as data", {
    operands: ["1x2x1xi32: 1 2", "2x1x1xi32: 10 1", "1x2xi64: 1 1"],
    attributes: {
      dimension_numbers: {
        input_batch_dimension: 0,
        input_feature_dimension: 2,
        input_spatial_dimensions: [1],
        kernel_input_feature_dimension: 1,
        kernel_output_feature_dimension: 2,
        kernel_spatial_dimensions: [0],
        output_batch_dimension: 0,
        output_feature_dimension: 2,
        output_spatial_dimensions: [1],
      },
      feature_group_count: 1,
      batch_group_count: 1,
    },
    results: ["1x3x1xi32"],
    expected: ["1x3x1xi32: 1 12 20"],
  }),
];

/** The larger value, and the index that came with it. */
const argMax: Body = {
  types: ["f32", "i32", "f32", "i32"],
  build: ([value, index, other, otherIndex], builder) => {
    const keeps = builder.create("stablehlo.compare", [value!, other!], {
      comparison_direction: "GE",
    }).result;
    return [
      builder.create("stablehlo.select", [keeps, value!, other!], none).result,
      builder.create("stablehlo.select", [keeps, index!, otherIndex!], none).result,
    ];
  },
};

const comparator = (direction: "LT" | "GT" | "GE", types: readonly string[]): Body => ({
  types,
  build: ([a, b], builder) =>
    builder.create("stablehlo.compare", [a!, b!], { comparison_direction: direction }).results,
});

const reduceCases: readonly ValueCase[] = [
  valueCase("stablehlo.map", "runs its body on each pair of elements", {
    operands: ["2xi64: 1 2", "2xi64: 30 40"],
    attributes: { dimensions: [0] },
    bodies: [reducer("multiply", "i64")],
    expected: ["2xi64: 30 80"],
  }),
  valueCase("stablehlo.reduce", "starts from the initial value", {
    operands: ["2x3xi32: 1 2 3 4 5 6", "i32: 100"],
    attributes: { dimensions: [1] },
    bodies: [reducer("add", "i32")],
    expected: ["2xi32: 106 115"],
  }),
  valueCase("stablehlo.reduce", "of no elements is the initial value", {
    operands: ["2x0xf32:", "f32: 1.5"],
    attributes: { dimensions: [1] },
    bodies: [reducer("add", "f32")],
    expected: ["2xf32: 1.5 1.5"],
  }),
  valueCase("stablehlo.reduce", "may carry several values, with any body", {
    operands: ["4xf32: 3 9 9 1", "4xi32: 0 1 2 3", "f32: -inf", "i32: -1"],
    attributes: { dimensions: [0] },
    bodies: [argMax],
    expected: ["f32: 9", "i32: 1"],
  }),
  valueCase("stablehlo.reduce", "accumulates in the type of its body", {
    operands: ["3xbf16: 256 1 1", "bf16: 0"],
    attributes: { dimensions: [0] },
    bodies: [reducer("add", "f32")],
    expected: ["f32: 258"],
  }),
  valueCase("stablehlo.reduce_window", "combines what each place covers; padding adds nothing", {
    operands: ["4xi32: 1 2 3 4", "i32: 10"],
    attributes: {
      window_dimensions: [2],
      window_strides: [2],
      window_dilations: [2],
      padding: integerMatrix([[1, 1]]),
    },
    // Places 0 and 2 of (1 2 3 4) with one before and after: {2}, {2, 4}.
    bodies: [reducer("add", "i32")],
    expected: ["2xi32: 12 16"],
  }),
  valueCase("stablehlo.reduce_window", "makes cumulative sums", {
    operands: ["4xf64: 1 2 3 4", "f64: 0"],
    attributes: { window_dimensions: [4], padding: integerMatrix([[3, 0]]) },
    bodies: [reducer("add", "f64")],
    expected: ["4xf64: 1 3 6 10"],
  }),
  valueCase("stablehlo.select_and_scatter", "adds each source to the element its window selects", {
    operands: ["4xf32: 1 5 2 3", "2xf32: 10 20", "f32: 0"],
    attributes: { window_dimensions: [2], window_strides: [2] },
    bodies: [comparator("GE", ["f32", "f32"]), reducer("add", "f32")],
    expected: ["4xf32: 0 10 0 20"],
  }),
  valueCase("stablehlo.sort", "moves all inputs by the order of the first, equal ones as they came", {
    operands: ["5xi32: 3 1 2 1 3", "5xi32: 0 1 2 3 4"],
    attributes: { dimension: 0, is_stable: true },
    bodies: [comparator("LT", ["i32", "i32", "i32", "i32"])],
    expected: ["5xi32: 1 1 2 3 3", "5xi32: 1 3 2 0 4"],
  }),
  valueCase("stablehlo.sort", "sorts each line of a dimension, the last when none is named", {
    operands: ["2x3xf32: 1 3 2 6 4 5"],
    attributes: none,
    bodies: [comparator("GT", ["f32", "f32"])],
    expected: ["2x3xf32: 3 2 1 6 5 4"],
  }),
];

const gatherCases: readonly ValueCase[] = [
  valueCase("stablehlo.gather", "takes rows, and clamps the start of each", {
    operands: ["3x2xi32: 1 2 3 4 5 6", "3x1xi64: 2 -1 7"],
    attributes: {
      dimension_numbers: {
        offset_dims: [1],
        collapsed_slice_dims: [0],
        operand_batching_dims: [],
        start_indices_batching_dims: [],
        start_index_map: [0],
        index_vector_dim: 1,
      },
      slice_sizes: [1, 2],
    },
    expected: ["3x2xi32: 5 6 1 2 5 6"],
  }),
  valueCase("stablehlo.gather", "takes from its own row in each batch", {
    operands: ["2x3xi32: 1 2 3 4 5 6", "2xi64: 0 2"],
    attributes: {
      dimension_numbers: {
        offset_dims: [],
        collapsed_slice_dims: [1],
        operand_batching_dims: [0],
        start_indices_batching_dims: [0],
        start_index_map: [1],
        index_vector_dim: 1,
      },
      slice_sizes: [1, 1],
    },
    expected: ["2xi32: 1 6"],
  }),
  valueCase("stablehlo.dynamic_gather", "takes slices whose sizes are data", {
    operands: ["4xi32: 1 2 3 4", "2x1xi32: 0 2", "1xi32: 2"],
    attributes: {
      dimension_numbers: {
        offset_dims: [1],
        collapsed_slice_dims: [],
        operand_batching_dims: [],
        start_indices_batching_dims: [],
        start_index_map: [0],
        index_vector_dim: 1,
      },
    },
    results: ["2x2xi32"],
    expected: ["2x2xi32: 1 2 3 4"],
  }),
  valueCase("stablehlo.scatter", "combines what falls on one element, and drops what falls outside", {
    operands: ["4xi32: 0 0 0 0", "4x1xi32: 1 3 1 4", "4xi32: 5 6 7 8"],
    attributes: {
      scatter_dimension_numbers: {
        update_window_dims: [],
        inserted_window_dims: [0],
        input_batching_dims: [],
        scatter_indices_batching_dims: [],
        scatter_dims_to_operand_dims: [0],
        index_vector_dim: 1,
      },
    },
    bodies: [reducer("add", "i32")],
    expected: ["4xi32: 0 12 0 6"],
  }),
  valueCase("stablehlo.scatter", "writes windows, each in its batch", {
    operands: ["2x3xf32: 0", "2x1xi64: 1 0", "2x2xf32: 1 2 3 4"],
    attributes: {
      scatter_dimension_numbers: {
        update_window_dims: [1],
        inserted_window_dims: [],
        input_batching_dims: [0],
        scatter_indices_batching_dims: [0],
        scatter_dims_to_operand_dims: [1],
        index_vector_dim: 1,
      },
    },
    bodies: [reducer("add", "f32")],
    expected: ["2x3xf32: 0 1 2 3 4 0"],
  }),
];

const algebraCases: readonly ValueCase[] = [
  valueCase("stablehlo.cholesky", "reads one half and leaves zeros in the other", {
    operands: ["2x2xf32: 4 99 2 5"],
    attributes: { lower: true },
    expected: ["2x2xf32: 2 0 1 2"],
  }),
  valueCase("stablehlo.cholesky", "of Hermitian matrices, upper", {
    operands: ["2x2xcomplex<f64>: 4,0 0,2 99,99 5,0"],
    attributes: {},
    expected: ["2x2xcomplex<f64>: 2,0 0,1 0,0 2,0"],
  }),
  valueCase("stablehlo.triangular_solve", "solves a x = b from the top", {
    operands: ["2x2xf32: 2 99 1 4", "2x1xf32: 4 10"],
    attributes: { left_side: true, lower: true, unit_diagonal: false, transpose_a: "NO_TRANSPOSE" },
    expected: ["2x1xf32: 2 2"],
  }),
  valueCase("stablehlo.triangular_solve", "solves x a^T = b with ones on the diagonal", {
    operands: ["2x2xf32: 7 3 99 7", "1x2xf32: 5 1"],
    attributes: { left_side: false, lower: false, unit_diagonal: true, transpose_a: "TRANSPOSE" },
    // x0 + 3 x1 = 5, x1 = 1.
    expected: ["1x2xf32: 2 1"],
  }),
  valueCase("stablehlo.fft", "transforms complex numbers", {
    operands: ["4xcomplex<f32>: 1,0 2,0 3,0 4,0"],
    attributes: { fft_type: "FFT", fft_length: [4] },
    expected: ["4xcomplex<f32>: 10,0 -2,2 -2,0 -2,-2"],
  }),
  valueCase("stablehlo.fft", "transforms back, divided by the length", {
    operands: ["4xcomplex<f32>: 10,0 -2,2 -2,0 -2,-2"],
    attributes: { fft_type: "IFFT", fft_length: [4] },
    expected: ["4xcomplex<f32>: 1,0 2,0 3,0 4,0"],
  }),
  valueCase("stablehlo.fft", "of real numbers keeps the first half", {
    operands: ["4xf64: 1 2 3 4"],
    attributes: { fft_type: "RFFT", fft_length: [4] },
    expected: ["3xcomplex<f64>: 10,0 -2,2 -2,0"],
  }),
  valueCase("stablehlo.fft", "makes real numbers of half a transform", {
    operands: ["3xcomplex<f64>: 10,0 -2,2 -2,0"],
    attributes: { fft_type: "IRFFT", fft_length: [4] },
    expected: ["4xf64: 1 2 3 4"],
  }),
];

const normCases: readonly ValueCase[] = [
  valueCase("stablehlo.batch_norm_inference", "normalises by the given moments", {
    operands: ["2x2xf32: 1 10 3 30", "2xf32: 1 2", "2xf32: 0 5", "2xf32: 2 20", "2xf32: 1 100"],
    attributes: { epsilon: 0, feature_index: 1 },
    expected: ["2x2xf32: -1 3 1 7"],
  }),
  valueCase("stablehlo.batch_norm_training", "returns mean and variance of each feature", {
    operands: ["2x2xf32: 1 10 3 30", "2xf32: 1 1", "2xf32: 0 0"],
    attributes: { epsilon: 0, feature_index: 1 },
    expected: ["2x2xf32: -1 -1 1 1", "2xf32: 2 20", "2xf32: 1 100"],
  }),
  valueCase("stablehlo.batch_norm_grad", "gives the gradients of operand, scale and offset", {
    operands: ["2x1xf64: 1 3", "1xf64: 2", "1xf64: 2", "1xf64: 1", "2x1xf64: 1 0"],
    attributes: { epsilon: 0, feature_index: 1 },
    // Of two elements the output is always -1 and 1: the operand's gradient is zero.
    expected: ["2x1xf64: 0 0", "1xf64: -1", "1xf64: 1"],
  }),
];

const randomCases: readonly ValueCase[] = [
  valueCase("stablehlo.rng_bit_generator", "THREE_FRY gives one 64-bit number a counter", {
    // Counter 0, key 0: the published test vector 6b200159 99ba4efe of ThreeFry-2x32.
    operands: ["2xui64: 0 0"],
    attributes: { rng_algorithm: "THREE_FRY" },
    results: ["2xui64", "1xui64"],
    expected: ["2xui64: 0 1", "1xui64: 11077253088097075545"],
  }),
  valueCase("stablehlo.rng_bit_generator", "THREE_FRY gives neighbours the two halves of a counter", {
    operands: ["2xui64: 0 0"],
    attributes: { rng_algorithm: "THREE_FRY" },
    results: ["2xui64", "2xui32"],
    expected: ["2xui64: 0 1", "2xui32: 1797259609 2579123966"],
  }),
  valueCase("stablehlo.rng_bit_generator", "PHILOX gives four words a counter", {
    // Counter 0, key 0: the published test vector 6627e8d5 e169c58d bc57ac4c 9b00dbd8 of Philox-4x32.
    operands: ["3xui64: 0 0 0"],
    attributes: { rng_algorithm: "PHILOX" },
    results: ["3xui64", "4xui32"],
    expected: ["3xui64: 0 1 0", "4xui32: 1713891541 3781805453 3159862348 2600524760"],
  }),
  valueCase("stablehlo.rng_bit_generator", "PHILOX takes the key for the upper half of a short counter", {
    // As an XLA plugin has it.
    operands: ["2xui64: 7 18446744073709551613"],
    attributes: { rng_algorithm: "PHILOX" },
    results: ["2xui64", "1xui32"],
    expected: ["2xui64: 7 18446744073709551614", "1xui32: 200708116"],
  }),
  valueCase("stablehlo.rng_bit_generator", "keeps the low bits for narrow elements", {
    operands: ["3xui64: 0 0 0"],
    attributes: { rng_algorithm: "PHILOX" },
    results: ["3xui64", "2xui8"],
    expected: ["3xui64: 0 1 0", "2xui8: 213 141"],
  }),
];

export const structuredCases = [
  ...dotCases,
  ...reduceCases,
  ...gatherCases,
  ...algebraCases,
  ...normCases,
  ...randomCases,
];
