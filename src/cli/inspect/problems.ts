/** @file What is wrong with an artifact that can be described nevertheless. */
import pc from "picocolors";
import { ArtifactError } from "../../artifact/index.js";
import type { Problem } from "../../support/problems.js";

/** The same words as when it is refused. */
export const problemLines = (path: string, problems: readonly Problem[]): readonly string[] =>
  new ArtifactError(path, problems).message.replace(/^[^:\n]+:/, (kind) => pc.red(kind)).split("\n");
