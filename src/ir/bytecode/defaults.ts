/**
 * @file What absent attributes mean: VHLO has no optional ones, so that every default is written out.
 */
import { isDeepStrictEqual } from "node:util";
import { findOp } from "../ops/index.js";
import { integerMatrix } from "../ops/kinds.js";

type Values = Readonly<Record<string, unknown>>;
type Default = (attributes: Values) => unknown;

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** Dimensions that the window of a convolution or a reduction slides along. */
function windowRank({ dimension_numbers: numbers, window_dimensions: sizes }: Values): number {
  const { input_spatial_dimensions: spatial } = (numbers ?? {}) as Values;
  return lengthOf(spatial ?? sizes);
}

const empty: Default = () => [];
const emptyString: Default = () => "";
const ones: Default = (attributes) => Array<number>(windowRank(attributes)).fill(1);
const noPadding: Default = (attributes) =>
  integerMatrix(Array<readonly number[]>(windowRank(attributes)).fill([0, 0]), 2);

/** Defaults that depend on the op, or that the op table leaves open, by attribute. */
const defaults: Readonly<Record<string, Default>> = {
  sym_visibility: emptyString,
  arg_attrs: empty,
  res_attrs: empty,
  compare_type: () => "NOTYPE",
  composite_attributes: () => new Map(),
  precision_config: () => ["DEFAULT", "DEFAULT"],
  window_strides: ones,
  base_dilations: ones,
  window_dilations: ones,
  lhs_dilation: ones,
  rhs_dilation: ones,
  window_reversal: (attributes) => Array<boolean>(windowRank(attributes)).fill(false),
  padding: noPadding,
  known_expanding_dimensions: empty,
  known_nonexpanding_dimensions: empty,
  source_target_pairs: () => ({ shape: [0], values: [] }),
  channel_handle: () => ({ handle: 0, type: 0 }),
  backend_config: ({ api_version: version }) => (version === 4 ? new Map() : ""),
  operand_layouts: empty,
  result_layouts: empty,
  result_tilings: empty,
  layout: empty,
};

/** The value that an absent attribute of `operation` stands for; undefined when it must be given. */
export function defaultOf(operation: string, name: string, attributes: Values): unknown {
  const kind = findOp(operation)?.attributes[name];
  if (kind?.optional !== true) return undefined;
  return kind.defaultValue ?? defaults[name]?.(attributes);
}

/**
 * Equality of values without attributes in them: numbers, words, lists and structs of these; and of empty
 * dictionaries.
 */
function sameValue(a: unknown, b: unknown): boolean {
  if (a instanceof Map || b instanceof Map)
    return a instanceof Map && b instanceof Map && a.size === 0 && b.size === 0;
  return isDeepStrictEqual(a, b);
}

/** Whether a value says no more than its absence would. */
export function isDefault(operation: string, name: string, value: unknown, attributes: Values): boolean {
  const other = { operand_layouts: "result_layouts", result_layouts: "operand_layouts" }[name];
  if (other !== undefined && lengthOf(attributes[other]) > 0) return false;
  const absent = defaultOf(operation, name, attributes);
  return absent !== undefined && sameValue(value, absent);
}
