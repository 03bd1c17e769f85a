/**
 * @file Shardings that XLA gives up on late, when it has made other operations of theirs, which may end the process: of another number of axes
 * than a value has, and of several values: `mhlo.sharding = "{{replicated}, {manual}}"` has one for each value that an operation gives.
 */
import type { Operation } from "../operation.js";
import { formatType, type Type } from "../types.js";
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

/** How many axes a sharding by tiles cuts, without those that it only repeats along; undefined for one that is not by tiles, or cuts nothing. */
function cutAxes(text: string): number | undefined {
  const tiles = /^\{\s*devices=\[([\d,\s]+)\]/.exec(text)?.[1]?.split(",").map(Number);
  if (tiles === undefined || tiles.every((tile) => tile === 1)) return undefined;
  if (/\blast_tile_dim_replicate\b/.test(text)) return tiles.length - 1;
  const groups = /\blast_tile_dims=\{([^}]*)\}/.exec(text)?.[1];
  return tiles.length - (groups === undefined ? 0 : groups.split(",").length);
}

/** A sharding of other axes than the one value has, or undefined. XLA does not hold those of several values against them. */
function checkAxes({ name, extra, results }: Operation): Refusal | undefined {
  const attribute = extra.get(NAME);
  const axes = attribute?.kind === "string" ? cutAxes(attribute.value) : undefined;
  const type = results.length === 1 ? results[0]!.type : undefined;
  if (axes === undefined || type?.kind !== "tensor" || type.shape.length === axes) return undefined;
  return {
    constraint: "sharding_axes",
    message: `${NAME} of ${name} cuts other axes than its value has`,
    expected: `tiles along ${type.shape.length} axes, of ${formatType(type)}`,
    got: `along ${axes}`,
    hint: "repeating (last_tile_dim_replicate, last_tile_dims) is an axis of its own, behind those of the value",
  };
}

const valuesOf = (types: readonly Type[]): number =>
  types.reduce((count, type) => count + (type.kind === "tuple" ? valuesOf(type.elements) : 1), 0);

/** What is wrong with an operation's sharding, or undefined. */
export const checkSharding = (operation: Operation): Refusal | undefined =>
  checkCount(operation) ?? checkAxes(operation);

/** A list of shardings for other values than there are, or undefined. */
function checkCount({ name, extra, results }: Operation): Refusal | undefined {
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
