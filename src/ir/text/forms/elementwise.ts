/** @file Small pretty forms: compare, select, complex, reduce_precision, get_tuple_element, optimization_barrier. */
import type { Operation } from "../../operation.js";
import { formatFunctionType, formatType } from "../../types.js";
import { formatSameType } from "../print-template.js";
import type { Form } from "./form.js";

const operandTypes = (operation: Operation) => operation.operands.map((value) => value.type);
const resultTypes = (operation: Operation) => operation.results.map((value) => value.type);
const functionTail = (operation: Operation): string =>
  ` : ${formatFunctionType(operandTypes(operation), resultTypes(operation))}`;

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
};

/** `%re, %im : T` with the complex type alone. */
export const complexForm: Form = {
  print(out, operation) {
    out.write(` ${out.namesOf(operation.operands)}`);
    out.dictionary(operation, []);
    const [type] = resultTypes(operation);
    const parts = operandTypes(operation);
    const derived =
      type?.kind === "tensor" &&
      parts.every(
        (part) =>
          part.kind === "tensor" &&
          `complex<${String(part.element)}>` === type.element &&
          part.shape.join() === type.shape.join() &&
          part.bounds?.join() === type.bounds?.join(),
      );
    out.write(derived ? ` : ${formatType(type)}` : functionTail(operation));
    return true;
  },
};

/** `%x, format = e8m7 : T` */
export const reducePrecisionForm: Form = {
  print(out, operation) {
    const { exponent_bits: exponent, mantissa_bits: mantissa } = operation.attributes as {
      readonly exponent_bits: number;
      readonly mantissa_bits: number;
    };
    out.write(` ${out.namesOf(operation.operands)}, format = e${exponent}m${mantissa}`);
    out.dictionary(operation, ["exponent_bits", "mantissa_bits"]);
    out.write(` : ${formatSameType(operandTypes(operation), resultTypes(operation))}`);
    return true;
  },
};

/** `%t[0] : F` */
export const tupleElementForm: Form = {
  print(out, operation) {
    const { index } = operation.attributes as { readonly index: number };
    out.write(` ${out.namesOf(operation.operands)}[${index}]`);
    out.dictionary(operation, ["index"]);
    out.write(functionTail(operation));
    return true;
  },
};

/** `%a, %b : T0, T1`; `()` with no operands. */
export const barrierForm: Form = {
  print(out, operation) {
    const { operands } = operation;
    out.write(operands.length === 0 ? "()" : ` ${out.namesOf(operands)}`);
    out.dictionary(operation, []);
    if (operands.length > 0) out.write(` : ${operandTypes(operation).map(formatType).join(", ")}`);
    return true;
  },
};
