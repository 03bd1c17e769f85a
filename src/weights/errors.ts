/** @file What is wrong with a checkpoint: every problem found, in one error. */
import { GriffinError } from "../support/errors.js";
import { type Problem, problemDetails } from "../support/problems.js";

export type { Problem };

/**
 * A model folder, its configuration or one of its files is not what it must be. `problems` lists all that was
 * found.
 */
export class CheckpointError extends GriffinError {
  readonly problems: readonly Problem[];

  /** `what` names the file or folder. One problem reads as a sentence, several as a table. */
  constructor(what: string, problems: readonly Problem[], hint?: string) {
    super("checkpoint error", problemDetails(what, problems, hint));
    this.problems = problems;
  }
}
