/** @file HLO that cannot be read or counted. */
import { type ErrorDetails, GriffinError } from "../support/errors.js";

/** Text or bytes that are no HLO module, or HLO that is not known here. */
export class HloError extends GriffinError {
  constructor(details: ErrorDetails) {
    super("HLO error", details);
  }
}
