/** @file Cases of gathers and scatters, windows, convolutions, sorts, linear algebra and batch norms. */
import { type Case, drawn, one } from "./case.js";

const body = (name: string): string =>
  `({\n  ^bb0(%p: tensor<f64>, %q: tensor<f64>):\n    %s = stablehlo.${name} %p, %q : tensor<f64>\n    stablehlo.return %s : tensor<f64>\n  })`;
const replacing =
  "({\n  ^bb0(%p: tensor<f64>, %q: tensor<f64>):\n    stablehlo.return %q : tensor<f64>\n  })";

/** Rows of a table, one of them twice and one out of bounds: that one is moved in. */
const gather = one(
  "stablehlo.gather",
  [drawn("5x3xf64"), "4x1xi32: 1 3 1 9"],
  ["4x2xf64"],
  `  %r = "stablehlo.gather"(%a0, %a1) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0],
    start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, 2>}> : (tensor<5x3xf64>, tensor<4x1xi32>) -> tensor<4x2xf64>`,
);

const batchedGather = one(
  "stablehlo.gather",
  [drawn("2x4x5xf64"), "3x2x2xi64: 0 1 2 3 1 1 -4 0 3 2 0 4"],
  ["3x2x2x2x2xf64"],
  `  %r = "stablehlo.gather"(%a0, %a1) <{dimension_numbers = #stablehlo.gather<offset_dims = [1, 3], operand_batching_dims = [0],
    start_indices_batching_dims = [2], start_index_map = [2], index_vector_dim = 3>, slice_sizes = array<i64: 1, 2, 2>}>
    : (tensor<2x4x5xf64>, tensor<3x2x2xi64>) -> tensor<3x2x2x2x2xf64>`,
);

/** Of updates one is out of bounds, and left out. */
const scatter = (name: string, computation: string, indices: string, attributes = ""): Case =>
  one(
    "stablehlo.scatter",
    [drawn("5x3xf64"), `4x1xi32: ${indices}`, drawn("4x3xf64")],
    ["5x3xf64"],
    `  // ${name}
  %r = "stablehlo.scatter"(%a0, %a1, %a2) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1],
    inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>${attributes}}> ${computation}
    : (tensor<5x3xf64>, tensor<4x1xi32>, tensor<4x3xf64>) -> tensor<5x3xf64>`,
  );

const reduceWindow = (
  name: string,
  init: readonly [number, number],
  attributes: string,
  shape: string,
): Case =>
  one(
    "stablehlo.reduce_window",
    [drawn("6x7xf64"), drawn("f64", ...init)],
    [`${shape}xf64`],
    `  %r = "stablehlo.reduce_window"(%a0, %a1) <{window_dimensions = array<i64: 2, 3>, window_strides = array<i64: 2, 1>,
    padding = dense<[[1, 0], [0, 2]]> : tensor<2x2xi64>${attributes}}> ${body(name)}
    : (tensor<6x7xf64>, tensor<f64>) -> tensor<${shape}xf64>`,
  );

const selectAndScatter = one(
  "stablehlo.select_and_scatter",
  [drawn("6x4xf64"), drawn("3x2xf64"), drawn("f64")],
  ["6x4xf64"],
  `  %r = "stablehlo.select_and_scatter"(%a0, %a1, %a2) <{window_dimensions = array<i64: 3, 2>, window_strides = array<i64: 2, 2>,
    padding = dense<[[0, 1], [0, 0]]> : tensor<2x2xi64>}> ({
  ^bb0(%p: tensor<f64>, %q: tensor<f64>):
    %s = stablehlo.compare GE, %p, %q, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
    stablehlo.return %s : tensor<i1>
  }, ${body("add").slice(1)} : (tensor<6x4xf64>, tensor<3x2xf64>, tensor<f64>) -> tensor<6x4xf64>`,
);

interface ConvolutionCase {
  readonly numbers: string;
  readonly window: string;
  readonly groups?: readonly [features: number, batches: number];
  readonly lhs: string;
  readonly rhs: string;
  readonly result: string;
}

