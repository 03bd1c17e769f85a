/** Each rule refuses the smallest program that was seen to end or hang a compiler, and accepts its nearest relative. */
import { expect, test } from "vitest";
import { cpu } from "../../src/targets/cpu.js";
import { gpu } from "../../src/targets/gpu.js";
import { tpu } from "../../src/targets/tpu/index.js";
import { verdict } from "./verdict.js";

const gather = (sizes: string, result: string): string =>
  `%0 = "stablehlo.gather"(%x, %i) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0, 1], start_index_map = [0, 1], index_vector_dim = 1>, slice_sizes = array<i64: ${sizes}>}> : (tensor<1x2xf32>, tensor<1x2xi64>) -> ${result}`;

const rng = (type: string, distribution: string): readonly [string, string] => [
  `%a: tensor<${type}>, %s: tensor<0xi64>`,
  `%0 = stablehlo.rng %a, %a, %s, distribution = ${distribution} : (tensor<${type}>, tensor<${type}>, tensor<0xi64>) -> tensor<${type}>`,
];

const concatenate = (type: string): readonly [string, string] => [
  `%a: tensor<2x${type}>`,
  `%0 = stablehlo.concatenate %a, %a, dim = 0 : (tensor<2x${type}>, tensor<2x${type}>) -> tensor<4x${type}>`,
];

/** Of two constants, or of one by an argument. */
const compare = (type: string, way: string, first = "%d"): readonly [string, string] => [
  `%a: tensor<2x${type}>`,
  `%c = stablehlo.constant dense<1> : tensor<2xi32>
  %d = stablehlo.convert %c : (tensor<2xi32>) -> tensor<2x${type}>
  %0 = stablehlo.compare LT, ${first}, %d, ${way} : (tensor<2x${type}>, tensor<2x${type}>) -> tensor<2xi1>`,
];

/** Indices of the batching dimensions after the first of the operand. */
const scatter = (indices: string, batches: number): readonly [string, string] => {
  const ones = "1x".repeat(batches);
  const places = Array.from({ length: batches }, (_, i) => i);
  const types = `tensor<2x${ones}f32>, tensor<${ones}1x${indices}>, tensor<${ones}f32>`;
  const [x, i, u] = types.split(", ");
  return [
    `%x: ${x}, %i: ${i}, %u: ${u}`,
    `%0 = "stablehlo.scatter"(%x, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], input_batching_dims = [${places.map((place) => place + 1).join(", ")}], scatter_indices_batching_dims = [${places.join(", ")}], scatter_dims_to_operand_dims = [0], index_vector_dim = ${batches}>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    stablehlo.return %b : tensor<f32>
  }) : (${types}) -> ${x}`,
  ];
};

/** Into operands whose size is known at run time. */
const scatters = (...operands: readonly string[]): readonly [string, string] => {
  const bounded = operands.map((name) => `%${name}: tensor<?xf32, #stablehlo.bounds<4>>`);
  const [x, updates] = [bounded.map((one) => one.split(": ")[1]), operands.map(() => "tensor<2xf32>")];
  const body = operands.flatMap((name) => [`%${name}_old: tensor<f32>`]);
  const given = operands.map((name) => `%${name}_new: tensor<f32>`);
  return [
    `${bounded.join(", ")}, %i: tensor<2x1xi32>, %u: tensor<2xf32>`,
    `%0:${operands.length} = "stablehlo.scatter"(${operands.map((name) => `%${name}`).join(", ")}, %i, ${operands.map(() => "%u").join(", ")}) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
  ^bb0(${[...body, ...given].join(", ")}):
    stablehlo.return ${operands.map((name) => `%${name}_new`).join(", ")} : ${operands.map(() => "tensor<f32>").join(", ")}
  }) : (${[...x, "tensor<2x1xi32>", ...updates].join(", ")}) -> (${x.join(", ")})`,
  ];
};

