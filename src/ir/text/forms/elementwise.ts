/** @file Small pretty forms: compare, select, complex, reduce_precision, optimization_barrier, tuple. */
import { formatType, isComplex, type Type, withElement } from "../../types.js";
import { formatSameType } from "../print-template.js";
import { parseShort } from "../parse-template.js";
import { parseType } from "../parse-types.js";
import {
  functionTail,
  operandTypes,
  parseFunctionTail,
  parseOperandTypes,
  parseSameTypeTail,
  resultTypes,
} from "./common.js";
import type { Form } from "./form.js";

/** `LT, %a, %b, FLOAT : (A, B) -> R` */
export const compareForm: Form = {
  print(out, operation) {
    const { comparison_direction: direction, compare_type: type } = operation.attributes as {
      readonly comparison_direction: string;
      readonly compare_type?: string;
    };
    out.write(` ${direction}, ${out.namesOf(operation.operands)}`);
    if (type !== undefined) out.write(`, ${type}`);
    out.dictionary(operation, ["comparison_direction", "compare_type"]);
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor } = input;
    const word = (name: string): unknown => {
      const kind = definition.attributes[name]!;
      const at = cursor.start;
      const { spelling } = cursor;
      return kind.fromAttribute(parseShort(input, kind)) ?? cursor.fail(`${spelling} is no ${kind.name}`, at);
    };
    const typed: Record<string, unknown> = { comparison_direction: word("comparison_direction") };
    cursor.expect(",");
    const lhs = input.use();
    cursor.expect(",");
    const operands = [lhs, input.use()];
    if (cursor.accept(",")) typed.compare_type = word("compare_type");
    const attributes = input.attributes(definition, input.optionalEntries(), typed);
    return { operands, resultTypes: parseFunctionTail(input, operands), ...attributes };
  },
};

/** `%p, %a, %b : Tp, T` while the result is like on_true and on_false, else the function type. */
export const selectForm: Form = {
  print(out, operation) {
    const [pred, onTrue, onFalse] = operandTypes(operation);
    const result = operation.results[0]?.type;
    out.write(` ${out.namesOf(operation.operands)}`);
    out.dictionary(operation, []);
    const short = onTrue === onFalse && onTrue === result;
    out.write(short ? ` : ${formatType(pred!)}, ${formatType(result!)}` : functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const operands = input.uses();
    const attributes = input.attributes(definition, input.optionalEntries());
    if (cursor.kind === ":" && cursor.following === "(")
      return { operands, resultTypes: parseFunctionTail(input, operands), ...attributes };
    cursor.expect(":", "and a type");
    const at = cursor.start;
    const pred = parseType(context);
    cursor.expect(",", "and the type of both choices");
    const type = parseType(context);
    input.checkTypes(operands, [pred, type, type], at);
    return { operands, resultTypes: [type], ...attributes };
  },
};

/** The type of the parts of a complex tensor. */
const partOf = (type: Type | undefined): Type | undefined =>
  type?.kind === "tensor" && isComplex(type.element)
    ? withElement(type, type.element === "complex<f32>" ? "f32" : "f64")
    : undefined;

/** `%re, %im : T` with the complex type alone. */
export const complexForm: Form = {
  print(out, operation) {
    const [type] = resultTypes(operation);
    const part = partOf(type);
    out.write(` ${out.namesOf(operation.operands)}`);
    out.dictionary(operation, []);
    const isDerived = part !== undefined && operandTypes(operation).every((operand) => operand === part);
    out.write(isDerived ? ` : ${formatType(type!)}` : functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const operands = input.uses();
    const attributes = input.attributes(definition, input.optionalEntries());
    if (cursor.kind === ":" && cursor.following === "(")
      return { operands, resultTypes: parseFunctionTail(input, operands), ...attributes };
    cursor.expect(":", "and a type");
    const at = cursor.start;
    const type = parseType(context);
    const part = partOf(type);
    if (part === undefined)
      return cursor.fail(`the result must be a complex tensor, got ${formatType(type)}`, at);
    input.checkTypes(operands, [part, part], at);
    return { operands, resultTypes: [type], ...attributes };
  },
};

/** `%x, format = e8m7 : T` */
export const reducePrecisionForm: Form = {
  print(out, operation) {
    const { exponent_bits: exponent, mantissa_bits: mantissa } = operation.attributes as {
      readonly exponent_bits: number;
      readonly mantissa_bits: number;
    };
    if (exponent < 0 || mantissa < 0) return false;
    out.write(` ${out.namesOf(operation.operands)}, format = e${exponent}m${mantissa}`);
    out.dictionary(operation, ["exponent_bits", "mantissa_bits"]);
    out.write(` : ${formatSameType(operandTypes(operation), resultTypes(operation))}`);
    return true;
  },
  parse(input, definition) {
    const { cursor } = input;
    const operands = [input.use()];
    cursor.expect(",");
    cursor.expectWord("format");
    cursor.expect("=");
    const at = cursor.start;
    const match = /^e(\d{1,9})m(\d{1,9})$/.exec(cursor.expect("name"));
    if (match === null) return cursor.fail("the format must be exponent and mantissa bits such as e8m7", at);
    const typed = { exponent_bits: Number(match[1]), mantissa_bits: Number(match[2]) };
    const attributes = input.attributes(definition, input.optionalEntries(), typed);
    return { operands, resultTypes: parseSameTypeTail(input, operands), ...attributes };
  },
};

/** `{..} %a, %b : T0, T1`; `()` with no operands. */
export const barrierForm: Form = {
  print(out, operation) {
    const { operands } = operation;
    out.dictionary(operation, []);
    out.write(operands.length === 0 ? "()" : ` ${out.namesOf(operands)}`);
    if (operands.length > 0) out.write(` : ${operandTypes(operation).map(formatType).join(", ")}`);
    return true;
  },
  parse(input, definition) {
    const { cursor } = input;
    const attributes = input.attributes(definition, input.optionalEntries());
    if (cursor.accept("(")) {
      cursor.expect(")");
      return { operands: [], resultTypes: [], ...attributes };
    }
    const operands = input.uses();
    return { operands, resultTypes: parseOperandTypes(input, operands), ...attributes };
  },
};

/** `%a, %b : tuple<A, B>` */
export const tupleForm: Form = {
  print(out, operation) {
    if (operation.results[0]?.type.kind !== "tuple") return false;
    if (operation.operands.length > 0) out.write(` ${out.namesOf(operation.operands)}`);
    out.dictionary(operation, []);
    out.write(` : ${formatType(operation.result.type)}`);
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const operands = input.uses();
    const attributes = input.attributes(definition, input.optionalEntries());
    cursor.expect(":", "and the type of the tuple");
    const at = cursor.start;
    const type = parseType(context);
    if (type.kind !== "tuple") return cursor.fail(`the result must be a tuple, got ${formatType(type)}`, at);
    input.checkTypes(operands, type.elements, at);
    return { operands, resultTypes: [type], ...attributes };
  },
};