const convolution = ({ numbers, window, groups = [1, 1], lhs, rhs, result }: ConvolutionCase): Case =>
  one(
    "stablehlo.convolution",
    [drawn(lhs), drawn(rhs)],
    [result],
    `  %r = stablehlo.convolution(%a0, %a1) dim_numbers = ${numbers}, window = {${window}}
    {batch_group_count = ${groups[1]} : i64, feature_group_count = ${groups[0]} : i64}
    : (tensor<${lhs}>, tensor<${rhs}>) -> tensor<${result}>`,
  );

const sort = one(
  "stablehlo.sort",
  [drawn("3x5xf64"), drawn("3x5xf64"), "3x5xi32: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"],
  ["3x5xf64", "3x5xf64"],
  `  %r, %r1, %o = "stablehlo.sort"(%a0, %a1, %a2) <{dimension = 1 : i64, is_stable = false}> ({
  ^bb0(%p: tensor<f64>, %q: tensor<f64>, %u: tensor<f64>, %v: tensor<f64>, %i: tensor<i32>, %j: tensor<i32>):
    %s = stablehlo.compare GT, %p, %q, FLOAT : (tensor<f64>, tensor<f64>) -> tensor<i1>
    stablehlo.return %s : tensor<i1>
  }) : (tensor<3x5xf64>, tensor<3x5xf64>, tensor<3x5xi32>) -> (tensor<3x5xf64>, tensor<3x5xf64>, tensor<3x5xi32>)`,
);

/** The factor of M M^H + 3 I; to its other triangle, of which nothing is said, M. */
const cholesky = (isLower: boolean, element = "f64"): Case =>
  one(
    "stablehlo.cholesky",
    [drawn(`2x3x3x${element}`, -1, 1)],
    [`2x3x3x${element}`],
    `  %i = stablehlo.constant dense<[[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]> : tensor<3x3xf64>
  %j = stablehlo.convert %i : (tensor<3x3xf64>) -> tensor<3x3x${element}>
  %d = stablehlo.broadcast_in_dim %j, dims = [1, 2] : (tensor<3x3x${element}>) -> tensor<2x3x3x${element}>
  %n = chlo.conj %a0 : tensor<2x3x3x${element}> -> tensor<2x3x3x${element}>
  %m = stablehlo.dot_general %a0, %n, batching_dims = [0] x [0], contracting_dims = [2] x [2]
    : (tensor<2x3x3x${element}>, tensor<2x3x3x${element}>) -> tensor<2x3x3x${element}>
  %b = stablehlo.add %m, %d : tensor<2x3x3x${element}>
  %w = stablehlo.add %b, %a0 : tensor<2x3x3x${element}>
  %c = stablehlo.cholesky %w, lower = ${isLower} : tensor<2x3x3x${element}>
  %v = stablehlo.iota dim = 1 : tensor<2x3x3xi32>
  %h = stablehlo.iota dim = 2 : tensor<2x3x3xi32>
  %k = stablehlo.compare ${isLower ? "GE" : "LE"}, %v, %h : (tensor<2x3x3xi32>, tensor<2x3x3xi32>) -> tensor<2x3x3xi1>
  %r = stablehlo.select %k, %c, %a0 : tensor<2x3x3xi1>, tensor<2x3x3x${element}>`,
  );

const solve = (left: boolean, lower: boolean, unit: boolean, transpose: string, element = "f64"): Case => {
  const b = left ? `2x3x2x${element}` : `2x2x3x${element}`;
  return one(
    "stablehlo.triangular_solve",
    [drawn(`2x3x3x${element}`, 0.5, 2), drawn(b)],
    [b],
    `  %r = "stablehlo.triangular_solve"(%a0, %a1) <{left_side = ${left}, lower = ${lower}, unit_diagonal = ${unit},
    transpose_a = #stablehlo<transpose ${transpose}>}> : (tensor<2x3x3x${element}>, tensor<${b}>) -> tensor<${b}>`,
  );
};

const fft = (type: string, from: string, to: string, length: string): Case =>
  one(
    "stablehlo.fft",
    [drawn(from)],
    [to],
    `  %r = stablehlo.fft %a0, type = ${type}, length = [${length}] : (tensor<${from}>) -> tensor<${to}>`,
  );

