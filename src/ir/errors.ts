/** @file The errors of the IR: a program that breaks a rule, and text that is not a program. */
import { type ErrorDetails, GriffinError } from "../support/errors.js";
import { describeLocation, type Location, sourcePosition } from "./location.js";

/** An operation breaks a rule of its op; `constraint` is the spec's label, e.g. `transpose_c2`. */
export class VerifyError extends GriffinError {
  readonly constraint: string | undefined;

  constructor(details: ErrorDetails, constraint?: string) {
    super("verify error", details);
    this.constraint = constraint;
  }
}

/** What is wrong with an operation, and the label of the rule that says so. */
export interface Violation {
  readonly constraint: string;
  readonly message: string;
  readonly expected?: string;
  readonly got?: string;
  readonly hint?: string;
}

/** A violation of the rule with this label. */
export const violation = (constraint: string, message: string): Violation => ({ constraint, message });

/** The violation as an error that names the operation and where the author wrote it. */
export function violationError(
  { name, location }: { readonly name: string; readonly location: Location },
  { constraint, message, ...details }: Violation,
): VerifyError {
  const where = sourcePosition(location) ?? describeLocation(location);
  return new VerifyError({ message: `${name}: ${message} [${constraint}]`, where, ...details }, constraint);
}

/** Text that does not parse. `where` points at the offending character; `details` holds the line and a caret. */
export class ParseError extends GriffinError {
  /** Every error of the text, this one first; itself alone when there was one. */
  readonly all: readonly ParseError[];

  constructor(details: ErrorDetails, all?: readonly ParseError[]) {
    super("parse error", details);
    this.all = all ?? [this];
  }
}
