/**
 * @file Programs for the survival tier whose values have different element types where the examples of ops have one: each of two of them becomes
 * every other in tools/survival/systematic.ts. And collectives of the one device that there is.
 */
import { program } from "../../test/ir/ops/cases/case.js";

/** The element of indices, which meet no other: they stay what they are. */
export const INDEX = "ui32";

type Elements = readonly [first: string, second: string, result: string];

/** Two operands of one type, or a result of the first's type, or three types. */
const ofProducts: readonly Elements[] = [
  ["f32", "f32", "f64"],
  ["f32", "f64", "f32"],
  ["f32", "f64", "bf16"],
];

const dotGeneral = ([a, b, c]: Elements): string =>
  program(
    `%a: tensor<2x3x${a}>, %b: tensor<3x4x${b}>`,
    `  %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<2x3x${a}>, tensor<3x4x${b}>) -> tensor<2x4x${c}>`,
  );

const innerProduct = ([a, b, c]: Elements): string =>
  program(
    `%a: tensor<4x${a}>, %b: tensor<4x${b}>`,
    `  %0 = stablehlo.dot_general %a, %b, contracting_dims = [0] x [0] : (tensor<4x${a}>, tensor<4x${b}>) -> tensor<${c}>`,
  );

const batched = ([a, b, c]: Elements): string =>
  program(
    `%a: tensor<2x3x${a}>, %b: tensor<2x3x4x${b}>`,
    `  %0 = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [1] x [1] : (tensor<2x3x${a}>, tensor<2x3x4x${b}>) -> tensor<2x4x${c}>`,
  );

const convolution = ([a, b, c]: Elements): string =>
  program(
    `%a: tensor<1x6x2x${a}>, %b: tensor<3x2x4x${b}>`,
    `  %0 = stablehlo.convolution(%a, %b) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x6x2x${a}>, tensor<3x2x4x${b}>) -> tensor<1x4x4x${c}>`,
  );

const raggedDot = ([a, b, c]: Elements): string =>
  program(
    `%a: tensor<6x4x${a}>, %b: tensor<3x4x5x${b}>, %g: tensor<3x${INDEX}>`,
    `  %0 = "chlo.ragged_dot"(%a, %b, %g) <{ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>}> : (tensor<6x4x${a}>, tensor<3x4x5x${b}>, tensor<3x${INDEX}>) -> tensor<6x5x${c}>`,
  );

/** A body that applies an operation to both pairs of accumulators and elements. */
const twoSums = (name: string, a: string, b: string): string => `({
  ^bb0(%p: tensor<${a}>, %q: tensor<${b}>, %r: tensor<${a}>, %s: tensor<${b}>):
    %t = stablehlo.${name} %p, %r : tensor<${a}>
    %u = stablehlo.${name} %q, %s : tensor<${b}>
    "stablehlo.return"(%t, %u) : (tensor<${a}>, tensor<${b}>) -> ()
  })`;

/** A body of one accumulator, which may be wider than the elements. */
const oneSum = (name: string, type: string): string => `({
  ^bb0(%p: tensor<${type}>, %q: tensor<${type}>):
    %t = stablehlo.${name} %p, %q : tensor<${type}>
    "stablehlo.return"(%t) : (tensor<${type}>) -> ()
  })`;

const sums: readonly string[] = [
  program(
    "%x: tensor<2x3xf32>, %y: tensor<2x3xf64>, %a: tensor<f32>, %b: tensor<f64>",
    `  %0:2 = "stablehlo.reduce"(%x, %y, %a, %b) <{dimensions = array<i64: 1>}> ${twoSums("add", "f32", "f64")} : (tensor<2x3xf32>, tensor<2x3xf64>, tensor<f32>, tensor<f64>) -> (tensor<2xf32>, tensor<2xf64>)`,
  ),
  program(
    "%x: tensor<4xf32>, %y: tensor<4xf64>, %a: tensor<f32>, %b: tensor<f64>",
    `  %0:2 = "stablehlo.reduce_window"(%x, %y, %a, %b) <{window_dimensions = array<i64: 2>}> ${twoSums("maximum", "f32", "f64")} : (tensor<4xf32>, tensor<4xf64>, tensor<f32>, tensor<f64>) -> (tensor<3xf32>, tensor<3xf64>)`,
  ),
  program(
    "%x: tensor<2x3xf32>, %a: tensor<f64>",
    `  %0 = "stablehlo.reduce"(%x, %a) <{dimensions = array<i64: 1>}> ${oneSum("add", "f64")} : (tensor<2x3xf32>, tensor<f64>) -> tensor<2xf64>`,
  ),
  program(
    "%x: tensor<4xf32>, %a: tensor<f64>",
    `  %0 = "stablehlo.reduce_window"(%x, %a) <{window_dimensions = array<i64: 2>}> ${oneSum("add", "f64")} : (tensor<4xf32>, tensor<f64>) -> tensor<3xf64>`,
  ),
  program(
    "%x: tensor<4xf32>, %i: tensor<2x1xui32>, %u: tensor<2xf64>",
    `  %0 = "stablehlo.scatter"(%x, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ${oneSum("add", "f64")} : (tensor<4xf32>, tensor<2x1xui32>, tensor<2xf64>) -> tensor<4xf64>`,
  ),
  program(
    "%x: tensor<4xf32>, %y: tensor<4xf64>, %i: tensor<2x1xui32>, %v: tensor<2xf32>, %w: tensor<2xf64>",
    `  %0:2 = "stablehlo.scatter"(%x, %y, %i, %v, %w) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ${twoSums("add", "f32", "f64")} : (tensor<4xf32>, tensor<4xf64>, tensor<2x1xui32>, tensor<2xf32>, tensor<2xf64>) -> (tensor<4xf32>, tensor<4xf64>)`,
  ),
];