const batchNorm = (name: string, operands: readonly string[], results: readonly string[]): Case =>
  one(
    `stablehlo.batch_norm_${name}`,
    operands.map((type) => drawn(type, 0.3, 2)),
    results,
    `  ${results.map((_, i) => `%r${i === 0 ? "" : i}`).join(", ")} = "stablehlo.batch_norm_${name}"(${operands.map((_, i) => `%a${i}`).join(", ")})
    <{epsilon = 0.01 : f32, feature_index = 1 : i64}>
    : (${operands.map((t) => `tensor<${t}>`).join(", ")}) -> (${results.map((t) => `tensor<${t}>`).join(", ")})`,
  );

export const structuredCases: readonly Case[] = [
  gather,
  batchedGather,
  scatter("add", body("add"), "1 3 1 9"),
  scatter("replacing", replacing, "1 3 1 9"),
  scatter("replacing at different places", replacing, "1 3 0 9", ", unique_indices = true"),
  scatter("multiply", body("multiply"), "1 3 0 9", ", unique_indices = true"),
  scatter("maximum", body("maximum"), "1 3 1 9"),
  scatter("minimum", body("minimum"), "1 3 1 9"),
  reduceWindow(
    "add",
    [-1, 1],
    ", base_dilations = array<i64: 2, 1>, window_dilations = array<i64: 1, 2>",
    "6x5",
  ),
  reduceWindow("maximum", [-3, -2], "", "3x7"),
  reduceWindow("maximum", [0.5, 1], "", "3x7"),
  reduceWindow("minimum", [2, 3], "", "3x7"),
  selectAndScatter,
  convolution({
    numbers: "[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]",
    window:
      "stride = [2, 1], pad = [[1, 2], [0, -1]], lhs_dilate = [1, 2], rhs_dilate = [2, 1], reverse = [false, true]",
    lhs: "2x5x4x3xf64",
    rhs: "2x3x3x4xf64",
    result: "2x3x4x4xf64",
  }),
  convolution({
    numbers: "[f, 0, b]x[o, i, 0]->[0, f, b]",
    window: "pad = [[1, 1]]",
    groups: [2, 1],
    lhs: "4x6x3xf64",
    rhs: "6x2x3xf64",
    result: "6x6x3xf64",
  }),
  convolution({
    numbers: "[b, 0, f]x[0, i, o]->[b, 0, f]",
    window: "stride = [2]",
    groups: [1, 2],
    lhs: "4x5x3xf64",
    rhs: "2x3x4xf64",
    result: "2x2x4xf64",
  }),
  sort,
  cholesky(true),
  cholesky(false),
  cholesky(true, "complex<f64>"),
  cholesky(false, "complex<f64>"),
  solve(true, true, false, "NO_TRANSPOSE"),
  solve(true, false, true, "TRANSPOSE"),
  solve(false, true, true, "NO_TRANSPOSE"),
  solve(false, false, false, "ADJOINT"),
  solve(true, true, false, "ADJOINT", "complex<f64>"),
  solve(false, false, true, "ADJOINT", "complex<f64>"),
  fft("FFT", "2x3x4xcomplex<f64>", "2x3x4xcomplex<f64>", "3, 4"),
  fft("IFFT", "5xcomplex<f64>", "5xcomplex<f64>", "5"),
  fft("RFFT", "3x6xf64", "3x4xcomplex<f64>", "3, 6"),
  fft("RFFT", "5xf64", "3xcomplex<f64>", "5"),
  fft("IRFFT", "3x4xcomplex<f64>", "3x6xf64", "3, 6"),
  fft("IRFFT", "3xcomplex<f64>", "5xf64", "5"),
  batchNorm("inference", ["2x3x2xf64", "3xf64", "3xf64", "3xf64", "3xf64"], ["2x3x2xf64"]),
  batchNorm("training", ["2x3x2xf64", "3xf64", "3xf64"], ["2x3x2xf64", "3xf64", "3xf64"]),
  batchNorm("grad", ["2x3x2xf64", "3xf64", "3xf64", "3xf64", "2x3x2xf64"], ["2x3x2xf64", "3xf64", "3xf64"]),
];
