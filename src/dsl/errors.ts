/** @file Errors a model author meets while tracing; each points at the author's line. */
import { type ErrorDetails, GriffinError } from "../support/errors.js";
import { sourceExcerpt } from "../support/source-excerpt.js";
import { authorPosition } from "./source.js";

/** The details with the author's position, unless they have one, and the line there with a caret under the call. */
function located(details: ErrorDetails): ErrorDetails {
  const where = details.where ?? authorPosition();
  if (where === undefined || typeof where === "string") return details;
  return { ...details, where, details: [...sourceExcerpt(where), ...(details.details ?? [])] };
}

/** Axes or element types do not fit. The text names the op, its operands with their axes, and the axis that differs. */
export class ShapeError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("shape error", located(details));
  }
}

/** The DSL is used out of place: no program is being traced, a state is updated twice ... */
export class TraceError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("trace error", located(details));
  }
}
