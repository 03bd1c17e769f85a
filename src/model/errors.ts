/** @file What is wrong with a model's definition, or with a configuration of it. */
import { GriffinError } from "../support/errors.js";
import { type Problem, problemDetails } from "../support/problems.js";

/** A model is defined, or configured, as it cannot be; `problems` lists all that was found. */
export class ModelError extends GriffinError {
  readonly problems: readonly Problem[];

  /** `what` names the model. */
  constructor(what: string, problems: readonly Problem[], hint?: string) {
    super("model error", problemDetails(what, problems, hint));
    this.problems = problems;
  }
}
