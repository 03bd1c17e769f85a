/** @file Cases of the nn and griffin dialects, which compute in f32: their slopes are told less exactly. */
import { type Case, drawn, type Input, one } from "./case.js";

const typeOf = (input: Input): string => (typeof input === "string" ? input.split(":")[0]! : input.type);

/** An op over all of the inputs. */
const model = (
  op: string,
  inputs: readonly Input[],
  results: readonly string[],
  attributes: string,
  options: Partial<Case> = {},
): Case => {
  const operands = inputs.map((_, i) => `%a${i}`).join(", ");
  const given = inputs.map((input) => `tensor<${typeOf(input)}>`).join(", ");
  const made = results.map((type) => `tensor<${type}>`).join(", ");
  const names = results.map((_, i) => `%r${i === 0 ? "" : i}`).join(", ");
  const body = `  ${names} = "${op}"(${operands}) ${attributes} : (${given}) -> (${made})`;
  return one(op, inputs, results, body, { tolerance: 5e-3, step: 1e-2, ...options });
};

const scan = (attributes: string, type = "2x5x3xf32", carry = "2x3xf32"): Case =>
  model(
    "nn.linear_scan",
    [drawn(type), drawn(type, 0.1, 1), drawn(carry)],
    [type, carry],
    `<{${attributes}}>`,
  );

/** Positions of tokens: documents of the given lengths, the first continued from `before`. */
const positions = (lengths: readonly number[], before = 0): string =>
  lengths.flatMap((length, i) => Array.from({ length }, (_, at) => at + (i === 0 ? before : 0))).join(" ");

