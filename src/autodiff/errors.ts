/** @file What is said when a gradient is asked for that does not exist. */
import { describeLocation, sourcePosition } from "../ir/location.js";
import type { Operation } from "../ir/operation.js";
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
