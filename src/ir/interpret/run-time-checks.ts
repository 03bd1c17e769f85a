/** @file What an op's rule says of operands whose shapes and sizes are known only now that they are here. */
import { VerifyError } from "../errors.js";
import type { Operation } from "../operation.js";
import { isOp } from "../ops/index.js";
import { makeOperation } from "../rewriter.js";
import { elementCount, formatType, isStatic } from "../types.js";
import { inferResultTypes } from "../verify.js";
import { InterpretError, whereOf } from "./errors.js";
import type { RuntimeValue } from "./machine.js";
import { Tensor } from "./tensor.js";

/** Ops whose sizes are operands: their types may be static, and wrong. */
const sizedByOperands = /^stablehlo\.(dynamic_(?!slice|update_slice)|real_dynamic_slice)/;

/** More elements than a list of sizes has. */
const maxSizes = 1024;

/** Whether the verifier could not know all that the op's rule asks for. */
function isOpen({ name, operands, results, regions }: Operation): boolean {
  if (regions.length > 0) return false;
  if (sizedByOperands.test(name)) return true;
  return [...operands, ...results].some(({ type }) => type.kind === "tensor" && !isStatic(type));
}

/** A value as the constant that it is, as far as rules look at it. */
function asConstant(value: Tensor): Operation {
  const isList = value.shape.length <= 2 && elementCount(value.shape) <= maxSizes;
  return makeOperation({
    name: isList ? "stablehlo.constant" : "interpreter.value",
    attributes: isList ? { value: value.toElements() } : {},
    resultTypes: [value.type],
  });
}

const fail = (operation: Operation, message: string): InterpretError =>
  new InterpretError({ message: `${operation.name}: ${message}`, where: whereOf(operation) });

/** A slice lies within what it is taken of. */
function checkSlice(operation: Operation, [x, start, limit, stride]: readonly Tensor[]): void {
  const [from, to, by] = [start!.numbers, limit!.numbers, stride!.numbers];
  const fits = x!.shape.every(
    (size, d) => 0 <= from[d]! && from[d]! <= to[d]! && to[d]! <= size && by[d]! > 0,
  );
  if (fits) return;
  const asked = `[${from.join(", ")}] to [${to.join(", ")}] by [${by.join(", ")}]`;
  throw fail(operation, `no slice of ${formatType(x!.type)} goes from ${asked}`);
}

/**
 * The check of one run, while which no operation changes: it holds the values of an op of unknown sizes against the op's own rule, as the
 * verifier would, had it known them, and throws an InterpretError with the rule that they break.
 */
export function runTimeChecks(): (operation: Operation, operands: readonly RuntimeValue[]) => void {
  const open = new Map<Operation, boolean>();
  return (operation, operands) => {
    const known = open.get(operation) ?? isOpen(operation);
    open.set(operation, known);
    if (known) check(operation, operands);
  };
}

function check(operation: Operation, operands: readonly RuntimeValue[]): void {
  const values = operands.filter((value) => value instanceof Tensor);
  if (values.length < operands.length) return;
  const { name, declaration, attributes, regions, location } = operation;
  const parts = {
    name,
    declaration,
    attributes,
    regions,
    location,
    operands: values.map((value) => asConstant(value).result),
  };
  try {
    const resultTypes = operation.results.map(({ type }) => type);
    inferResultTypes({ ...parts, resultTypes });
    if (isOp(operation, "stablehlo.real_dynamic_slice")) checkSlice(operation, values);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    throw new InterpretError({ ...error.details, where: whereOf(operation) });
  }
}
