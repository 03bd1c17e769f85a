/** @file What is wrong with a file that is learnt from, or tested on. */
import { type ErrorDetails, GriffinError } from "../support/errors.js";

/** A line of a data file cannot be used. */
export class DataError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("data error", details);
  }
}

/** An example has more tokens than a row. */
export class TooLongError extends DataError {}

/** @param count of examples, all of which are longer than a row */
export const nothingLeft = (count: number): DataError =>
  new DataError({
    message: "no example is short enough for a row",
    expected: "one or more that fit",
    got: `${count} examples, all passed over`,
    hint: "read more tokens a row (--length)",
  });
