/**
 * @file Shardings as XLA reads them in `mhlo.sharding`, of operations and of functions' arguments and results. XLA gives up late on one that does
 * not fit, when it has made other operations and tuples of theirs, which may end the process: of another number of axes than a value has, and
 * of several values: `mhlo.sharding = "{{replicated}, {manual}}"` has one for each value that an operation gives. What it cannot read it ignores.
 */
import type { Operation } from "../operation.js";
import { isOp } from "../ops/index.js";
import { formatType, type Type } from "../types.js";
import type { Refusal } from "./refusal.js";
import { checkFunctionValues } from "./values.js";

const NAME = "mhlo.sharding";

/** The shardings of a list; undefined for the sharding of one value. */
function listed(text: string): readonly string[] | undefined {
  const compact = text.trim();
  if (/^\{\s*\}$/.test(compact)) return [];
  if (!/^\{\s*\{/.test(compact)) return undefined;
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let i = 0; i < compact.length; i++) {
    if (compact[i] === "{" && ++depth === 2) start = i;
    if (compact[i] === "}" && --depth === 1) parts.push(compact.slice(start, i + 1));
  }
  return parts;
}

/** How many axes a sharding by tiles cuts, without those that it only repeats along; undefined for one that is not by tiles, or cuts nothing. */
function cutAxes(text: string): number | undefined {
  const tiles = /^\{\s*devices=\[([\d,\s]+)\]/.exec(text)?.[1]?.split(",").map(Number);
  if (tiles === undefined || tiles.every((tile) => tile === 1)) return undefined;
  if (/\blast_tile_dim_replicate\b/.test(text)) return tiles.length - 1;
  const groups = /\blast_tile_dims=\{([^}]*)\}/.exec(text)?.[1];
  return tiles.length - (groups === undefined ? 0 : groups.split(",").length);
}

/** A sharding of other axes than a value has, or undefined. */
function checkAxes(whose: string, text: string, type: Type): Refusal | undefined {
  const axes = cutAxes(text);
  if (axes === undefined || type.kind !== "tensor" || type.shape.length === axes) return undefined;
  return {
    constraint: "sharding_axes",
    message: `${NAME} of ${whose} cuts other axes than its value has`,
    expected: `tiles along ${type.shape.length} axes, of ${formatType(type)}`,
    got: `along ${axes}`,
    hint: "repeating (last_tile_dim_replicate, last_tile_dims) is an axis of its own, behind those of the value",
  };
}

const valuesOf = (type: Type): readonly Type[] =>
  type.kind === "tuple" ? type.elements.flatMap(valuesOf) : [type];

/** What is wrong with the sharding of what has these types, or undefined. XLA holds one in single braces against each value. */
function checkText(whose: string, text: string, types: readonly Type[]): Refusal | undefined {
  const values = types.flatMap(valuesOf);
  // One tensor has no list: XLA takes that of one value for another shape, too.
  const isOne = types.length === 1 && types[0]!.kind !== "tuple";
  const list = listed(text);
  if (list !== undefined && (list.length !== values.length || isOne)) {
    return {
      constraint: "sharding_count",
      message: `${NAME} has shardings of other values than ${whose} gives`,
      expected: isOne ? "one sharding, in single braces" : `${values.length} shardings`,
      got: `a list of ${list.length}`,
      hint: "a sharding in single braces is that of each value",
    };
  }
  for (const [i, type] of values.entries()) {
    const refusal = checkAxes(whose, list?.[i] ?? text, type);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** What is wrong with an operation's sharding, or with one of a function's arguments and results, or undefined. */
export function checkSharding(operation: Operation): Refusal | undefined {
  if (isOp(operation, "func.func")) {
    const { sym_name: name } = operation.attributes;
    return checkFunctionValues(operation, (value, type, attributes) => {
      const sharding = attributes?.get(NAME);
      return sharding?.kind === "string"
        ? checkText(`@${name}'s ${value}`, sharding.value, [type])
        : undefined;
    });
  }
  const attribute = operation.extra.get(NAME);
  if (attribute?.kind !== "string") return undefined;
  const types = operation.results.map(({ type }) => type);
  return checkText(operation.name, attribute.value, types);
}
