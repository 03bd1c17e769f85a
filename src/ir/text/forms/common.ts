/** @file What several pretty forms end with: the function type. */
import type { Operation, Value } from "../../operation.js";
import { formatFunctionType, type Type } from "../../types.js";
import { parseSignature, parseType } from "../parse-types.js";
import type { FormParser } from "./form.js";

export const operandTypes = (operation: Operation): Type[] => operation.operands.map((value) => value.type);
export const resultTypes = (operation: Operation): Type[] => operation.results.map((value) => value.type);

/** ` : (A, B) -> C`. */
export const functionTail = (operation: Operation): string =>
  ` : ${formatFunctionType(operandTypes(operation), resultTypes(operation))}`;

/** Reads `: (A, B) -> C`, checks the operands, and gives the result types. */
export function parseFunctionTail(input: FormParser, operands: readonly Value[]): readonly Type[] {
  const { cursor, context } = input;
  cursor.expect(":", "and the type of the operation");
  const at = cursor.start;
  const type = parseSignature(context);
  input.checkTypes(operands, type.inputs, at);
  return type.results;
}

/** Reads `: T` for operands and result alike, or the function type. */
export function parseSameTypeTail(input: FormParser, operands: readonly Value[]): readonly Type[] {
  const { cursor, context } = input;
  if (cursor.kind === ":" && cursor.following === "(") return parseFunctionTail(input, operands);
  cursor.expect(":", "and a type");
  const at = cursor.start;
  const type = parseType(context);
  input.checkTypes(
    operands,
    operands.map(() => type),
    at,
  );
  return [type];
}

/** Reads `: A, B`, one type an operand. */
export function parseOperandTypes(input: FormParser, operands: readonly Value[]): readonly Type[] {
  const { cursor, context } = input;
  cursor.expect(":", "and the types of the operands");
  const at = cursor.start;
  const types: Type[] = [];
  do types.push(parseType(context));
  while (cursor.accept(","));
  input.checkTypes(operands, types, at);
  return types;
}
