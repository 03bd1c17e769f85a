/** @file Programs for the survival tier for each value of attributes, and each body, that choose what is computed: the examples of ops have one. */
import { program } from "../../test/ir/ops/cases/case.js";

const bodies = ["add", "and", "maximum", "minimum", "multiply", "or", "subtract", "xor"];

/** What is accumulated by an operation, and by nothing but it. */
const accumulations: readonly string[] = bodies.flatMap((name) => {
  const body = `({
  ^bb0(%p: tensor<f32>, %q: tensor<f32>):
    %t = stablehlo.${name} %p, %q : tensor<f32>
    "stablehlo.return"(%t) : (tensor<f32>) -> ()
  })`;
  const numbers = `<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>`;
  return [
    program(
      "%x: tensor<2x3xf32>, %a: tensor<f32>",
      `  %0 = "stablehlo.reduce"(%x, %a) <{dimensions = array<i64: 1>}> ${body} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>`,
    ),
    program(
      "%x: tensor<4xf32>, %a: tensor<f32>",
      `  %0 = "stablehlo.reduce_window"(%x, %a) <{window_dimensions = array<i64: 2>, padding = dense<[[1, 0]]> : tensor<1x2xi64>}> ${body} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>`,
    ),
    program(
      "%x: tensor<4xf32>, %i: tensor<2x1xui32>, %u: tensor<2xf32>",
      `  %0 = "stablehlo.scatter"(%x, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter${numbers}}> ${body} : (tensor<4xf32>, tensor<2x1xui32>, tensor<2xf32>) -> tensor<4xf32>`,
    ),
  ];
});

const ofTwo = [
  ...["atan2", "divide", "power", "remainder", "shift_left", "shift_right_arithmetic", "shift_right_logical"],
].map((name) => `%t = stablehlo.${name} %p, %q : tensor<f32>`);

const ofOne = [
  ...[
    "cbrt",
    "ceil",
    "cosine",
    "count_leading_zeros",
    "exponential",
    "exponential_minus_one",
    "floor",
    "log",
  ],
  ...["log_plus_one", "logistic", "negate", "not", "popcnt", "round_nearest_afz", "round_nearest_even"],
  ...["rsqrt", "sign", "sine", "sqrt", "tan", "tanh"],
].map((name) => `%t = stablehlo.${name} %p : tensor<f32>`);

const functions = [
  ...["acos", "acosh", "asin", "asinh", "atan", "atanh", "bessel_i1e", "cosh", "digamma", "erf", "erf_inv"],
  ...["lgamma", "sinh"],
].map((name) => `%t = chlo.${name} %p : tensor<f32> -> tensor<f32>`);

const functionsOfTwo = ["mulhi", "next_after", "polygamma", "zeta"].map(
  (name) => `%t = chlo.${name} %p, %q : tensor<f32>, tensor<f32> -> tensor<f32>`,
);

const others = [
  "%t = stablehlo.clamp %p, %q, %p : tensor<f32>",
  "%t = stablehlo.reduce_precision %p, format = e4m3 : tensor<f32>",
  ...["EQ", "LT"].map(
    (direction) =>
      `%c = stablehlo.compare ${direction}, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>\n    %t = stablehlo.select %c, %p, %q : tensor<i1>, tensor<f32>`,
  ),
  ...["i4", "i32", "f64", "complex<f64>"].map(
    (to) =>
      `%c = stablehlo.convert %p : (tensor<f32>) -> tensor<${to}>\n    %t = stablehlo.convert %c : (tensor<${to}>) -> tensor<f32>`,
  ),
];

/** Of constants a compiler computes windows by its own interpreter, which knows fewer operations than it makes code of. */
const windows: readonly string[] = [...ofOne, ...ofTwo, ...functions, ...functionsOfTwo, ...others].map(
  (computed) =>
    program(
      "%x: tensor<4xf32>, %a: tensor<f32>",
      `  %0 = "stablehlo.reduce_window"(%x, %a) <{window_dimensions = array<i64: 2>}> ({
  ^bb0(%p: tensor<f32>, %q: tensor<f32>):
    ${computed}
    "stablehlo.return"(%t) : (tensor<f32>) -> ()
  }) : (tensor<4xf32>, tensor<f32>) -> tensor<3xf32>`,
    ),
);

const comparisons = ["EQ", "NE", "GE", "GT", "LE", "LT"].flatMap((direction) =>
  ["", ", FLOAT", ", TOTALORDER", ", SIGNED", ", UNSIGNED"].map((type) =>
    program(
      "%a: tensor<4xf32>, %b: tensor<4xf32>",
      `  %0 = stablehlo.compare ${direction}, %a, %b${type} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>`,
    ),
  ),
);

const precisions = [
  ...["e1m0", "e1m3", "e2m1", "e4m3", "e5m2", "e5m10", "e8m0", "e8m23", "e11m52", "e20m60"],
].map((format) =>
  program("%x: tensor<4xf32>", `  %0 = stablehlo.reduce_precision %x, format = ${format} : tensor<4xf32>`),
);

const products = ["DEFAULT", "HIGH", "HIGHEST"].map((precision) =>
  program(
    "%a: tensor<2x3xf32>, %b: tensor<3x4xf32>",
    `  %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0], precision = [${precision}, ${precision}] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>`,
  ),
);

const solutions = [true, false].flatMap((left) =>
  ["NO_TRANSPOSE", "TRANSPOSE", "ADJOINT"].map((transpose) =>
    program(
      "%a: tensor<3x3xf32>, %b: tensor<3x3xf32>",
      `  %0 = "stablehlo.triangular_solve"(%a, %b) <{left_side = ${left}, lower = ${!left}, transpose_a = #stablehlo<transpose ${transpose}>, unit_diagonal = ${left}}> : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>`,
    ),
  ),
);

const sorts = ["LT", "GT"].flatMap((direction) =>
  [true, false].map((isStable) =>
    program(
      "%x: tensor<40xf32>",
      `  %0 = "stablehlo.sort"(%x) <{is_stable = ${isStable}}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %p = stablehlo.compare ${direction}, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    "stablehlo.return"(%p) : (tensor<i1>) -> ()
  }) : (tensor<40xf32>) -> tensor<40xf32>`,
    ),
  ),
);

const draws = [
  ...["UNIFORM", "NORMAL"].map((distribution) =>
    program(
      "%a: tensor<f32>, %b: tensor<f32>",
      `  %s = stablehlo.constant dense<[5]> : tensor<1xi64>
  %0 = stablehlo.rng %a, %b, %s, distribution = ${distribution} : (tensor<f32>, tensor<f32>, tensor<1xi64>) -> tensor<5xf32>`,
    ),
  ),
  ...["DEFAULT", "PHILOX", "THREE_FRY"].map((algorithm) =>
    program(
      "%s: tensor<2xui64>",
      `  %0:2 = stablehlo.rng_bit_generator %s, algorithm = ${algorithm} : (tensor<2xui64>) -> (tensor<2xui64>, tensor<5xf32>)`,
    ),
  ),
];

const transforms = ["FFT", "IFFT"].map((kind) =>
  program(
    "%x: tensor<2x6xcomplex<f32>>",
    `  %0 = stablehlo.fft %x, type = ${kind}, length = [2, 6] : (tensor<2x6xcomplex<f32>>) -> tensor<2x6xcomplex<f32>>`,
  ),
);

export const variants: readonly string[] = [
  ...[
    ...accumulations,
    ...windows,
    ...comparisons,
    ...precisions,
    ...products,
    ...solutions,
    ...sorts,
    ...draws,
  ],
  ...transforms,
];