const others: readonly string[] = [
  program("%x: tensor<4xf32>", "  %0 = stablehlo.convert %x : (tensor<4xf32>) -> tensor<4xf64>"),
  program(
    "%x: tensor<4xf32>, %y: tensor<4xf64>",
    `  %0 = "stablehlo.map"(%x, %y) <{dimensions = array<i64: 0>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f64>):
    %c = stablehlo.convert %b : (tensor<f64>) -> tensor<f32>
    %d = stablehlo.add %a, %c : tensor<f32>
    "stablehlo.return"(%d) : (tensor<f32>) -> ()
  }) : (tensor<4xf32>, tensor<4xf64>) -> tensor<4xf32>`,
  ),
  program(
    "%x: tensor<2xf32>",
    '  %0 = "chlo.constant_like"(%x) <{value = 3 : i32}> : (tensor<2xf32>) -> tensor<2xi32>',
  ),
  program(
    "%x: tensor<2xui64>",
    "  %0:2 = stablehlo.rng_bit_generator %x, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<5xf32>)",
  ),
  program(
    "%x: tensor<20xf32>, %y: tensor<20xf64>",
    `  %0:2 = "stablehlo.sort"(%x, %y) ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f64>, %d: tensor<f64>):
    %p = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    "stablehlo.return"(%p) : (tensor<i1>) -> ()
  }) : (tensor<20xf32>, tensor<20xf64>) -> (tensor<20xf32>, tensor<20xf64>)`,
  ),
  program(
    "%x: tensor<4xf32>",
    `  %0 = stablehlo.convert %x : (tensor<4xf32>) -> tensor<4xf64>
  %1 = stablehlo.convert %0 : (tensor<4xf64>) -> tensor<4xf32>`,
  ),
  program(
    "%x: tensor<2x4xf32>",
    `  %0 = stablehlo.bitcast_convert %x : (tensor<2x4xf32>) -> tensor<2x4x2xf16>
  %1 = stablehlo.bitcast_convert %0 : (tensor<2x4x2xf16>) -> tensor<2x4xf32>`,
  ),
  ...(
    [
      [2, "f64", "f32"],
      [4, "f32", "i8"],
      [8, "f64", "i8"],
      [16, "f64", "i4"],
    ] as const
  ).flatMap(([count, wide, narrow]) => {
    const [one, many] = [`tensor<2x4x${wide}>`, `tensor<2x4x${count}x${narrow}>`];
    return [
      program(`%x: ${one}`, `  %0 = stablehlo.bitcast_convert %x : (${one}) -> ${many}`),
      program(`%x: ${many}`, `  %0 = stablehlo.bitcast_convert %x : (${many}) -> ${one}`),
    ];
  }),
];

/** A group of one: what each gives is what it takes. */
const collectives: readonly string[] = [
  ...["add", "maximum"].map((name) =>
    program(
      "%x: tensor<4xf32>",
      `  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<0> : tensor<1x1xi64>}> ${oneSum(name, "f32")} : (tensor<4xf32>) -> tensor<4xf32>`,
    ),
  ),
  program(
    "%x: tensor<4xf32>",
    `  %0 = "stablehlo.reduce_scatter"(%x) <{replica_groups = dense<0> : tensor<1x1xi64>, scatter_dimension = 0 : i64}> ${oneSum("add", "f32")} : (tensor<4xf32>) -> tensor<4xf32>`,
  ),
  program(
    "%x: tensor<4xf32>",
    `  %0 = "stablehlo.all_gather"(%x) <{all_gather_dim = 0 : i64, replica_groups = dense<0> : tensor<1x1xi64>}> : (tensor<4xf32>) -> tensor<4xf32>`,
  ),
  program(
    "%x: tensor<4xf32>",
    `  %0 = "stablehlo.all_to_all"(%x) <{concat_dimension = 0 : i64, replica_groups = dense<0> : tensor<1x1xi64>, split_count = 1 : i64, split_dimension = 0 : i64}> : (tensor<4xf32>) -> tensor<4xf32>`,
  ),
  program(
    "%x: tensor<4xf32>",
    `  %0 = "stablehlo.collective_permute"(%x) <{source_target_pairs = dense<0> : tensor<1x2xi64>}> : (tensor<4xf32>) -> tensor<4xf32>`,
  ),
  program(
    "%x: tensor<4xf32>",
    `  %0 = "stablehlo.collective_broadcast"(%x) <{replica_groups = dense<0> : tensor<1x1xi64>}> : (tensor<4xf32>) -> tensor<4xf32>`,
  ),
];

export const mixed: readonly string[] = [
  ...ofProducts.map(dotGeneral),
  ...[batched, innerProduct, convolution, raggedDot].map((of) => of(ofProducts[0]!)),
  ...sums,
  ...others,
  ...collectives,
];
