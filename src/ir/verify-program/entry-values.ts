/**
 * @file Attributes of what @main takes and gives that XLA's CPU client reads before it verifies anything: an order of dimensions that is none ends
 * the process where @main gives several results, as do replications that are not truth values.
 */
import { ENTRY } from "../analysis/symbols.js";
import type { Attribute } from "../attribute.js";
import type { Operation } from "../operation.js";
import { isOp } from "../ops/index.js";
import { formatType, type Type } from "../types.js";
import type { Refusal } from "./refusal.js";
import { checkFunctionValues } from "./values.js";

/** Attribute of an argument or a result of @main that says how it lies in memory: `{1,0}`, `auto`, `default`. */
export const LAYOUT = "mhlo.layout_mode";
const REPLICATION = "mhlo.parameter_replication";

/** `{1,0:T(8,128)(2,1)S(1)}`: the order and what follows it. What has no braces the client refuses by itself. */
const layout = /^\s*\{([\d,\s-]*)(?::(.*))?\}\s*$/;

/** Tiles, bits of an element, padding, memory space, kinds of levels; what else there is only sparse arrays have. */
const parts = /^\s*(?:T(?:\([\d,*\s]+\))+|[ELM]\(\s*\d+\s*\)|S\(\s*-?\d+\s*\)|D\([^)]*\)|\s)*$/;

/** A tile of no elements. */
const emptyTile = /T(?:\([^)]*\))*\((?:[^)]*,)?\s*0+\s*[,)]/;

function isLayoutOf(text: string, type: Type): boolean {
  const [, order, rest = ""] = layout.exec(text) ?? [];
  if (order === undefined || type.kind !== "tensor") return true;
  const axes = order.trim() === "" ? [] : order.split(",").map(Number);
  const sorted = [...axes].sort((a, b) => a - b);
  const isOrder = sorted.length === type.shape.length && sorted.every((axis, i) => axis === i);
  return isOrder && parts.test(rest) && !emptyTile.test(rest);
}

function checkLayout(attribute: Attribute | undefined, type: Type, whose: string): Refusal | undefined {
  if (attribute?.kind !== "string" || isLayoutOf(attribute.value, type)) return undefined;
  return {
    constraint: "layout_order",
    message: `${LAYOUT} of ${whose} is no arrangement of ${formatType(type)}`,
    expected:
      'each dimension once, from the one that varies fastest, as in "{1,0}"; then tiles of 1 or more at most',
    got: attribute.value,
    hint: 'leave it out for the usual one, or let the compiler choose by "auto"',
  };
}

/** Two truth values are kept as such; a list in a list, or a type, is read as one all the same. */
const isTruth = ({ kind }: Attribute): boolean => kind === "bool" || kind === "integer";

function checkReplication(attribute: Attribute | undefined, whose: string): Refusal | undefined {
  const wrong = attribute?.kind === "array" ? attribute.items.find((item) => !isTruth(item)) : undefined;
  if (wrong === undefined) return undefined;
  return {
    constraint: "parameter_replication",
    message: `${REPLICATION} of ${whose} has an item that is no truth value`,
    expected: "[true] or [false], or one for each leaf of a tuple",
    got: `an item of kind ${wrong.kind}`,
    hint: "leave it out: without it nothing is replicated",
  };
}

/** An attribute of an argument or a result of @main that a plugin would not survive, or undefined. */
export function checkEntryValues(operation: Operation): Refusal | undefined {
  if (!isOp(operation, "func.func") || operation.attributes.sym_name !== ENTRY) return undefined;
  return checkFunctionValues(operation, (value, type, attributes) => {
    const name = `@${ENTRY}'s ${value}`;
    return (
      checkLayout(attributes?.get(LAYOUT), type, name) ?? checkReplication(attributes?.get(REPLICATION), name)
    );
  });
}