export const modelCases: readonly Case[] = [
  model(
    "griffin.rg_lru_gates",
    [
      drawn("2x3x4xf32"),
      drawn("2x3x8xf32"),
      drawn("2x4xf32"),
      drawn("4xf32", -2, -0.5),
      "2x3xi1: 1 0 0 0 1 0",
    ],
    ["2x3x4xf32", "2x3x4xf32"],
    "<{heads = 2 : i64}>",
  ),
  model("nn.block_diagonal_dot", [drawn("2x3x4xf32"), drawn("2x2x3xf32")], ["2x3x6xf32"], ""),
  model(
    "nn.causal_conv1d",
    [
      drawn("2x5x3xf32"),
      drawn("3x4xf32"),
      drawn("3xf32"),
      `2x5xi32: ${positions([5], 7)} ${positions([2, 3])}`,
      drawn("2x3x3xf32"),
    ],
    ["2x5x3xf32", "2x3x3xf32"],
    "<{axis = 1 : i64}>",
  ),
  model(
    "nn.causal_conv1d_gradient",
    [
      drawn("2x5x3xf32"),
      drawn("3x4xf32"),
      drawn("3xf32"),
      `2x5xi32: ${positions([5], 7)} ${positions([2, 3])}`,
      drawn("2x3x3xf32"),
      drawn("2x5x3xf32"),
    ],
    ["2x5x3xf32", "3x4xf32", "3xf32", "2x3x3xf32"],
    "<{axis = 1 : i64}>",
  ),
  model("nn.shift_rows", [drawn("2x5x3xf32"), drawn("2x2x3xf32")], ["2x5x3xf32"], "<{axis = 1 : i64}>"),
  model(
    "nn.shift_rows",
    [drawn("2x4x3xf32"), drawn("2x1x3xf32")],
    ["2x4x3xf32"],
    "<{axis = 1 : i64, reverse, strided = 2 : i64}>",
  ),
  model("nn.gelu_tanh", [drawn("6xf32")], ["6xf32"], ""),
  model(
    "nn.kv_cache_update",
    [drawn("2x4x3xf32"), drawn("2x2x3xf32"), "2x2xi32: 5 6 0 1"],
    ["2x4x3xf32"],
    "",
  ),
  scan("axis = 1 : i64"),
  scan("axis = 1 : i64, reverse"),
  scan("axis = 0 : i64", "4x3xf32", "3xf32"),
  scan("axis = 1 : i64, strided = 2 : i64", "1x4x2xf32", "1x2xf32"),
  // In one chunk, decays of heads that share queries, and of their channels; in three, the delta rule.
  model(
    "nn.linear_attention",
    [
      drawn("1x3x2xf32"),
      drawn("1x3x2xf32"),
      drawn("1x2x3x2xf32"),
      drawn("1x2x3x1xf32", -1, 0),
      drawn("1x2x2x2xf32"),
    ],
    ["1x2x3x2xf32", "1x2x2x2xf32"],
    "",
  ),
  model(
    "nn.linear_attention",
    [
      drawn("1x5x2xf32"),
      drawn("1x5x2xf32"),
      drawn("1x2x5x2xf32"),
      drawn("1x2x5x2xf32", -1, 0),
      drawn("1x2x2x2xf32"),
    ],
    ["1x2x5x2xf32", "1x2x2x2xf32"],
    "",
  ),
  model(
    "nn.delta_rule",
    [
      drawn("1x66x2xf32", -1, 1),
      drawn("1x66x2xf32", -1, 1),
      drawn("1x1x66x1xf32", -1, 1),
      drawn("1x1x66x2xf32", -1, 0),
      drawn("1x1x66x2xf32", -0.5, 0.5),
      drawn("1x1x66x2xf32", -0.5, 0.5),
      drawn("1x1x2x1xf32"),
    ],
    ["1x1x66x1xf32", "1x1x2x1xf32"],
    "",
    { seeds: 1 },
  ),
  // With keys of before; all in one block.
  model(
    "nn.attention",
    [
      drawn("2x3x2x4xf32"),
      drawn("2x3x4xf32"),
      drawn("2x3x4xf32"),
      `2x3xi32: ${positions([3], 6)} ${positions([1, 2], 1)}`,
      drawn("2x3x4xf32"),
      drawn("2x3x4xf32"),
      "2xi32: 6 1",
    ],
    ["2x3x2x4xf32"],
    "<{scale = 5.000000e-01 : f32}>",
  ),
  // By bands: more tokens than a block has, two heads of keys, three documents.
  model(
    "nn.attention",
    [
      drawn("1x36x2x2xf32"),
      drawn("1x36x2x2xf32"),
      drawn("1x36x2x2xf32"),
      `1x36xi32: ${positions([30, 3, 3], 4)}`,
      drawn("1x5x2x2xf32"),
      drawn("1x5x2x2xf32"),
      "1xi32: 4",
    ],
    ["1x36x2x2xf32"],
    "<{scale = 5.000000e-01 : f32}>",
    { seeds: 1 },
  ),
  // Without a window: the cache grows, scores are capped, two documents.
  model(
    "nn.attention",
    [
      drawn("1x4x2x2xf32"),
      drawn("1x4x2xf32"),
      drawn("1x4x2xf32"),
      `1x4xi32: ${positions([3, 1], 2)}`,
      drawn("1x5x2xf32"),
      drawn("1x5x2xf32"),
      "1xi32: 2",
    ],
    ["1x4x2x2xf32"],
    "<{growing, scale = 5.000000e-01 : f32, soft_cap = 1.500000e+00 : f32}>",
    { seeds: 1 },
  ),
  model(
    "nn.rms_norm",
    [drawn("2x4xf32"), drawn("4xf32")],
    ["2x4xf32"],
    "<{epsilon = 1.000000e-02 : f32, offset = 1.000000e+00 : f32}>",
  ),
  model(
    "nn.rotary",
    [drawn("2x3x6xf32"), "2xi32: 1 5"],
    ["2x3x6xf32"],
    "<{base = 1.000000e+04 : f32, dims = 4 : i64, position_dims = array<i64: 0>}>",
  ),
  // Mamba's axes, in one stretch, with documents; then in chunks and what is left; backwards, time in the midst; decays of their own.
  model(
    "nn.selective_scan",
    [
      drawn("2x5x2xf32"),
      drawn("2x5x2xf32", 0.1, 1),
      drawn("2x3xf32", -2, -0.1),
      drawn("2x5x3xf32"),
      drawn("2x5x3xf32"),
      `2x5xi32: ${positions([5], 7)} ${positions([2, 3])}`,
      drawn("2x2x3xf32"),
    ],
    ["2x5x2xf32", "2x2x3xf32"],
    "<{a_dims = array<i64: 2, 3>, axis = 1 : i64, b_dims = array<i64: 0, 1, 3>, c_dims = array<i64: 0, 1, 3>, delta_dims = array<i64: 0, 1, 2>, segment_dims = array<i64: 0, 1>, states = 1 : i64}>",
  ),
  model(
    "nn.selective_scan",
    [
      drawn("70x1xf32"),
      drawn("70xf32", 0.1, 1),
      drawn("1x2xf32", -1, -0.1),
      drawn("70x2xf32"),
      drawn("2xf32"),
      `70xi32: ${positions([40, 30])}`,
      drawn("1x2xf32"),
    ],
    ["70x1xf32", "1x2xf32"],
    "<{a_dims = array<i64: 1, 2>, axis = 0 : i64, b_dims = array<i64: 0, 2>, c_dims = array<i64: 2>, delta_dims = array<i64: 0>, segment_dims = array<i64: 0>, states = 1 : i64}>",
    { seeds: 1, tolerance: 1e-2 },
  ),
  model(
    "nn.selective_scan",
    [
      drawn("2x4x2xf32"),
      drawn("f32", 0.5, 1),
      drawn("4x2x3xf32", -1, 0),
      drawn("2x3xf32"),
      drawn("4x2x3xf32"),
      "4xi32: 5 6 0 1",
      drawn("2x2x3xf32"),
    ],
    ["2x4x2xf32", "2x2x3xf32"],
    "<{a_dims = array<i64: 1, 2, 3>, axis = 1 : i64, b_dims = array<i64: 0, 3>, c_dims = array<i64: 1, 2, 3>, delta_dims = array<i64>, reverse, segment_dims = array<i64: 1>, states = 1 : i64}>",
  ),
  model("nn.softplus", [drawn("6xf32")], ["6xf32"], ""),
  model("nn.to_ordered", [drawn("2x6x2xf32")], ["2x6x2xf32"], "<{axis = 1 : i64, factor = 2 : i64}>"),
  model("nn.to_strided", [drawn("2x6x2xf32")], ["2x6x2xf32"], "<{axis = 1 : i64, factor = 3 : i64}>"),
];

export const shardedCases: readonly Case[] = [
  {
    op: "sdy.sharding_constraint",
    inputs: [drawn("4xf64")],
    program: `sdy.mesh @mesh = <["x"=2]>
func.func public @main(%a: tensor<4xf64>) -> tensor<4xf64> {
  %0 = sdy.sharding_constraint %a <@mesh, [{"x"}]> : tensor<4xf64>
  %1 = stablehlo.sine %0 : tensor<4xf64>
  return %1 : tensor<4xf64>
}`,
  },
];