/** One update of two elements, at an index of this type. */
const unknownIndices = (type: string): readonly [string, string] => [
  `%x: tensor<8x4xf32>, %i: ${type}`,
  `%0 = "stablehlo.gather"(%x, %i) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, 4>}> : (tensor<8x4xf32>, ${type}) -> tensor<?x4xf32, #stablehlo.bounds<2, ?>>`,
];

const unknownSlice = (of: string): readonly [string, string] => [
  "%x: tensor<?x4xf32, #stablehlo.bounds<3, ?>>",
  `%0 = stablehlo.slice %x [${of}] : (tensor<?x4xf32, #stablehlo.bounds<3, ?>>) -> tensor<2x2xf32>`,
];

const bounded = (name: string, bound: number): readonly [string, string] => {
  const type = `tensor<2x?xf32, #stablehlo.bounds<?, ${bound}>>`;
  return [`%a: ${type}`, `%0 = chlo.${name} %a, %a : ${type}, ${type} -> ${type}`];
};

/** Of values whose last size is known at run time; the first is contracted. */
const emptyProduct = (sizes: string): readonly [string, string] => {
  const bounded = `tensor<${sizes}x?xf32, #stablehlo.bounds<?, ?, 2>>`;
  const free = sizes.split("x")[1];
  return [
    `%x: ${bounded}`,
    `%0 = stablehlo.dot_general %x, %x, contracting_dims = [0] x [0] : (${bounded}, ${bounded}) -> tensor<${free}x?x${free}x?xf32>`,
  ];
};

const outerProduct = (lhs: string, rhs: string, result = lhs): readonly [string, string] => [
  `%a: tensor<2x${lhs}>, %b: tensor<2x${rhs}>`,
  `%0 = stablehlo.dot_general %a, %b, contracting_dims = [] x [] : (tensor<2x${lhs}>, tensor<2x${rhs}>) -> tensor<2x2x${result}>`,
];

const reduced = (type: string, name: string): readonly [string, string] => [
  `%a: tensor<2x${type}>, %i: tensor<${type}>`,
  `%0 = stablehlo.reduce(%a init: %i) applies stablehlo.${name} across dimensions = [0] : (tensor<2x${type}>, tensor<${type}>) -> tensor<${type}>`,
];

const sort = (type: string): readonly [string, string] => [
  `%a: tensor<65536x3x${type}>`,
  `%0 = "stablehlo.sort"(%a) <{dimension = 1 : i64}> ({
  ^bb0(%x: tensor<${type}>, %y: tensor<${type}>):
    %1 = stablehlo.compare LT, %x, %y : (tensor<${type}>, tensor<${type}>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  }) : (tensor<65536x3x${type}>) -> tensor<65536x3x${type}>`,
];

const selectAndScatter = (size: number | "scalar"): readonly [string, string] => {
  const of = (shape: string): string => `tensor<${size === "scalar" ? "" : `${shape}x`}f32>`;
  const [x, s] = [of(`${2 * Number(size)}`), of(`${size}`)];
  const window = size === "scalar" ? "array<i64>" : "array<i64: 2>";
  return [
    `%x: ${x}, %s: ${s}, %i: tensor<f32>`,
    `%0 = "stablehlo.select_and_scatter"(%x, %s, %i) <{window_dimensions = ${window}, window_strides = ${window}}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %1 = stablehlo.compare GE, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  }, {
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %1 = stablehlo.add %a, %b : tensor<f32>
    stablehlo.return %1 : tensor<f32>
  }) : (${x}, ${s}, tensor<f32>) -> ${x}`,
  ];
};

const remainder = (type: string): readonly [string, string] => [
  `%a: tensor<2x${type}>`,
  `%0 = stablehlo.remainder %a, %a : tensor<2x${type}>`,
];

const permute = (type: string): readonly [string, string] => [
  `%a: tensor<5x8x${type}>`,
  `%0 = "stablehlo.collective_permute"(%a) <{source_target_pairs = dense<0> : tensor<1x2xi64>}> : (tensor<5x8x${type}>) -> tensor<5x8x${type}>`,
];

