/** @file What is wrong with an artifact: every reason found, in one error. */
import { GriffinError } from "../support/errors.js";
import { type Problem, problemDetails } from "../support/problems.js";

/** An artifact is damaged, or does not fit where it is to run. `problems` lists all reasons that were found. */
export class ArtifactError extends GriffinError {
  readonly problems: readonly Problem[];

  /** `what` names the artifact. One problem reads as a sentence, several as a table. */
  constructor(what: string, problems: readonly Problem[], hint?: string) {
    super("artifact error", problemDetails(what, problems, hint));
    this.problems = problems;
  }
}
