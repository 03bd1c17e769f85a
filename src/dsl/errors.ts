/** @file Errors a model author meets while tracing; each points at the author's line. */
import { type ErrorDetails, GriffinError } from "../support/errors.js";
import { authorPosition } from "./source.js";

/** Axes or element types do not fit. The text names the op, its operands with their axes, and the axis that differs. */
export class ShapeError extends GriffinError {
  constructor(details: Omit<ErrorDetails, "where">) {
    super("shape error", { ...details, where: authorPosition() });
  }
}

/** The DSL is used out of place: no program is being traced, a state is updated twice ... */
export class TraceError extends GriffinError {
  constructor(details: Omit<ErrorDetails, "where">) {
    super("trace error", { ...details, where: authorPosition() });
  }
}
