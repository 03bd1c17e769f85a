import { describe, expect, it, test } from "vitest";
import { elementsFromNumbers, numberAt } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { tensorType } from "../../src/ir/types.js";
import { isDynamicProgram, refineShapes } from "../../src/passes/index.js";
import { normal, run } from "./text.js";

const refine = (text: string, inputs: string): string => run(`refine-shapes{inputs="${inputs}"}`, text);

/** @main of one operation on %x and lists of integers, given the types of both sides. */
const program = (signature: string, body: string, result: string): string => `
func.func @main(${signature}) -> ${result} {
${body}
  return %r : ${result}
}`;

const sizes = (name: string, ...numbers: readonly number[]): string =>
  `  %${name} = stablehlo.constant dense<[${numbers.join(", ")}]> : tensor<${numbers.length}xi64>\n`;

test.each([
  'named_computation<"f">(%x, %c) (%y',
  "manual_computation(%x, %c) in_shardings=[<@mesh, [{}]>, <@mesh, []>] out_shardings=[<@mesh, [{}]>] manual_axes={} (%y",
])("sizes that a computation of Shardy is given are known in it: sdy.%s", (head) => {
  const text = (size: string, made: string): string => `
sdy.mesh @mesh = <["a"=2]>
func.func @main(%x: tensor<${size}xf32>) -> tensor<${size}xf32> {
  %c = stablehlo.constant dense<3> : tensor<i32>
  %r = sdy.${head}: tensor<${size}xf32>, %n: tensor<i32>) {
${made}
    sdy.return %i : tensor<${size}xf32>
  } : (tensor<${size}xf32>, tensor<i32>) -> tensor<${size}xf32>
  return %r : tensor<${size}xf32>
}`;
  const dynamic = `    %s = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
    %i = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>`;
  expect(refine(text("?", dynamic), "tensor<3xf32>")).toBe(
    normal(text("3", "    %i = stablehlo.iota dim = 0 : tensor<3xf32>")),
  );
});

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

const twoShapes = `
func.func @main(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<f32> {
  %0 = call @mean(%x) : (tensor<?xf32>) -> tensor<f32>
  %1 = call @mean(%y) : (tensor<?xf32>) -> tensor<f32>
  %2 = stablehlo.add %0, %1 : tensor<f32>
  return %2 : tensor<f32>
}
func.func private @mean(%x: tensor<?xf32>) -> tensor<f32> {
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %0 = stablehlo.reduce(%x init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<?xf32>, tensor<f32>) -> tensor<f32>
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  %1 = stablehlo.convert %n : (tensor<i32>) -> tensor<f32>
  %2 = stablehlo.divide %0, %1 : tensor<f32>
  return %2 : tensor<f32>
}`;

describe("functions", () => {
  it("are made once for each shape that they are called with", () => {
    const names = (inputs: string) =>
      [...refine(twoShapes, inputs).matchAll(/func @?.*?@(\w+)/g)].map(([, name]) => name);
    expect(names("tensor<3xf32>, tensor<3xf32>")).toEqual(["main", "mean"]);
    expect(names("tensor<3xf32>, tensor<4xf32>")).toEqual(["main", "mean_0", "mean"]);
  });

  it("of sizes alone are computed, as JAX's helpers about dimensions are", () => {
    const text = `
func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  %m = call @half(%n) : (tensor<i32>) -> tensor<i32>
  %s = stablehlo.reshape %m : (tensor<i32>) -> tensor<1xi32>
  %0 = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
func.func private @half(%n: tensor<i32>) -> tensor<i32> {
  %two = stablehlo.constant dense<2> : tensor<i32>
  %0 = stablehlo.divide %n, %two : tensor<i32>
  return %0 : tensor<i32>
}`;
    expect(refine(text, "tensor<9xf32>")).toBe(
      normal(`
func.func @main(%x: tensor<9xf32>) -> tensor<4xf32> {
  %0 = stablehlo.iota dim = 0 : tensor<4xf32>
  return %0 : tensor<4xf32>
}`),
    );
  });

  it("leading arguments that are not given keep their types; values may be given for those of sizes", () => {
    const text = `
func.func @main(%platform: tensor<i32>, %n: tensor<i32>, %x: tensor<?xf32>) -> tensor<?xf32> {
  %s = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %0 = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>
  %1 = stablehlo.add %x, %0 : tensor<?xf32>
  return %1 : tensor<?xf32>
}`;
    expect(refine(text, "dense<4> : tensor<i32>, tensor<4xf32>")).toBe(
      normal(`
func.func @main(%platform: tensor<i32>, %n: tensor<i32>, %x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.iota dim = 0 : tensor<4xf32>
  %1 = stablehlo.add %x, %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}`),
    );
  });
});

