/** @file For tests: one op of each kind of a model, and what the verifier says to others of its kind. */
import { expect, it } from "vitest";
import { parseModule } from "../../../../src/ir/text/index.js";
import { verifyModule } from "../../../../src/ir/verify.js";
import { GriffinError } from "../../../../src/support/errors.js";

/** The attributes of a selective scan [b, t, c] over states n, some of them others. */
export const selective = (changed: Readonly<Record<string, string>> = {}): string =>
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
export const fitting: Readonly<
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

/** With its dialect. */
export const fullName = (name: string): string => (name === "rg_lru_gates" ? "griffin." : "nn.") + name;

/** What the verifier says to an op, some of whose operands have other types. */
export function verdict(
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

/** A test for each op with other types of operands, its results by the operands they are like. */
export const testForms = (
  forms: readonly (readonly [name: string, types: readonly string[], attributes: string | undefined])[],
): void =>
  it.each(forms)("%s of %j is valid", (name, types, attributes) => {
    const changed = Object.fromEntries(types.map((type, i) => [i, type]));
    const results = { linear_scan: [0, 2], causal_conv1d: [0, 4], selective_scan: [0, 6] }[name] ?? [0];
    expect(
      verdict(
        name,
        changed,
        attributes,
        results.map((i) => types[i]!),
      ),
    ).toBe("valid");
  });

/** A test for each op of which some operands do not fit. */
export const testOperands = (
  refused: readonly (readonly [name: string, changed: Readonly<Record<number, string>>, message: string])[],
): void =>
  it.each(refused)("%s with %j", (name, changed, message) => {
    expect(verdict(name, changed)).toBe(`${fullName(name)}: ${message}`);
  });

/** A test for each op whose attributes do not fit. */
export const testAttributes = (
  refused: readonly (readonly [name: string, attributes: string, message: string])[],
): void =>
  it.each(refused)("%s with %s", (name, attributes, message) => {
    expect(verdict(name, {}, attributes)).toBe(`${fullName(name)}: ${message}`);
  });
