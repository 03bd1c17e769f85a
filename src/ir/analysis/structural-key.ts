/** @file A text that two operations share exactly when they compute the same: name, attributes, operands, types, regions. */
import { createHash } from "node:crypto";
import type { Block, Operation, Value } from "../operation.js";
import { hasTrait, isOp } from "../ops/index.js";
import { formatType } from "../types.js";

/** Attribute values as text: numbers bit-exact (-0 is not 0), bytes by their digest, object fields by name. */
function attributeKey(value: unknown): string {
  if (value instanceof Uint8Array) {
    return `bytes:${createHash("sha256").update(value).digest("base64")}`;
  }
  if (value instanceof Map) return attributeKey(Object.fromEntries(value));
  if (Array.isArray(value)) return `[${value.map(attributeKey).join()}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, field]) => field !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, field]) => `${JSON.stringify(name)}:${attributeKey(field)}`).join()}}`;
  }
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : `${typeof value}:${String(value)}`;
}

/** What keys call the values that are defined outside of an operation: each by a name of its own. */
interface ValueNames {
  of(value: Value): number | string;
}

/** Numbers values in the order they are met, so that keys can name them. */
export class ValueNumbers {
  readonly #numbers = new WeakMap<Value, number>();
  #next = 0;

  of(value: Value): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#numbers.set(value, this.#next);
    return this.#next++;
  }
}

/** Values defined inside the operation, by the order of their definition: two equal regions number theirs alike. */
type Inner = Map<Value, number>;

function blockKey(block: Block, values: ValueNames, inner: Inner): string {
  for (const argument of block.arguments) inner.set(argument, inner.size);
  const types = block.arguments.map((argument) => formatType(argument.type));
  const lines = block.operations.map((operation) => {
    const key = operationKey(operation, values, inner);
    for (const result of operation.results) inner.set(result, inner.size);
    return key;
  });
  return `(${types.join()}){${lines.join(";")}}`;
}

/** Shared by all keys, so that these constants differ in whatever order a key meets them. */
const elidedNumbers = new ValueNumbers();

/** Of constants whose elements a dump left out no two are known to be equal: each is its own. */
const identityOf = (operation: Operation): string =>
  isOp(operation, "stablehlo.constant") && !("data" in operation.attributes.value)
    ? ` elided ${elidedNumbers.of(operation.result)}`
    : "";

/** The key of an operation; outer values are named by `values`, locations and name hints do not count. */
export function operationKey(operation: Operation, values: ValueNames, inner: Inner = new Map()): string {
  const operands = operation.operands.map((operand) => {
    const local = inner.get(operand);
    return local === undefined ? `%${values.of(operand)}` : `^${local}`;
  });
  if (hasTrait(operation, "commutative")) operands.sort();
  const regions = operation.regions.map((region) =>
    region.blocks.map((block) => blockKey(block, values, inner)).join("|"),
  );
  const results = operation.results.map((result) => formatType(result.type));
  const { name, attributes, extra } = operation;
  const key = [name, operands, attributeKey(attributes), attributeKey(extra), regions, results].join(" ");
  return key + identityOf(operation);
}