describe("Shardy", () => {
  const mesh = 'sdy.mesh @mesh = <["x"=2, "y"=3]>';
  const main = (n: string, signature: string, body: string): string =>
    `func.func @main${signature} {\n${body}\n}`.replaceAll("N", n);

  /** The same text for unknown sizes and for six rows, which may be two parts of three. */
  function expectRefined(signature: string, body: string): void {
    const [open, closed] = ["?", "6"].map((n) =>
      main(n, signature, body.replaceAll("PART", n === "6" ? "3" : n)),
    );
    expect(refine(`${mesh}\n${open}`, "tensor<6x4xf32>")).toBe(normal(`${mesh}\n${closed}`));
  }
  const plain = "(%x: tensor<Nx4xf32>) -> tensor<Nx4xf32>";

  it.each([
    ["constraints", '%0 = sdy.sharding_constraint %x <@mesh, [{"x"}, {}]> : tensor<Nx4xf32>'],
    ["reshards", '%0 = sdy.reshard %x <@mesh, [{"x"}, {}]> : tensor<Nx4xf32>'],
    ["barriers", "%0 = sdy.propagation_barrier %x allowed_direction=FORWARD : tensor<Nx4xf32>"],
    [
      "shardings of operations",
      '%0 = stablehlo.add %x, %x {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}, {}]>]>} : tensor<Nx4xf32>',
    ],
  ])("%s pass through", (_, operation) => {
    expectRefined(plain, `  ${operation}\n  return %0 : tensor<Nx4xf32>`);
  });

  it("shardings of arguments and results pass through", () => {
    const sharding = 'sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {}]>';
    expectRefined(
      `(%x: tensor<Nx4xf32> {${sharding}}) -> (tensor<Nx4xf32> {${sharding}})`,
      "  %0 = stablehlo.negate %x : tensor<Nx4xf32>\n  return %0 : tensor<Nx4xf32>",
    );
  });

  it("bodies of named computations take what they are given", () => {
    expectRefined(
      plain,
      `  %0 = sdy.named_computation<"twice">(%x) (%y: tensor<Nx4xf32>) {
    %1 = stablehlo.add %y, %y : tensor<Nx4xf32>
    sdy.return %1 : tensor<Nx4xf32>
  } : (tensor<Nx4xf32>) -> tensor<Nx4xf32>
  return %0 : tensor<Nx4xf32>`,
    );
  });

  it("bodies of manual computations take the part that one device has, and what they give is put together", () => {
    expectRefined(
      plain,
      `  %0 = sdy.manual_computation(%x) in_shardings=[<@mesh, [{"x"}, {}]>] out_shardings=[<@mesh, [{"x"}, {}]>] manual_axes={"x"} (%y: tensor<PARTx4xf32>) {
    %1 = stablehlo.add %y, %y : tensor<PARTx4xf32>
    sdy.return %1 : tensor<PARTx4xf32>
  } : (tensor<Nx4xf32>) -> tensor<Nx4xf32>
  return %0 : tensor<Nx4xf32>`,
    );
  });

  it("rows that do not divide by the devices are refused", () => {
    const body = `  %0 = sdy.manual_computation(%x) in_shardings=[<@mesh, [{"x"}, {}]>] out_shardings=[<@mesh, [{"x"}, {}]>] manual_axes={"x"} (%y: tensor<?x4xf32>) {
    sdy.return %y : tensor<?x4xf32>
  } : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>`;
    expect(() => refine(`${mesh}\n${main("?", plain, body)}`, "tensor<5x4xf32>")).toThrow(
      "dimension 0 of operand 0, tensor<5x4xf32>, does not divide by the 2 parts of its manual axes [manual_axes_size]",
    );
  });
});

