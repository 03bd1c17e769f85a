/** @file The arguments of a function with their attributes, read and rewritten together. */
import { type AttributeDictionary, emptyDictionary } from "../../ir/attribute.js";
import type { Value } from "../../ir/operation.js";
import { addArgument, dropArguments, setAttributes } from "../../ir/rewriter.js";
import { parameterPath } from "../../program/index.js";
import { functionType, type Type } from "../../ir/types.js";
import { bodyOf, type FunctionOperation, returnedValues } from "../../ir/analysis/symbols.js";

/** The attributes of an argument. */
export const argumentAttributes = (func: FunctionOperation, argument: Value): AttributeDictionary =>
  func.attributes.arg_attrs?.[argument.index] ?? emptyDictionary;

/** The path of the parameter that an argument stands for, or undefined. */
export const pathOf = (func: FunctionOperation, argument: Value): string | undefined =>
  parameterPath(argumentAttributes(func, argument));

/** Appends an argument. */
export function appendArgument(
  func: FunctionOperation,
  type: Type,
  attributes: AttributeDictionary,
  like: Value,
): Value {
  const body = bodyOf(func)!;
  const before = body.arguments.map((argument) => argumentAttributes(func, argument));
  const argument = addArgument(body, type, like.location, like.nameHint);
  updateSignature(func, [...before, attributes]);
  return argument;
}

/** Removes unused arguments. */
export function removeArguments(func: FunctionOperation, dropped: ReadonlySet<Value>): void {
  const body = bodyOf(func)!;
  const kept = body.arguments.filter((argument) => !dropped.has(argument));
  const attributes = kept.map((argument) => argumentAttributes(func, argument));
  const indices = new Set([...dropped].map((argument) => argument.index));
  dropArguments(body, (index) => indices.has(index));
  updateSignature(func, attributes);
}

/** Makes the function's type say what its body takes and returns. */
export function updateSignature(func: FunctionOperation, attributes: readonly AttributeDictionary[]): void {
  const body = bodyOf(func)!;
  const inputs = body.arguments.map((argument) => argument.type);
  const results = returnedValues(body).map((value) => value.type);
  setAttributes(func as unknown as Parameters<typeof setAttributes>[0], {
    ...func.attributes,
    function_type: functionType(inputs, results),
    arg_attrs: attributes,
  });
}
