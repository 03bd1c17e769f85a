/**
 * @file Absent attributes: VHLO has no optional ones, so that what the op table says of their absence is written out.
 */
import { isDeepStrictEqual } from "node:util";
import { findOp } from "../ops/index.js";

type Values = Readonly<Record<string, unknown>>;

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** The value that an absent attribute of `operation` stands for; undefined when it must be given. */
export function defaultOf(operation: string, name: string, attributes: Values): unknown {
  const kind = findOp(operation)?.attributes[name];
  if (kind?.optional !== true) return undefined;
  return kind.defaultValue ?? kind.absentAs?.(attributes);
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
