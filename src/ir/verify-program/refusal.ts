/** @file What a rule of the whole program says, and how it becomes an error. */
import { VerifyError } from "../errors.js";
import { describeLocation, sourcePosition } from "../location.js";
import type { Operation } from "../operation.js";

/** Why a program is not given to a plugin. */
export interface Refusal {
  /** The operation that the error points at. */
  readonly operation: Operation;
  readonly constraint: string;
  readonly message: string;
  readonly expected?: string;
  readonly got?: string;
  readonly hint: string;
}

/** The refusal as an error that names the operation and where the author wrote it. */
export function refusalError({ operation, constraint, message, ...details }: Refusal): VerifyError {
  const where = sourcePosition(operation.location) ?? describeLocation(operation.location);
  return new VerifyError(
    { message: `${operation.name}: ${message} [${constraint}]`, where, ...details },
    constraint,
  );
}