describe("sizes that follow from more than types", () => {
  const reducer = `({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = stablehlo.add %a, %b : tensor<f32>
    stablehlo.return %s : tensor<f32>
  })`;
  const channel = "channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, ";

  it.each([
    ["replicas", "", ""],
    ["devices", channel, ", use_global_device_ids"],
  ])("collectives over groups of %s make or take the parts of a whole group", (_, before, after) => {
    const gather = (from: string, to: string): string =>
      `%r = "stablehlo.all_gather"(%x) <{all_gather_dim = 1 : i64, ${before}replica_groups = dense<[[0, 1, 2, 3]]> : tensor<1x4xi64>${after}}> : (${from}) -> ${to}`;
    const scatter = (from: string, to: string): string =>
      `%r = "stablehlo.reduce_scatter"(%x) <{${before}replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, scatter_dimension = 1 : i64${after}}> ${reducer} : (${from}) -> ${to}`;
    for (const [line, to] of [
      [gather, "tensor<4x24xf32>"],
      [scatter, "tensor<4x3xf32>"],
    ] as const) {
      const dynamic = program(
        "%x: tensor<4x?xf32>",
        line("tensor<4x?xf32>", "tensor<4x?xf32>"),
        "tensor<4x?xf32>",
      );
      const known = program("%x: tensor<4x6xf32>", line("tensor<4x6xf32>", to), to);
      expect(refine(dynamic, "tensor<4x6xf32>")).toBe(normal(known));
    }
  });

  it("collectives over replicas and partitions depend on how many partitions there are", () => {
    const line = `%r = "stablehlo.all_gather"(%x) <{all_gather_dim = 0 : i64, ${channel}replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> : (tensor<?xf32>) -> tensor<?xf32>`;
    expect(() => refine(program("%x: tensor<?xf32>", line, "tensor<?xf32>"), "tensor<6xf32>")).toThrow(
      "the shape of what stablehlo.all_gather makes depends on data, and cannot be refined",
    );
  });

  it("a call gives its results' shapes one after the other, those of tuples too", () => {
    const call = (results: string, shapes: string): string =>
      `${sizes("a", 1, 2)}${sizes("b", 3)}${sizes("c", 4)}  %r:2 = stablehlo.custom_call @foo(%x${shapes} -> ${results}`;
    const to = (a: string, b: string, c: string): string =>
      `(tensor<${a}xf32>, tuple<tensor<${b}xi8>, tensor<${c}xf32>>)`;
    const given = `func.func @main(%x: tensor<?xf32>) -> ${to("?x?", "?", "?")} {
${call(to("?x?", "?", "?"), ", %a, %b, %c) {indices_of_shape_operands = dense<[1, 2, 3]> : tensor<3xi64>} : (tensor<?xf32>, tensor<2xi64>, tensor<1xi64>, tensor<1xi64>)")}
  return %r#0, %r#1 : ${to("?x?", "?", "?").slice(1, -1)}
}`;
    expect(refine(given, "tensor<7xf32>")).toBe(
      normal(`func.func @main(%x: tensor<7xf32>) -> ${to("1x2", "3", "4")} {
  %r:2 = stablehlo.custom_call @foo(%x) : (tensor<7xf32>) -> ${to("1x2", "3", "4")}
  return %r#0, %r#1 : ${to("1x2", "3", "4").slice(1, -1)}
}`),
    );
  });

  it("results of a function that does more than compute them are known where they are constants", () => {
    const main = (result: string, call: string): string => `module {
  func.func @main() -> ${result} {
    %t = stablehlo.create_token : !stablehlo.token
    ${call}
    return %r : ${result}
  }
  func.func private @f(%t: !stablehlo.token) -> (!stablehlo.token, tensor<1xi64>) {
    stablehlo.custom_call @seen(%t) {has_side_effect = true} : (!stablehlo.token) -> ()
    %n = stablehlo.constant dense<4> : tensor<1xi64>
    return %t, %n : !stablehlo.token, tensor<1xi64>
  }
}`;
    const call = "%u, %n = call @f(%t) : (!stablehlo.token) -> (!stablehlo.token, tensor<1xi64>)\n    ";
    const iota = "%r = stablehlo.dynamic_iota %n, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>";
    expect(refine(main("tensor<?xi32>", call + iota), "")).toBe(
      normal(main("tensor<4xi32>", `${call}%r = stablehlo.iota dim = 0 : tensor<4xi32>`)),
    );
  });
});

