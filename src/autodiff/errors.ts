/** @file What is said when a gradient is asked for that does not exist. */
import { describeLocation, sourcePosition } from "../ir/location.js";
import type { Operation, Value } from "../ir/operation.js";
import { formatType } from "../ir/types.js";
import { areNumbers, beyondNumbers, type Integer } from "../ir/integers.js";
import { type ErrorDetails, GriffinError } from "../support/errors.js";

/** A gradient is asked for through an op that has none. Names the op and why, with the author's line. */
export class DifferentiationError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("differentiation error", details);
  }
}

/** No gradient goes through `operation`, for a reason in one phrase. */
export function notDifferentiableError(
  operation: Operation,
  reason: string,
  hint = "stop the gradient before it: stopGradient(x)",
): DifferentiationError {
  return new DifferentiationError({
    message: `${operation.name} is not differentiable: ${reason}`,
    where: sourcePosition(operation.location) ?? describeLocation(operation.location),
    hint,
  });
}

/** Integers of an attribute, which rules compute with. @throws DifferentiationError for one beyond 2^53 */
export function numbersOf(operation: Operation, values: readonly Integer[]): readonly number[] {
  if (areNumbers(values)) return values;
  throw notDifferentiableError(operation, `${beyondNumbers(values)} in an attribute is beyond 2^53`);
}

/** A gradient goes through a value of which a size is data. */
export const dynamicShapeError = ({ type, location }: Value): DifferentiationError =>
  new DifferentiationError({
    message: "a size of a value that has a gradient is data",
    got: formatType(type),
    where: sourcePosition(location) ?? describeLocation(location),
    hint: "refine the shapes first",
  });