/** Of all devices the values of one. */
const first = (type: string, body = ""): readonly [string, string] => [
  `%a: tensor<4x${type}>`,
  `%0 = "stablehlo.all_reduce"(%a) <{replica_groups = dense<0> : tensor<1x1xi64>}> ({
  ^bb0(%x: tensor<${type}>, %y: tensor<${type}>):
    ${body === "" ? "" : `%z = stablehlo.${body} %x, %y : tensor<${type}>\n    `}stablehlo.return ${body === "" ? "%x" : "%z"} : tensor<${type}>
  }) : (tensor<4x${type}>) -> tensor<4x${type}>`,
];

/** One constant by another, or by an argument. */
const emptyDivision = (divisor: string, type: string): readonly [string, string] => [
  `%a: ${type}`,
  `%c = stablehlo.constant dense<0> : ${type}
  %0 = stablehlo.remainder %c, ${divisor} : ${type}`,
];

const broadcast = (name: string, type: string): readonly [string, string] => [
  `%a: tensor<4x${type}>, %b: tensor<2x4x${type}>`,
  `%0 = chlo.broadcast_${name} %a, %b : (tensor<4x${type}>, tensor<2x4x${type}>) -> tensor<2x4x${type}>`,
];

const unary = (name: string, type: string): readonly [string, string] => [
  `%a: tensor<8x${type}>`,
  `%0 = stablehlo.abs %a : tensor<8x${type}>
  %1 = chlo.${name} %0 : tensor<8x${type}> -> tensor<8x${type}>`,
];

const fft = (kind: string, size: string, lengths: string): readonly [string, string] => [
  `%a: tensor<${size}xcomplex<f32>>`,
  `%0 = stablehlo.fft %a, type = ${kind}, length = [${lengths}] : (tensor<${size}xcomplex<f32>>) -> tensor<${size}xcomplex<f32>>`,
];

const convert = (from: string, into: string): readonly [string, string] => [
  `%a: tensor<2x${from}>`,
  `%0 = stablehlo.convert %a : (tensor<2x${from}>) -> tensor<2x${into}>`,
];

/** The absolute value of complex numbers that are computed of others that count. */
const absolute = (counted: string): readonly [string, string] => [
  "%a: tensor<2xcomplex<f32>>",
  `%i = stablehlo.iota dim = 0 : tensor<2x${counted}>
  %c = stablehlo.convert %i : (tensor<2x${counted}>) -> tensor<2xcomplex<f32>>
  %0 = stablehlo.add %a, %c : tensor<2xcomplex<f32>>
  %1 = stablehlo.abs %0 : (tensor<2xcomplex<f32>>) -> tensor<2xf32>`,
];

const dot = (from: string, into: string): readonly [string, string] => [
  `%a: tensor<2x${from}>`,
  `%0 = stablehlo.dot_general %a, %a, contracting_dims = [0] x [0] : (tensor<2x${from}>, tensor<2x${from}>) -> tensor<${into}>`,
];

const convolution = (from: string, into: string): readonly [string, string] => [
  `%a: tensor<1x4x1x${from}>, %b: tensor<2x1x1x${from}>`,
  `%0 = stablehlo.convolution(%a, %b) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x4x1x${from}>, tensor<2x1x1x${from}>) -> tensor<1x3x1x${into}>`,
];

