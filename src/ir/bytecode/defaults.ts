/**
 * @file Absent attributes: VHLO has no optional ones, so that what the op table says of their absence is written out.
 */
import { sameValue } from "../../support/same-value.js";
import { findOp } from "../ops/index.js";

type Values = Readonly<Record<string, unknown>>;

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** The value that an absent attribute of `operation` stands for; undefined when it must be given. */
export function defaultOf(operation: string, name: string, attributes: Values): unknown {
  const kind = findOp(operation)?.attributes[name];
  if (kind?.optional !== true) return undefined;
  return kind.defaultValue ?? kind.absentAs?.(attributes);
}

/** Whether a value says no more than its absence would. */
export function isDefault(operation: string, name: string, value: unknown, attributes: Values): boolean {
  const other = { operand_layouts: "result_layouts", result_layouts: "operand_layouts" }[name];
  if (other !== undefined && lengthOf(attributes[other]) > 0) return false;
  const absent = defaultOf(operation, name, attributes);
  return absent !== undefined && sameValue(value, absent);
}