describe("isDynamicProgram", () => {
  const isDynamic = (type: string): boolean =>
    isDynamicProgram(parseModule(`func.func @main(%x: ${type}) -> ${type} {\n  return %x : ${type}\n}`));

  it("asks whether a size has neither a value nor a bound", () => {
    const types = [
      "tensor<4xf32>",
      "tensor<?xf32, #stablehlo.bounds<4>>",
      "tensor<?x4xf32>",
      "tensor<?x?xf32, #stablehlo.bounds<4, ?>>",
      "tensor<*xf32>",
      "!stablehlo.token",
    ];
    expect(types.map(isDynamic)).toEqual([false, false, true, true, true, false]);
  });

  it("looks into the functions that @main calls, at any depth, and into no others", () => {
    const text = (called: string) => `
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @outer(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @outer(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @${called}(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @inner(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = stablehlo.constant dense<4> : tensor<1xi64>
  %0 = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @plain(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}`;
    expect(["inner", "plain"].map((called) => isDynamicProgram(parseModule(text(called))))).toEqual([
      true,
      false,
    ]);
  });
});

it("refines a size without a bound beside one that has one", () => {
  const type = "tensor<?x?xf32, #stablehlo.bounds<4, ?>>";
  const text = program(`%x: ${type}`, `  %r = stablehlo.negate %x : ${type}`, type);
  expect(refine(text, "tensor<3x2xf32>")).toBe(
    normal(program("%x: tensor<3x2xf32>", "  %r = stablehlo.negate %x : tensor<3x2xf32>", "tensor<3x2xf32>")),
  );
});

describe("what cannot be refined", () => {
  const failure = (text: string, inputs: string): string => {
    try {
      return refine(text, inputs);
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("an assertion that is false: its own words, with its numbers", () => {
    const text = `
func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x4xf32>) -> tensor<i32>
  %two = stablehlo.constant dense<2> : tensor<i32>
  %ok = stablehlo.compare GE, %n, %two, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
  stablehlo.custom_call @shape_assertion(%ok, %n, %two) {error_message = "n must be {1}, is {0}", has_side_effect = true} : (tensor<i1>, tensor<i32>, tensor<i32>) -> ()
  return %x : tensor<?x4xf32>
}`;
    expect(failure(text, "tensor<1x4xf32>")).toBe("refine error: n must be 2, is 1\n  at:       -:6:3");
  });

  it("a size that is data: the op and its line", () => {
    const text = program(
      "%s: tensor<1xi64>",
      "  %r = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>",
      "tensor<?xi32>",
    );
    expect(failure(text, "tensor<1xi64>")).toBe(
      [
        "refine error: the shape of what stablehlo.dynamic_iota makes depends on data, and cannot be refined",
        "  expected: sizes that follow from the shapes of @main's inputs",
        "  got:      tensor<?xi32>",
        "  at:       -:3:8",
      ].join("\n"),
    );
  });

  it("a result of unknown rank, and one whose bounds leave a size open", () => {
    const failureOf = (type: string) =>
      failure(
        program(
          "%x: tensor<?xf32>",
          `  %r = stablehlo.custom_call @mine(%x) : (tensor<?xf32>) -> ${type}`,
          type,
        ),
        "tensor<4xf32>",
      );
    for (const type of ["tensor<*xf32>", "tensor<?x?xf32, #stablehlo.bounds<4, ?>>"])
      expect(failureOf(type)).toBe(
        [
          "refine error: the shape of what custom_call @mine makes depends on data, and cannot be refined",
          "  expected: sizes that follow from the shapes of @main's inputs",
          `  got:      ${type}`,
          "  at:       -:3:8",
        ].join("\n"),
      );
  });

  it("inputs that @main does not take", () => {
    expect(failure(twoShapes, "tensor<3x1xf32>, tensor<4xf32>")).toBe(
      [
        "refine error: @main takes other inputs",
        "  expected: tensor<?xf32>, tensor<?xf32>",
        "  got:      tensor<3x1xf32>, tensor<4xf32>",
      ].join("\n"),
    );
  });

  it("inputs that are no types", () => {
    expect(failure(twoShapes, "tensor<?xf32>, tensor<4xf32>")).toMatch(
      /^usage error: an input of refine-shapes is not valid\n {2}expected: .*\n {2}got: {6}tensor<\?xf32>$/,
    );
  });
});

it("a program gives the same for the same inputs before and after", () => {
  const inputs = [
    [1, 2, 6],
    [1, 5],
  ].map((values) => elementsFromNumbers(tensorType([values.length], "f32"), values));
  const module = parseModule(twoShapes);
  const before = interpretFunction(module, "main", inputs);
  refineShapes(
    module,
    inputs.map(({ type }) => type),
  );
  const after = interpretFunction(module, "main", inputs);
  expect([before, after].map(([result]) => numberAt(result!, 0))).toEqual([6, 6]);
});