test.each<readonly [constraint: string, parameters: string, operations: string]>([
  ["accepted", ...convert("complex<f32>", "f32")],
  ["accepted", ...convert("complex<f64>", "i1")],
  [
    "fatal_complex_convert",
    "",
    "%a = stablehlo.constant dense<(1.0, 2.0)> : tensor<4xcomplex<f32>>\n  %0 = stablehlo.convert %a : (tensor<4xcomplex<f32>>) -> tensor<4xf32>",
  ],
  [
    "fatal_complex_convert",
    "%x: tensor<0xcomplex<f32>>",
    "%0 = stablehlo.convert %x : (tensor<0xcomplex<f32>>) -> tensor<0xf32>",
  ],
  [
    "accepted",
    "%x: tensor<complex<f32>>",
    "%a = stablehlo.broadcast_in_dim %x, dims = [] : (tensor<complex<f32>>) -> tensor<4xcomplex<f32>>\n  %0 = stablehlo.convert %a : (tensor<4xcomplex<f32>>) -> tensor<4xi32>",
  ],
  [
    "accepted",
    "%x: tensor<4xcomplex<f32>>",
    "%i = stablehlo.iota dim = 0 : tensor<4xcomplex<f32>>\n  %0 = stablehlo.abs %x : (tensor<4xcomplex<f32>>) -> tensor<4xf32>",
  ],
  ["accepted", ...convert("complex<f32>", "complex<f64>")],
  ["accepted", ...convert("f32", "complex<f32>")],
  ["fatal_complex_iota", ...absolute("complex<f32>")],
  ["accepted", ...absolute("f32")],
  ["fatal_product_f8", ...dot("f8E5M2", "f8E5M2FNUZ")],
  ["fatal_product_f8", ...dot("f8E4M3FNUZ", "f8E4M3")],
  ["fatal_product_f8", ...convolution("f8E5M2FNUZ", "f8E5M2")],
  ["accepted", ...convolution("f8E5M2FNUZ", "f32")],
  ["accepted", ...dot("f8E4M3", "f8E4M3")],
  ["accepted", ...dot("f8E4M3", "f8E4M3FN")],
  ["fatal_gather_zero_slice", "%x: tensor<1x2xf32>, %i: tensor<1x2xi64>", gather("1, 0", "tensor<1xf32>")],
  ["accepted", "%x: tensor<1x2xf32>, %i: tensor<1x2xi64>", gather("1, 1", "tensor<1xf32>")],
  ["fatal_rng_type", ...rng("i1", "UNIFORM")],
  ["fatal_rng_type", ...rng("ui8", "UNIFORM")],
  ["fatal_rng_type", ...rng("f8E4M3FN", "UNIFORM")],
  ["accepted", ...rng("i32", "UNIFORM")],
  ["fatal_rng_type", ...rng("f8E8M0FNU", "NORMAL")],
  ["fatal_rng_type", ...rng("f4E2M1FN", "NORMAL")],
  ["accepted", ...rng("f32", "NORMAL")],
  ["accepted", ...rng("f16", "NORMAL")],
  ["fatal_concatenate_i2", ...concatenate("ui2")],
  ["accepted", ...concatenate("i4")],
  ["fatal_sort_i2", ...sort("i2")],
  ["accepted", ...sort("i8")],
  ["fatal_collective_i2", ...permute("ui2")],
  ["fatal_sum_i2", ...reduced("i2", "add")],
  ["fatal_sum_i2", ...outerProduct("ui2", "ui2")],
  ["accepted", ...reduced("i2", "maximum")],
  ["accepted", ...reduced("i4", "add")],
  ["accepted", ...permute("i4")],
  ["fatal_reducer_bf16", ...first("bf16")],
  ["accepted", ...first("f32")],
  ["accepted", ...first("bf16", "add")],
  ["fatal_empty_division", ...emptyDivision("%c", "tensor<17x0xi32>")],
  ["accepted", ...emptyDivision("%a", "tensor<17x0xi32>")],
  ["accepted", ...emptyDivision("%c", "tensor<17xi32>")],
  ["fatal_product_f8", ...outerProduct("f8E5M2", "f8E5M2FNUZ")],
  ["fatal_product_complex", ...outerProduct("complex<f32>", "ui64")],
  ["accepted", ...outerProduct("f8E5M2", "f8E5M2")],
  ["fatal_product_f8", ...outerProduct("ui64", "f8E5M2", "f8E5M2FNUZ")],
  ["fatal_product_complex", ...outerProduct("complex<f32>", "complex<f32>", "ui16")],
  ["accepted", ...outerProduct("f8E4M3FN", "f8E5M2")],
  [
    "fatal_bitcast_i1",
    "%a: tensor<1xui4>",
    "%0 = stablehlo.bitcast_convert %a : (tensor<1xui4>) -> tensor<1x4xi1>",
  ],
  ["accepted", "%a: tensor<1xui4>", "%0 = stablehlo.bitcast_convert %a : (tensor<1xui4>) -> tensor<1x2xi2>"],
  ["fatal_scatter_i2", ...scatter("i2", 2)],
  ["accepted", ...scatter("i2", 1)],
  ["accepted", ...scatter("i4", 2)],
  ["fatal_gather_dynamic", ...unknownIndices("tensor<?x?xi32, #stablehlo.bounds<2, 1>>")],
  ["accepted", ...unknownIndices("tensor<?x1xi32, #stablehlo.bounds<2, ?>>")],
  ["fatal_slice_bound", ...unknownSlice("1:3, 0:2")],
  ["accepted", ...unknownSlice("0:2, 2:4")],
  ["fatal_scatter_dynamic", ...scatters("a", "b")],
  ["accepted", ...scatters("a")],
  ["fatal_empty_product", ...emptyProduct("0x0")],
  ["accepted", ...emptyProduct("0x3")],
  ["accepted", ...emptyProduct("3x0")],
  ["fatal_constant_compare", ...compare("f32", "SIGNED")],
  ["fatal_constant_compare", ...compare("ui8", "TOTALORDER")],
  ["fatal_constant_compare", ...compare("i1", "FLOAT")],
  ["accepted", ...compare("f32", "SIGNED", "%a")],
  ["accepted", ...compare("f32", "TOTALORDER")],
  ["accepted", ...compare("ui8", "SIGNED")],
  ["accepted", ...compare("ui8", "FLOAT", "%a")],
  ["accepted", ...outerProduct("bf16", "f32")],
  [
    "fatal_product_complex",
    "%a: tensor<2xf64>, %b: tensor<2xcomplex<f64>>",
    "%0 = stablehlo.dot %a, %b : (tensor<2xf64>, tensor<2xcomplex<f64>>) -> tensor<complex<f64>>",
  ],
  ["fatal_f6", ...concatenate("f6E2M3FN")],
  ["accepted", ...concatenate("f8E4M3FN")],
  ["accepted", ...concatenate("f64")],
  ["fatal_select_and_scatter_empty", ...selectAndScatter(0)],
  ["fatal_select_and_scatter_scalar", ...selectAndScatter("scalar")],
  ["accepted", ...selectAndScatter(1)],
  ["fatal_complex_remainder", ...remainder("complex<f32>")],
  ["accepted", ...remainder("f32")],
  ["fatal_fft_length", ...fft("FFT", "4x5", "8")],
  ["fatal_fft_length", ...fft("IFFT", "4x5", "4")],
  ["fatal_fft_length", ...fft("FFT", "4x5x6", "5, 7")],
  ["accepted", ...fft("FFT", "4x5x6", "5, 6")],
  ["accepted", ...fft("IFFT", "4x0", "7")],
  [
    "fatal_host_transfer",
    "%t: !stablehlo.token",
    '%0:2 = "stablehlo.infeed"(%t) <{infeed_config = ""}> : (!stablehlo.token) -> (tensor<2xf32>, !stablehlo.token)',
  ],
  [
    "fatal_f6",
    "%a: tensor<0x9xf32>",
    "%0 = stablehlo.convert %a : (tensor<0x9xf32>) -> tensor<0x9xf6E2M3FN>",
  ],
  [
    "fatal_complex_bitcast",
    "%a: tensor<2xcomplex<f64>>",
    "%0 = stablehlo.bitcast_convert %a : (tensor<2xcomplex<f64>>) -> tensor<2x2xcomplex<f32>>",
  ],
  [
    "fatal_complex_bitcast",
    "%a: tensor<2x2xcomplex<f32>>",
    "%0 = stablehlo.bitcast_convert %a : (tensor<2x2xcomplex<f32>>) -> tensor<2xcomplex<f64>>",
  ],
  [
    "accepted",
    "",
    "%a = stablehlo.constant dense<[(1.0, 2.0), (3.0, 4.0)]> : tensor<2xcomplex<f64>>\n  %0 = stablehlo.bitcast_convert %a : (tensor<2xcomplex<f64>>) -> tensor<2x2xcomplex<f32>>",
  ],
  [
    "fatal_complex_bitcast",
    "",
    "%a = stablehlo.constant dense<(1.0, 2.0)> : tensor<2xcomplex<f64>>\n  %0 = stablehlo.bitcast_convert %a : (tensor<2xcomplex<f64>>) -> tensor<2x2xcomplex<f32>>",
  ],
  [
    "fatal_complex_bitcast",
    "",
    "%a = stablehlo.constant dense<[(1.0, 2.0), (1.0, 2.0)]> : tensor<2xcomplex<f64>>\n  %0 = stablehlo.bitcast_convert %a : (tensor<2xcomplex<f64>>) -> tensor<2x2xcomplex<f32>>",
  ],
  [
    "accepted",
    "%a: tensor<2xcomplex<f64>>",
    "%0 = stablehlo.bitcast_convert %a : (tensor<2xcomplex<f64>>) -> tensor<2xcomplex<f64>>",
  ],
  ["fatal_broadcast_operands", ...broadcast("polygamma", "ui64")],
  ["fatal_broadcast_operands", ...broadcast("polygamma", "i2")],
  ["fatal_broadcast_operands", ...broadcast("polygamma", "complex<f32>")],
  ["fatal_broadcast_operands", ...broadcast("next_after", "complex<f64>")],
  ["accepted", ...broadcast("polygamma", "f32")],
  ["accepted", ...broadcast("next_after", "i32")],
  ["fatal_complex_remainder", ...broadcast("remainder", "complex<f32>")],
  ["accepted", ...broadcast("remainder", "f32")],
  ["fatal_zeta_bound", ...bounded("zeta", 1)],
  ["fatal_polygamma_bound", ...bounded("polygamma", 1)],
  ["accepted", ...bounded("zeta", 2)],
  ["accepted", ...bounded("next_after", 1)],
  ["fatal_asinh_f8", ...unary("asinh", "f8E4M3FN")],
  ["fatal_asinh_f8", ...unary("asinh", "f8E3M4")],
  ["accepted", ...unary("asinh", "f8E5M2")],
  ["accepted", ...unary("asinh", "bf16")],
  ["fatal_asin_f8", ...unary("asin", "f8E3M4")],
  ["fatal_asin_f8", ...unary("asin", "f8E4M3")],
  ["accepted", ...unary("asin", "f8E4M3FN")],
  ["accepted", ...unary("acos", "f8E4M3")],
  ["accepted", "%a: tensor<2xf6E2M3FN>", "%0 = stablehlo.convert %a : (tensor<2xf6E2M3FN>) -> tensor<2xf32>"],
])("%s: %s %s", (constraint, parameters, operations) => {
  expect(verdict(parameters, operations)).toBe(constraint);
});

test("what XLA's parts for CPUs alone do not survive is taken elsewhere", () => {
  const programs = [
    concatenate("f6E2M3FN"),
    remainder("complex<f32>"),
    selectAndScatter(0),
    fft("FFT", "4x5", "8"),
  ];
  for (const target of [gpu, tpu])
    expect(programs.map(([a, b]) => verdict(a, b, target))).toEqual(programs.map(() => "accepted"));
});

test("what no part of XLA survives is refused everywhere", () => {
  for (const target of [cpu, gpu, tpu])
    expect(
      [
        rng("ui8", "UNIFORM"),
        broadcast("polygamma", "i32"),
        outerProduct("f8E4M3", "f8E4M3FNUZ"),
        compare("i32", "FLOAT"),
        scatters("a", "b"),
      ].map(([a, b]) => verdict(a, b, target)),
    ).toEqual([
      "fatal_rng_type",
      "fatal_broadcast_operands",
      "fatal_product_f8",
      "fatal_constant_compare",
      "fatal_scatter_dynamic",
    ]);
});
