/**
 * @file Shardings of several values: `mhlo.sharding = "{{replicated}, {manual}}"` has one for each value that an operation gives. XLA's errors
 * about another number come late, when it has made other operations of it, and may end the process.
 */
import type { Operation } from "../operation.js";
import type { Type } from "../types.js";
import type { Refusal } from "./refusal.js";

const NAME = "mhlo.sharding";

/** How many shardings a list of them has; undefined for the sharding of one value. */
function listed(text: string): number | undefined {
  const compact = text.replace(/\s+/g, "");
  if (compact === "{}") return 0;
  if (!compact.startsWith("{{")) return undefined;
  let [depth, count] = [0, 0];
  for (const character of compact) {
    if (character === "{" && ++depth === 2) count++;
    if (character === "}") depth--;
  }
  return count;
}

const valuesOf = (types: readonly Type[]): number =>
  types.reduce((count, type) => count + (type.kind === "tuple" ? valuesOf(type.elements) : 1), 0);

/** A list of shardings for other values than there are, or undefined. */
export function checkSharding({ name, extra, results }: Operation): Refusal | undefined {
  const attribute = extra.get(NAME);
  const count = attribute?.kind === "string" ? listed(attribute.value) : undefined;
  const values = valuesOf(results.map(({ type }) => type));
  // One tensor has no list: XLA takes that of one value for another shape, too.
  const isOne = results.length === 1 && results[0]!.type.kind !== "tuple";
  if (count === undefined || (count === values && !isOne)) return undefined;
  return {
    constraint: "sharding_count",
    message: `${NAME} has shardings of other values than ${name} gives`,
    expected: isOne ? "one sharding, in single braces" : `${values} shardings`,
    got: `a list of ${count}`,
    hint: "a sharding in single braces is that of each value",
  };
}
