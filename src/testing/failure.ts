/** @file What harnesses throw when what they test is wrong. */
import { type ErrorDetails, GriffinError } from "../support/errors.js";

/** A pass, a strategy or a model does not do what it should. */
export class TestFailure extends GriffinError {
  constructor(details: ErrorDetails) {
    super("test failure", details);
  }
}
