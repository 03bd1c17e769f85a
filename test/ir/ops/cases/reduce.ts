import { type Broken, type Family, family } from "./case.js";

const sum = `({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  })`;

/** What breaks a body (element, accumulator) -> accumulator over f32. */
const brokenBody = (label: string): Broken[] => [
  [
    label,
    ["^bb0(%a: tensor<f32>, %b: tensor<f32>)", "^bb0(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>)"],
  ],
  [label, ["(%s) : (tensor<f32>) -> ()", "(%s, %s) : (tensor<f32>, tensor<f32>) -> ()"]],
  [label, ["(%s) : (tensor<f32>) -> ()", "() : () -> ()"]],
  [
    label,
    ["(%s) : (tensor<f32>) -> ()", "(%token) : (!stablehlo.token) -> ()"],
    ["%s = ", "%token = stablehlo.after_all : !stablehlo.token\n    %s = "],
  ],
  [label, ["%a: tensor<f32>", "%a: tensor<f16>"], ['"stablehlo.add"(%a, %b)', '"stablehlo.add"(%b, %b)']],
  [label, ["%b: tensor<f32>", "%b: tensor<i32>"], ['"stablehlo.add"(%a, %b)', '"stablehlo.add"(%a, %a)']],
  [
    label,
    ["%a: tensor<f32>, %b: tensor<f32>", "%a: tensor<1xf32>, %b: tensor<1xf32>"],
    ["(tensor<f32>, tensor<f32>) -> tensor<f32>\n", "(tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>\n"],
    ["(%s) : (tensor<f32>)", "(%s) : (tensor<1xf32>)"],
  ],
  [
    label,
    ["%a: tensor<f32>, %b: tensor<f32>", "%a: tensor<i32>, %b: tensor<i32>"],
    ["(tensor<f32>, tensor<f32>) -> tensor<f32>\n", "(tensor<i32>, tensor<i32>) -> tensor<i32>\n"],
    ["(%s) : (tensor<f32>)", "(%s) : (tensor<i32>)"],
  ],
];

const window = (extra: string): string =>
  `<{${extra}base_dilations = array<i64: 1>, padding = dense<[[1, 0]]> : tensor<1x2xi64>, window_dilations = array<i64: 1>, window_dimensions = array<i64: 2>, window_strides = array<i64: 1>}>`;

