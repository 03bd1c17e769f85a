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
