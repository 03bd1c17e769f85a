import { describe, expect, it } from "vitest";
import { griffinOps } from "../../src/ir/ops/griffin.js";
import { nnOps } from "../../src/ir/ops/nn.js";
import { parseModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { GriffinError } from "../../src/support/errors.js";

/** The attributes of a selective scan [b, t, c] over states n, some of them others. */
const selective = (changed: Readonly<Record<string, string>> = {}): string =>
  Object.entries({
    a_dims: "array<i64: 2, 3>",
    axis: "1 : i64",
    b_dims: "array<i64: 0, 1, 3>",
    c_dims: "array<i64: 0, 1, 3>",
    delta_dims: "array<i64: 0, 1, 2>",
    segment_dims: "array<i64: 0, 1>",
    states: "1 : i64",
    ...changed,
  })
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ");

/** One op of each kind whose operands fit. */
const fitting: Readonly<
  Record<
    string,
    {
      readonly operands: readonly string[];
      readonly attributes?: string;
      readonly results: readonly string[];
    }
  >
> = {
  linear_scan: {
    operands: ["2x5x4xf32", "2x5x4xf32", "2x4xf32"],
    attributes: "axis = 1 : i64",
    results: ["2x5x4xf32", "2x4xf32"],
  },
  causal_conv1d: {
    operands: ["2x5x4xf32", "4x4xf32", "4xf32", "2x5xi32", "2x3x4xf32"],
    attributes: "axis = 1 : i64",
    results: ["2x5x4xf32", "2x3x4xf32"],
  },
  causal_conv1d_gradient: {
    operands: ["2x5x4xf32", "4x4xf32", "4xf32", "2x5xi32", "2x3x4xf32", "2x5x4xf32"],
    attributes: "axis = 1 : i64",
    results: ["2x5x4xf32", "4x4xf32", "4xf32", "2x3x4xf32"],
  },
  shift_rows: {
    operands: ["2x5x4xf32", "2x1x4xf32"],
    attributes: "axis = 1 : i64",
    results: ["2x5x4xf32"],
  },
  attention: {
    operands: ["2x5x6x4xf32", "2x5x3x4xf32", "2x5x3x4xf32", "2x5xi32", "2x8x3x4xf32", "2x8x3x4xf32", "2xi32"],
    attributes: "scale = 0.5 : f32",
    results: ["2x5x6x4xf32"],
  },
  kv_cache_update: { operands: ["2x8x4xf32", "2x5x4xf32", "2x5xi32"], results: ["2x8x4xf32"] },
  selective_scan: {
    operands: ["2x5x4xf32", "2x5x4xf32", "4x3xf32", "2x5x3xf32", "2x5x3xf32", "2x5xi32", "2x4x3xf32"],
    attributes: selective(),
    results: ["2x5x4xf32", "2x4x3xf32"],
  },
  linear_attention: {
    operands: ["2x5x4xf32", "2x5x4xf32", "2x3x5x6xf32", "2x3x5x1xf32", "2x3x4x6xf32"],
    results: ["2x3x5x6xf32", "2x3x4x6xf32"],
  },
  delta_rule: {
    operands: [
      "2x5x4xf32",
      "2x5x4xf32",
      "2x3x5x6xf32",
      "2x3x5x4xf32",
      "2x3x5x4xf32",
      "2x3x5x4xf32",
      "2x3x4x6xf32",
    ],
    results: ["2x3x5x6xf32", "2x3x4x6xf32"],
  },
  block_diagonal_dot: { operands: ["2x5x4xf32", "2x2x3xf32"], results: ["2x5x6xf32"] },
  rms_norm: {
    operands: ["2x5x4xf32", "4xf32"],
    attributes: "epsilon = 1.0e-6 : f32, offset = 1.0 : f32",
    results: ["2x5x4xf32"],
  },
  rotary: {
    operands: ["2x5x3x4xf32", "2x5xi32"],
    attributes: "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 0, 1>",
    results: ["2x5x3x4xf32"],
  },
  gelu_tanh: { operands: ["2x5x4xf32"], results: ["2x5x4xf32"] },
  softplus: { operands: ["2x5x4xf32"], results: ["2x5x4xf32"] },
  to_strided: {
    operands: ["2x6x4xf32"],
    attributes: "axis = 1 : i64, factor = 3 : i64",
    results: ["2x6x4xf32"],
  },
  to_ordered: {
    operands: ["2x6x4xi32"],
    attributes: "axis = 0 : i64, factor = 2 : i64",
    results: ["2x6x4xi32"],
  },
  rg_lru_gates: {
    operands: ["2x5x4xf32", "2x5x8xf32", "2x4xf32", "4xf32", "2x5xi1"],
    attributes: "heads = 2 : i64",
    results: ["2x5x4xf32", "2x5x4xf32"],
  },
};

const fullName = (name: string): string => (name === "rg_lru_gates" ? "griffin." : "nn.") + name;

/** What the verifier says to an op, some of whose operands have other types. */
function verdict(
  name: string,
  changed: Readonly<Record<number, string>> = {},
  attributes?: string,
  resultTypes = fitting[name]!.results,
): string {
  const fits = fitting[name]!;
  const types = fits.operands.map((type, i) => `tensor<${changed[i] ?? type}>`);
  const results = resultTypes.map((type) => `tensor<${type}>`).join(", ");
  const values = types.map((_, i) => `%${i}`).join(", ");
  const attached = attributes ?? fits.attributes;
  const text = `func.func @main(${types.map((type, i) => `%${i}: ${type}`).join(", ")}) {
  %r:${fits.results.length} = "${fullName(name)}"(${values})${attached === undefined ? "" : ` <{${attached}}>`} : (${types.join(", ")}) -> (${results})
  return
}`;
  try {
    verifyModule(parseModule(text));
    return "valid";
  } catch (error) {
    if (error instanceof GriffinError) return error.details.message;
    throw error;
  }
}

describe("every op of a model", () => {
  it("has a fitting example here", () => {
    expect(Object.keys(fitting).map((name) => fullName(name))).toEqual(
      [...nnOps, ...griffinOps].map(({ name }) => name),
    );
  });

  it.each(Object.keys(fitting))("%s is valid when its operands fit", (name) => {
    expect(verdict(name)).toBe("valid");
  });
});

describe("other forms of an op", () => {
  it.each([
    ["linear_scan", ["5x4xf32", "5x4xf32", "4xf32"], "axis = 0 : i64"],
    ["linear_scan", ["5xf32", "5xf32", "f32"], "axis = 0 : i64"],
    ["linear_scan", ["2x5x4x8xf32", "2x5x4x8xf32", "2x4x8xf32"], "axis = 1 : i64"],
    ["linear_scan", ["2x4x5xbf16", "2x4x5xbf16", "2x4xf32"], "axis = 2 : i64"],
    [
      "selective_scan",
      ["5xf32", "f32", "3xf32", "5x3xf32", "3xbf16", "i32", "3xf32"],
      selective({
        axis: "0 : i64",
        delta_dims: "array<i64>",
        a_dims: "array<i64: 1>",
        b_dims: "array<i64: 0, 1>",
        c_dims: "array<i64: 1>",
        segment_dims: "array<i64>",
      }),
    ],
    ["causal_conv1d", ["5x4xf32", "4x2xf32", "4xf32", "5xi32", "1x4xf32"], "axis = 0 : i64"],
    ["causal_conv1d", ["2x5x3x4xf32", "4x2xf32", "4xf32", "2x5x3xi32", "2x5x1x4xf32"], "axis = 2 : i64"],
    ["shift_rows", ["5xi32", "5xi32"], "axis = 0 : i64, reverse"],
    ["shift_rows", ["2x6x4xi1", "2x0x4xi1"], "axis = 1 : i64, strided = 3 : i64"],
    [
      "attention",
      ["2x5x6x4xf32", "2x5x4xf32", "2x5x4xf32", "2x5xi32", "2x8x4xf32", "2x8x4xf32", "2xi32"],
      undefined,
    ],
    [
      "attention",
      ["2x5x6x4xf32", "2x5x4xf32", "2x5x4xf32", "2x5xi32", "2x0x4xf32", "2x0x4xf32", "2xi32"],
      "growing, scale = 0.5 : f32, soft_cap = 2.0 : f32",
    ],
    ["kv_cache_update", ["2x8xf32", "2x5xf32", "2x5xi32"], undefined],
    ["kv_cache_update", ["2x8xf32", "2x5xf32", "2x5xi32"], "growing"],
    ["kv_cache_update", ["2x8x3x4xf32", "2x5x3x4xf32", "2x5xi32"], undefined],
    ["rotary", ["4xf32", "i32"], "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64>"],
    ["rotary", ["2x3x5x4xf32", "5xi32"], "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 2>"],
  ] as const)("%s of %j is valid", (name, types, attributes) => {
    const changed = Object.fromEntries(types.map((type, i) => [i, type]));
    const results = { linear_scan: [0, 2], causal_conv1d: [0, 4], selective_scan: [0, 6] }[
      name as string
    ] ?? [0];
    expect(
      verdict(
        name,
        changed,
        attributes,
        results.map((i) => types[i]!),
      ),
    ).toBe("valid");
  });
});

describe("what does not fit is named", () => {
  it.each([
    ["linear_scan", { 0: "f32", 1: "f32" }, "x must have an axis or more, got tensor<f32> [x_rank]"],
    [
      "linear_scan",
      { 1: "2x6x4xf32" },
      "a must be like x, tensor<2x5x4xf32>, got tensor<2x6x4xf32> [a_type]",
    ],
    [
      "linear_scan",
      { 1: "2x5x4xbf16" },
      "a must be like x, tensor<2x5x4xf32>, got tensor<2x5x4xbf16> [a_type]",
    ],
    ["linear_scan", { 2: "2x5xf32" }, "h0 must be [2, 4], got tensor<2x5xf32> [h0_shape]"],
    ["linear_scan", { 2: "2x4xbf16" }, "h0 must hold f32, got tensor<2x4xbf16> [h0_element]"],
    ["linear_scan", { 0: "2x5x4xi32" }, 'operand "x" cannot be tensor<2x5x4xi32> [operand_type]'],
    ["rg_lru_gates", { 0: "10x4xf32" }, "x must have 3 axes, got tensor<10x4xf32> [x_rank]"],
    ["rg_lru_gates", { 1: "2x5x4xf32" }, "z must be [2, 5, 8], got tensor<2x5x4xf32> [z_shape]"],
    ["rg_lru_gates", { 2: "8xf32" }, "bias must be [2, 4], got tensor<8xf32> [bias_shape]"],
    ["rg_lru_gates", { 3: "8xf32" }, "log_decay must be [4], got tensor<8xf32> [log_decay_shape]"],
    ["rg_lru_gates", { 4: "2xi1" }, "reset must be [2, 5], got tensor<2xi1> [reset_shape]"],
    ["rg_lru_gates", { 4: "2x5xi32" }, 'operand "reset" cannot be tensor<2x5xi32> [operand_type]'],
    ["block_diagonal_dot", { 1: "4x3xf32" }, "w must have 3 axes, got tensor<4x3xf32> [w_rank]"],
    [
      "block_diagonal_dot",
      { 0: "2x5x6xf32" },
      "the last axis of x must be 2 blocks of 2, got tensor<2x5x6xf32> [x_blocks]",
    ],
    ["block_diagonal_dot", { 1: "2x2x3xbf16" }, "w must hold f32, got tensor<2x2x3xbf16> [w_element]"],
    ["causal_conv1d", { 0: "4xf32" }, "x must have 2 axes or more, got tensor<4xf32> [x_rank]"],
    ["causal_conv1d", { 1: "4xf32" }, "w must have 2 axes, got tensor<4xf32> [w_rank]"],
    ["causal_conv1d", { 1: "3x4xf32" }, "w must be [4, 4], got tensor<3x4xf32> [w_shape]"],
    ["causal_conv1d", { 1: "4x0xf32", 4: "2x0x4xf32" }, "w must have a tap, got tensor<4x0xf32> [taps]"],
    ["causal_conv1d", { 2: "5xf32" }, "bias must be [4], got tensor<5xf32> [bias_shape]"],
    [
      "causal_conv1d",
      { 3: "5x2xi32" },
      "segment_pos must be [2, 5], got tensor<5x2xi32> [segment_pos_shape]",
    ],
    ["causal_conv1d", { 4: "2x4x4xf32" }, "tail must be [2, 3, 4], got tensor<2x4x4xf32> [tail_shape]"],
    ["causal_conv1d", { 1: "4x4xbf16" }, "w must hold f32, got tensor<4x4xbf16> [w_element]"],
    ["causal_conv1d", { 2: "4xbf16" }, "bias must hold f32, got tensor<4xbf16> [bias_element]"],
    ["causal_conv1d", { 4: "2x3x4xbf16" }, "tail must hold f32, got tensor<2x3x4xbf16> [tail_element]"],
    [
      "causal_conv1d_gradient",
      { 4: "2x4x4xf32" },
      "tail must be [2, 3, 4], got tensor<2x4x4xf32> [tail_shape]",
    ],
    [
      "causal_conv1d_gradient",
      { 5: "2x5x4xbf16" },
      "g must be like x, tensor<2x5x4xf32>, got tensor<2x5x4xbf16> [g_type]",
    ],
    ["shift_rows", { 0: "f32" }, "x must have an axis or more, got tensor<f32> [x_rank]"],
    ["shift_rows", { 1: "2x4xf32" }, "edge must have 3 axes, got tensor<2x4xf32> [edge_rank]"],
    ["shift_rows", { 1: "2x6x4xf32" }, "edge must have at most the 5 rows of x, got 6 [edge_rows]"],
    ["shift_rows", { 1: "2x1x3xf32" }, "edge must be [2, 1, 4], got tensor<2x1x3xf32> [edge_shape]"],
    ["shift_rows", { 1: "2x1x4xbf16" }, "edge must hold f32, got tensor<2x1x4xbf16> [edge_element]"],
    ["attention", { 0: "2x5x4xf32" }, "q must have 4 axes, got tensor<2x5x4xf32> [q_rank]"],
    [
      "attention",
      { 1: "2x5x4x4xf32" },
      "the 6 heads of q must be a multiple of those of k, tensor<2x5x4x4xf32> [kv_heads]",
    ],
    [
      "attention",
      { 1: "2x5x0x4xf32" },
      "the 6 heads of q must be a multiple of those of k, tensor<2x5x0x4xf32> [kv_heads]",
    ],
    ["attention", { 1: "2x6x3x4xf32" }, "k must be [2, 5, 3, 4], got tensor<2x6x3x4xf32> [k_shape]"],
    ["attention", { 1: "2x6x4xf32" }, "k must be [2, 5, 4], got tensor<2x6x4xf32> [k_shape]"],
    ["attention", { 2: "2x6x3x4xf32" }, "v must be [2, 5, 3, 4], got tensor<2x6x3x4xf32> [v_shape]"],
    ["attention", { 3: "2xi32" }, "segment_pos must be [2, 5], got tensor<2xi32> [segment_pos_shape]"],
    ["attention", { 4: "2x8x4xf32" }, "cache_k must have 4 axes, got tensor<2x8x4xf32> [cache_k_rank]"],
    [
      "attention",
      { 4: "2x8x3x6xf32" },
      "cache_k must be [2, 8, 3, 4], got tensor<2x8x3x6xf32> [cache_k_shape]",
    ],
    [
      "attention",
      { 5: "2x9x3x4xf32" },
      "cache_v must be [2, 8, 3, 4], got tensor<2x9x3x4xf32> [cache_v_shape]",
    ],
    ["attention", { 6: "i32" }, "num_tokens must be [2], got tensor<i32> [num_tokens_shape]"],
    ["attention", { 1: "2x5x3x4xbf16" }, "k must hold f32, got tensor<2x5x3x4xbf16> [k_element]"],
    ["attention", { 2: "2x5x3x4xbf16" }, "v must hold f32, got tensor<2x5x3x4xbf16> [v_element]"],
    ["attention", { 4: "2x8x3x4xbf16" }, "cache_k must hold f32, got tensor<2x8x3x4xbf16> [cache_k_element]"],
    ["attention", { 5: "2x8x3x4xbf16" }, "cache_v must hold f32, got tensor<2x8x3x4xbf16> [cache_v_element]"],
    [
      "attention",
      { 4: "2x0x3x4xf32", 5: "2x0x3x4xf32" },
      "the window must have a slot, got tensor<2x0x3x4xf32> [window]",
    ],
    ["kv_cache_update", { 0: "8xf32" }, "cache must have 2 axes or more, got tensor<8xf32> [cache_rank]"],
    ["kv_cache_update", { 0: "2x0x4xf32" }, "the window must have a slot, got tensor<2x0x4xf32> [window]"],
    [
      "kv_cache_update",
      { 1: "2x0x4xf32" },
      "there must be a row to write, got tensor<2x0x4xf32> [rows_count]",
    ],
    ["kv_cache_update", { 1: "5x4xf32" }, "rows must have 3 axes, got tensor<5x4xf32> [rows_rank]"],
    ["kv_cache_update", { 1: "2x5x6xf32" }, "rows must be [2, 5, 4], got tensor<2x5x6xf32> [rows_shape]"],
    ["kv_cache_update", { 1: "2x5x4xbf16" }, "rows must hold f32, got tensor<2x5x4xbf16> [rows_element]"],
    [
      "kv_cache_update",
      { 2: "2x4xi32" },
      "segment_pos must be [2, 5], got tensor<2x4xi32> [segment_pos_shape]",
    ],
    ["linear_attention", { 0: "5x4xf32" }, "query must have 3 axes, got tensor<5x4xf32> [query_rank]"],
    ["linear_attention", { 1: "2x6x4xf32" }, "key must be [2, 5, 4], got tensor<2x6x4xf32> [key_shape]"],
    ["linear_attention", { 1: "2x5x4xbf16" }, "key must hold f32, got tensor<2x5x4xbf16> [key_element]"],
    ["linear_attention", { 2: "2x5x6xf32" }, "value must have 4 axes, got tensor<2x5x6xf32> [value_rank]"],
    [
      "linear_attention",
      { 2: "2x3x6x6xf32" },
      "value must be [2, 3, 5, 6], got tensor<2x3x6x6xf32> [value_shape]",
    ],
    [
      "linear_attention",
      { 3: "2x3x5xf32" },
      "log_decay must have 4 axes, got tensor<2x3x5xf32> [log_decay_rank]",
    ],
    [
      "linear_attention",
      { 3: "2x3x5x2xf32" },
      "log_decay must have one number a token, or one for each of the 4 channels of a key, got tensor<2x3x5x2xf32> [decays]",
    ],
    [
      "linear_attention",
      { 3: "2x1x5x1xf32" },
      "log_decay must be [2, 3, 5, 1], got tensor<2x1x5x1xf32> [log_decay_shape]",
    ],
    [
      "linear_attention",
      { 3: "2x3x5x1xbf16" },
      "log_decay must hold f32, got tensor<2x3x5x1xbf16> [log_decay_element]",
    ],
    [
      "linear_attention",
      { 4: "2x3x6x4xf32" },
      "state must be [2, 3, 4, 6], got tensor<2x3x6x4xf32> [state_shape]",
    ],
    [
      "linear_attention",
      { 4: "2x3x4x6xbf16" },
      "state must hold f32, got tensor<2x3x4x6xbf16> [state_element]",
    ],
    ["delta_rule", { 4: "2x3x5x1xf32" }, "read must be [2, 3, 5, 4], got tensor<2x3x5x1xf32> [read_shape]"],
    ["delta_rule", { 5: "2x5x4xf32" }, "write must be [2, 3, 5, 4], got tensor<2x5x4xf32> [write_shape]"],
    ["delta_rule", { 5: "2x3x5x4xbf16" }, "write must hold f32, got tensor<2x3x5x4xbf16> [write_element]"],
    ["selective_scan", { 0: "2x5x3xf32" }, "x must be [2, 5, 4], got tensor<2x5x3xf32> [x_shape]"],
    ["selective_scan", { 1: "2x5xf32" }, "delta must be [2, 5, 4], got tensor<2x5xf32> [delta_shape]"],
    ["selective_scan", { 2: "3x4xf32" }, "a must be [4, 3], got tensor<3x4xf32> [a_shape]"],
    ["selective_scan", { 3: "2x5x4xf32" }, "b must be [2, 5, 3], got tensor<2x5x4xf32> [b_shape]"],
    ["selective_scan", { 4: "2x6x3xf32" }, "c must be [2, 5, 3], got tensor<2x6x3xf32> [c_shape]"],
    ["selective_scan", { 5: "2xi32" }, "segment_pos must be [2, 5], got tensor<2xi32> [segment_pos_shape]"],
    ["selective_scan", { 6: "f32" }, "h0 must have an axis or more, got tensor<f32> [h0_rank]"],
    ["selective_scan", { 6: "2x4x3xbf16" }, "h0 must hold f32, got tensor<2x4x3xbf16> [h0_element]"],
    [
      "selective_scan",
      { 6: "2x4x3x3xf32" },
      "x must have the 3 axes of h0 that are no states and time at one of its places, got tensor<2x5x4xf32> and axis 1 [axis]",
    ],
    ["selective_scan", { 0: "2x5x4xi32" }, 'operand "x" cannot be tensor<2x5x4xi32> [operand_type]'],
    ["rms_norm", { 0: "f32", 1: "f32" }, "x must have an axis or more, got tensor<f32> [x_rank]"],
    ["rms_norm", { 1: "5xf32" }, "scale must be [4], got tensor<5xf32> [scale_shape]"],
    ["rms_norm", { 1: "4xbf16" }, "scale must hold f32, got tensor<4xbf16> [scale_element]"],
    ["rotary", { 0: "f32" }, "x must have an axis or more, got tensor<f32> [x_rank]"],
    ["rotary", { 1: "5x2xi32" }, "position must be [2, 5], got tensor<5x2xi32> [position_shape]"],
    ["to_strided", { 0: "2x5x4xf32" }, "factor must divide the 5 rows, got 3 [factor]"],
    ["to_strided", { 0: "6xf32" }, "axis must be one of tensor<6xf32>, got 1 [axis]"],
    ["to_ordered", { 0: "f32" }, "axis must be one of tensor<f32>, got 0 [axis]"],
    ["to_ordered", { 0: "3x2xi32" }, "factor must divide the 3 rows, got 2 [factor]"],
    ["gelu_tanh", { 0: "2x5x4xi32" }, 'operand "x" cannot be tensor<2x5x4xi32> [operand_type]'],
    ["softplus", { 0: "2x5x4xi1" }, 'operand "x" cannot be tensor<2x5x4xi1> [operand_type]'],
  ] as const)("%s with %j", (name, changed, message) => {
    expect(verdict(name, changed)).toBe(`${fullName(name)}: ${message}`);
  });

  it.each([
    ["rg_lru_gates", "heads = 3 : i64", "3 heads must divide the recurrence width 4 [heads]"],
    ["rg_lru_gates", "heads = 0 : i64", "0 heads must divide the recurrence width 4 [heads]"],
    [
      "linear_scan",
      "axis = 3 : i64",
      "axis must be one of the first 3 of x, tensor<2x5x4xf32>, got 3 [axis]",
    ],
    [
      "linear_scan",
      "axis = -1 : i64",
      "axis must be one of the first 3 of x, tensor<2x5x4xf32>, got -1 [axis]",
    ],
    [
      "causal_conv1d",
      "axis = 2 : i64",
      "axis must be one of the first 2 of x, tensor<2x5x4xf32>, got 2 [axis]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 1, 0>",
      "position_dims must be axes of tensor<2x5x3x4xf32> before its last, each after the other, got [1, 0] [position_dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 0, 3>",
      "position_dims must be axes of tensor<2x5x3x4xf32> before its last, each after the other, got [0, 3] [position_dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: -1, 0>",
      "position_dims must be axes of tensor<2x5x3x4xf32> before its last, each after the other, got [-1, 0] [position_dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 0>",
      "position must be [2], got tensor<2x5xi32> [position_shape]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 3 : i64, position_dims = array<i64: 0, 1>",
      "dims must be even and at most the last axis of tensor<2x5x3x4xf32>, got 3 [dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 6 : i64, position_dims = array<i64: 0, 1>",
      "dims must be even and at most the last axis of tensor<2x5x3x4xf32>, got 6 [dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 0 : i64, position_dims = array<i64: 0, 1>",
      "dims must be even and at most the last axis of tensor<2x5x3x4xf32>, got 0 [dims]",
    ],
    [
      "rotary",
      "base = 1.0e4 : f32, dims = 2 : i64, position_dims = array<i64: 0, 1>, scaling = [1.0 : f32, 0.5 : f32]",
      "scaling must have 1 numbers, one a pair, got 2 [scaling]",
    ],
    ["attention", "scale = 0.5 : f32, soft_cap = -1.0 : f32", "soft_cap must be above 0, got -1 [soft_cap]"],
    [
      "selective_scan",
      selective({ axis: "3 : i64" }),
      "x must have the 2 axes of h0 that are no states and time at one of its places, got tensor<2x5x4xf32> and axis 3 [axis]",
    ],
    [
      "selective_scan",
      selective({ states: "0 : i64" }),
      "states must count one or more of the axes of h0, tensor<2x4x3xf32>, got 0 [states]",
    ],
    [
      "selective_scan",
      selective({ states: "4 : i64" }),
      "states must count one or more of the axes of h0, tensor<2x4x3xf32>, got 4 [states]",
    ],
    [
      "selective_scan",
      selective({ b_dims: "array<i64: 1, 0, 3>" }),
      "b_dims must be some of the first 4 axes of [2, 5, 4, 3], each after the other, got [1, 0, 3] [b_dims]",
    ],
    [
      "selective_scan",
      selective({ segment_dims: "array<i64: 0, 3>" }),
      "segment_dims must be some of the first 3 axes of [2, 5, 4, 3], each after the other, got [0, 3] [segment_dims]",
    ],
    ["to_strided", "axis = 3 : i64, factor = 1 : i64", "axis must be one of tensor<2x6x4xf32>, got 3 [axis]"],
    ["to_strided", "axis = 1 : i64, factor = 0 : i64", "factor must divide the 6 rows, got 0 [factor]"],
  ])("%s with %s", (name, attributes, message) => {
    expect(verdict(name, {}, attributes)).toBe(`${fullName(name)}: ${message}`);
  });
});

describe("rows in the strided layout", () => {
  it.each([
    ["linear_scan", "axis = 1 : i64, strided = 5 : i64"],
    ["causal_conv1d", "axis = 1 : i64, strided = 1 : i64"],
    ["attention", "scale = 0.5 : f32, strided = 5 : i64"],
  ])("%s takes strided slices of equal size", (name, attributes) => {
    expect(verdict(name, {}, attributes)).toBe("valid");
  });

  it.each([
    ["linear_scan", "axis = 1 : i64, strided = 2 : i64", 2],
    ["causal_conv1d", "axis = 1 : i64, strided = 0 : i64", 0],
    ["attention", "scale = 0.5 : f32, strided = 3 : i64", 3],
  ])("%s refuses others", (name, attributes, factor) => {
    expect(verdict(name, {}, attributes)).toBe(
      `${fullName(name)}: strided must divide the 5 tokens, got ${factor} [strided]`,
    );
  });
});