export const reduceFamilies: readonly Family[] = [
  family(
    "%x: tensor<2x3xf32>, %z: tensor<f32>",
    `  %0 = "stablehlo.reduce"(%x, %z) <{dimensions = array<i64: 1>}> ${sum} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>`,
    ...brokenBody("reduce_c6"),
    ["reduce_c4", ["array<i64: 1>", "array<i64: 2>"]],
    ["reduce_c5", ["array<i64: 1>", "array<i64: 1, 1>"]],
    ["reduce_c3", ["(%x, %z)", "()"], ["(tensor<2x3xf32>, tensor<f32>) ->", "() ->"]],
    ["operands", ["(%x, %z)", "(%x)"], ["(tensor<2x3xf32>, tensor<f32>) ->", "(tensor<2x3xf32>) ->"]],
    ["regions", [sum, ""]],
    ["result_type", ["-> tensor<2xf32>", "-> tensor<3xf32>"]],
  ),
  family(
    "%x: tensor<2xf32>, %y: tensor<2xf32>, %z: tensor<f32>",
    `  %0:2 = "stablehlo.reduce"(%x, %y, %z, %z) <{dimensions = array<i64: 0>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>, %d: tensor<f32>):
    "stablehlo.return"(%c, %d) : (tensor<f32>, tensor<f32>) -> ()
  }) : (tensor<2xf32>, tensor<2xf32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>)`,
    [
      "reduce_c1",
      ["%y: tensor<2xf32>", "%y: tensor<3xf32>"],
      ["(tensor<2xf32>, tensor<2xf32>", "(tensor<2xf32>, tensor<3xf32>"],
    ],
  ),
  family(
    "%x: tensor<2xf32>, %y: tensor<2xi32>",
    `  %0 = "stablehlo.map"(%x, %y) <{dimensions = array<i64: 0>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<i32>):
    "stablehlo.return"(%a) : (tensor<f32>) -> ()
  }) : (tensor<2xf32>, tensor<2xi32>) -> tensor<2xf32>`,
    ["map_c1", ["tensor<2xi32>", "tensor<3xi32>"]],
    ["map_c2", ["(%x, %y)", "()"], ["(tensor<2xf32>, tensor<2xi32>)", "()"]],
    ["map_c3", ["array<i64: 0>", "array<i64: 1>"]],
    ["map_c3", ["array<i64: 0>", "array<i64>"]],
    ["map_c4", ["%b: tensor<i32>", "%b: tensor<i64>"]],
    ["map_c4", ["(%a) : (tensor<f32>)", "(%a, %a) : (tensor<f32>, tensor<f32>)"]],
  ),
  family(
    "%x: tensor<2x3xf32>",
    `  %0 = "stablehlo.sort"(%x) <{dimension = 1 : i64, is_stable = true}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %p = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    "stablehlo.return"(%p) : (tensor<i1>) -> ()
  }) : (tensor<2x3xf32>) -> tensor<2x3xf32>`,
    ["sort_c1", ["(%x)", "()"], [": (tensor<2x3xf32>) -> tensor<2x3xf32>", ": () -> ()"], ["%0 = ", ""]],
    ["sort_c4", ["dimension = 1", "dimension = 2"]],
    ["sort_c4", ["dimension = 1", "dimension = -3"]],
    ["sort_c5", ["%b: tensor<f32>)", "%b: tensor<f32>, %c: tensor<f32>)"]],
    ["sort_c5", ["(%p) : (tensor<i1>)", "(%a) : (tensor<f32>)"]],
    ["result_type", ["-> tensor<2x3xf32>", "-> tensor<3x2xf32>"]],
  ),
  family(
    "%x: tensor<2xf32>, %y: tensor<2xf32>",
    `  %0:2 = "stablehlo.sort"(%x, %y) ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>, %d: tensor<f32>):
    %p = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
    "stablehlo.return"(%p) : (tensor<i1>) -> ()
  }) : (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)`,
    [
      "sort_c3",
      ["%y: tensor<2xf32>", "%y: tensor<3xf32>"],
      ["(tensor<2xf32>, tensor<2xf32>)", "(tensor<2xf32>, tensor<3xf32>)"],
    ],
  ),
  family(
    "%x: tensor<4xf32>, %z: tensor<f32>",
    `  %0 = "stablehlo.reduce_window"(%x, %z) ${window("")} ${sum} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>`,
    ...brokenBody("reduce_window_c13").filter(([, first]) => !first?.[1].includes("tensor<1xf32>")),
    ["reduce_window_c1", ["(%x, %z)", "()"], ["(tensor<4xf32>, tensor<f32>) ->", "() ->"]],
    ["reduce_window_c4", ["window_dimensions = array<i64: 2>", "window_dimensions = array<i64: 2, 2>"]],
    ["reduce_window_c5", ["window_dimensions = array<i64: 2>", "window_dimensions = array<i64: 0>"]],
    ["reduce_window_c6", ["window_strides = array<i64: 1>", "window_strides = array<i64: 1, 1>"]],
    ["reduce_window_c7", ["window_strides = array<i64: 1>", "window_strides = array<i64: 0>"]],
    ["reduce_window_c8", ["base_dilations = array<i64: 1>", "base_dilations = array<i64: 1, 1>"]],
    ["reduce_window_c9", ["base_dilations = array<i64: 1>", "base_dilations = array<i64: 0>"]],
    ["reduce_window_c10", ["window_dilations = array<i64: 1>", "window_dilations = array<i64: 1, 1>"]],
    ["reduce_window_c11", ["window_dilations = array<i64: 1>", "window_dilations = array<i64: 0>"]],
    ["reduce_window_c12", ["dense<[[1, 0]]> : tensor<1x2xi64>", "dense<[1, 0]> : tensor<2xi64>"]],
    ["result_type", ["-> tensor<4xf32>", "-> tensor<3xf32>"]],
  ),
  family(
    "%x: tensor<4xf32>, %y: tensor<4xf32>, %z: tensor<f32>",
    `  %0:2 = "stablehlo.reduce_window"(%x, %y, %z, %z) <{window_dimensions = array<i64: 2>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>, %d: tensor<f32>):
    "stablehlo.return"(%c, %d) : (tensor<f32>, tensor<f32>) -> ()
  }) : (tensor<4xf32>, tensor<4xf32>, tensor<f32>, tensor<f32>) -> (tensor<3xf32>, tensor<3xf32>)`,
    [
      "reduce_window_c2",
      ["%y: tensor<4xf32>", "%y: tensor<5xf32>"],
      ["(tensor<4xf32>, tensor<4xf32>", "(tensor<4xf32>, tensor<5xf32>"],
    ],
  ),
  family(
    "%x: tensor<4xf32>, %src: tensor<2xf32>, %z: tensor<f32>",
    `  %0 = "stablehlo.select_and_scatter"(%x, %src, %z) <{padding = dense<0> : tensor<1x2xi64>, window_dimensions = array<i64: 2>, window_strides = array<i64: 2>}> ({
  ^bb0(%e: tensor<f32>, %f: tensor<f32>):
    %p = stablehlo.compare GE, %e, %f : (tensor<f32>, tensor<f32>) -> tensor<i1>
    "stablehlo.return"(%p) : (tensor<i1>) -> ()
  }, ${sum.slice(1, -1)}) : (tensor<4xf32>, tensor<2xf32>, tensor<f32>) -> tensor<4xf32>`,
    ...brokenBody("select_and_scatter_c10"),
    [
      "select_and_scatter_c1",
      ["%src: tensor<2xf32>", "%src: tensor<2xi32>"],
      ["tensor<4xf32>, tensor<2xf32>, tensor<f32>)", "tensor<4xf32>, tensor<2xi32>, tensor<f32>)"],
      ["%a: tensor<f32>, %b: tensor<f32>", "%a: tensor<i32>, %b: tensor<i32>"],
      [
        "(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>",
        "(%a, %b) : (tensor<i32>, tensor<i32>) -> tensor<i32>",
      ],
      ["(%s) : (tensor<f32>)", "(%s) : (tensor<i32>)"],
      ["%z: tensor<f32>", "%z: tensor<i32>"],
      ["tensor<2xi32>, tensor<f32>)", "tensor<2xi32>, tensor<i32>)"],
    ],
    ["select_and_scatter_c2", ["tensor<2xf32>", "tensor<3xf32>"]],
    ["select_and_scatter_c4", ["window_dimensions = array<i64: 2>", "window_dimensions = array<i64: 2, 2>"]],
    ["select_and_scatter_c5", ["window_dimensions = array<i64: 2>", "window_dimensions = array<i64: 0>"]],
    ["select_and_scatter_c6", ["window_strides = array<i64: 2>", "window_strides = array<i64: 2, 2>"]],
    ["select_and_scatter_c7", ["window_strides = array<i64: 2>", "window_strides = array<i64: 0>"]],
    ["select_and_scatter_c8", ["tensor<1x2xi64>", "tensor<2x2xi64>"]],
    ["select_and_scatter_c9", ["%f: tensor<f32>)", "%f: tensor<f32>, %g: tensor<f32>)"]],
    ["select_and_scatter_c9", ["(%p) : (tensor<i1>)", "(%e) : (tensor<f32>)"]],
    ["result_type", ["-> tensor<4xf32>", "-> tensor<2xf32>"]],
  ),
  family(
    "%x: tensor<4xf32>",
    `  %0 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ${sum} : (tensor<4xf32>) -> tensor<4xf32>`,
    ...brokenBody("all_reduce_c5"),
    ["all_reduce_c1", ["[[0, 1]]", "[[1, 1]]"]],
    ["all_reduce_c3", ["[[0, 1]]", "[[0, 2]]"]],
    ["all_reduce_c3", ["dense<[[0, 1]]> : tensor<1x2xi64>", "dense<[0, 1]> : tensor<2xi64>"]],
    ["all_reduce_c3", ["dense<[[0, 1]]> : tensor<1x2xi64>", "dense<> : tensor<0x0xi64>"]],
    ["all_reduce_c4", ["handle = 1", "handle = 0"]],
    ["result_type", ["-> tensor<4xf32>", "-> tensor<5xf32>"]],
  ),
  family(
    "%x: tensor<4xf32>, %root: tensor<1xi32>",
    `  %0 = "stablehlo.collective_reduce"(%x, %root) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, has_dynamic_root, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ${sum} : (tensor<4xf32>, tensor<1xi32>) -> tensor<4xf32>`,
    ...brokenBody("collective_reduce_c4"),
    ["collective_reduce_c1", ["[[0, 1]]", "[[1, 1]]"]],
    ["collective_reduce_c2", ["[[0, 1]]", "[[0, 2]]"]],
    ["collective_reduce_c3", ["tensor<1xi32>", "tensor<2xi32>"]],
    [
      "collective_reduce_c3",
      ["(%x, %root)", "(%root)"],
      ["(tensor<4xf32>, tensor<1xi32>)", "(tensor<1xi32>)"],
    ],
    ["collective_reduce_channel", ["handle = 1", "handle = 0"]],
  ),
  family(
    "%x: tensor<4x6xf32>",
    `  %0 = "stablehlo.reduce_scatter"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, scatter_dimension = 1 : i64, use_global_device_ids}> ${sum} : (tensor<4x6xf32>) -> tensor<4x3xf32>`,
    ...brokenBody("reduce_scatter_c7"),
    ["reduce_scatter_c2", ["scatter_dimension = 1", "scatter_dimension = 2"]],
    ["reduce_scatter_c2", ["scatter_dimension = 1", "scatter_dimension = -1"]],
    ["reduce_scatter_c3", ["[[0, 1]]", "[[1, 1]]"]],
    ["reduce_scatter_c5", ["[[0, 1]]", "[[0, -1]]"]],
    ["reduce_scatter_c6", ["handle = 1", "handle = 0"]],
    ["reduce_scatter_c8", ["-> tensor<4x3xf32>", "-> tensor<4x4xf32>"]],
    ["reduce_scatter_c8", ["-> tensor<4x3xf32>", "-> tensor<3x3xf32>"]],
    ["reduce_scatter_c8", ["-> tensor<4x3xf32>", "-> tensor<4x0xf32>"]],
    ["reduce_scatter_c9", ["-> tensor<4x3xf32>", "-> tensor<4x3xf16>"]],
  ),
];
