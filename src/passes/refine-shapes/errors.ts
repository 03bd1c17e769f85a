/** @file What keeps a program from becoming static. */
import { whereOf } from "../../ir/interpret/errors.js";
import type { Operation } from "../../ir/operation.js";
import { type ErrorDetails, GriffinError } from "../../support/errors.js";

/** Inputs that the program does not take, an assertion about shapes that is false, or an op whose sizes depend on data. */
export class RefineError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("refine error", details);
  }
}

/** An error at an operation of the author. */
export const refineErrorAt = (operation: Operation, details: Omit<ErrorDetails, "where">): RefineError =>
  new RefineError({ ...details, where: whereOf(operation) });
