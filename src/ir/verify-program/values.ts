/** @file What is wrong with one of a function's arguments or results, by the attributes that it has there. */
import type { AttributeDictionary } from "../attribute.js";
import type { FunctionOperation } from "../analysis/symbols.js";
import type { Type } from "../types.js";
import type { Refusal } from "./refusal.js";

/** What is wrong with one value, called `argument #0`, or undefined. */
export type CheckValue = (
  name: string,
  type: Type,
  attributes: AttributeDictionary | undefined,
  isResult: boolean,
) => Refusal | undefined;

/** The first refusal of a function's arguments and results, in their order. */
export function checkFunctionValues(func: FunctionOperation, check: CheckValue): Refusal | undefined {
  const { function_type: type, arg_attrs: ofArguments, res_attrs: ofResults } = func.attributes;
  const groups = [
    ["argument", type.inputs, ofArguments],
    ["result", type.results, ofResults],
  ] as const;
  for (const [whose, types, attributes] of groups) {
    for (const [i, each] of types.entries()) {
      const refusal = check(`${whose} #${i}`, each, attributes?.[i], whose === "result");
      if (refusal !== undefined) return refusal;
    }
  }
  return undefined;
}
