/** @file mhlo.result_alias of an argument: the result of its function that may, or must, take over its memory. */
import type { Attribute, AttributeDictionary } from "../attribute.js";
import { type FunctionType, formatType, type Type } from "../types.js";
import { isCompatible } from "../verify-types.js";
import type { View } from "./constraints.js";

/** Places in nested tuples: in the argument, and in the results of which the first index is the result. */
interface ResultAlias {
  readonly argument: readonly number[];
  readonly result: readonly [number, ...number[]];
}

const key = "mhlo.result_alias";
const list = String.raw`\[([-0-9,\s]*)\]`;
const form = new RegExp(
  String.raw`^#mhlo\.result_alias<\s*(?:tuple_indices\s*=\s*${list}\s*,\s*)?result_index\s*=\s*${list}\s*(?:,\s*must_alias\s*)?>$`,
);

/** The integers between the brackets of a list. */
const integers = (text: string): readonly number[] =>
  text.trim() === "" ? [] : text.split(",").map((item) => Number(item));

/** What the attribute says, or undefined when it is not written as one. */
function aliasOf(attribute: Attribute): ResultAlias | undefined {
  const [, argument = "", result = ""] = (attribute.kind === "opaque" && form.exec(attribute.text)) || [];
  const [first, ...rest] = integers(result);
  return first === undefined ? undefined : { argument: integers(argument), result: [first, ...rest] };
}

/** The type at a place in nested tuples. */
const typeAt = (type: Type | undefined, place: readonly number[]): Type | undefined =>
  place.reduce<Type | undefined>((at, i) => (at?.kind === "tuple" ? at.elements[i] : undefined), type);

/** Checks that the aliases of a function's arguments name results of the arguments' types. */
export function checkResultAliases(
  op: View,
  { inputs, results }: FunctionType,
  dictionaries: readonly AttributeDictionary[],
): void {
  dictionaries.forEach((dictionary, i) => {
    const attribute = dictionary.get(key);
    if (attribute === undefined) return;
    const alias = aliasOf(attribute);
    const complain = (holds: boolean, message: string): void =>
      op.check(holds, "result_alias", `${key} of argument ${i} ${message}`);
    complain(
      alias !== undefined,
      "must be #mhlo.result_alias<tuple_indices = [..], result_index = [..], must_alias>",
    );
    const { argument, result } = alias!;
    complain(
      [...argument, ...result].every((index) => index >= 0),
      `must not have a negative index, got [${[...argument, ...result].join(", ")}]`,
    );
    const [number, ...place] = result;
    complain(number < results.length, `names result ${number} of ${results.length}`);
    const [from, to] = [typeAt(inputs[i], argument), typeAt(results[number], place)];
    complain(from !== undefined, `names no part of ${formatType(inputs[i]!)}: [${argument.join(", ")}]`);
    complain(to !== undefined, `names no part of ${formatType(results[number]!)}: [${place.join(", ")}]`);
    complain(isCompatible(from!, to!), `is ${formatType(from!)}, and the result is ${formatType(to!)}`);
  });
}
