/** @file What is wrong with an artifact that can be described nevertheless. */
import { ArtifactError } from "../../artifact/index.js";
import type { Colors } from "../colors.js";
import type { Problem } from "../../support/problems.js";

/** The same words as when it is refused. */
export const problemLines = (
  path: string,
  problems: readonly Problem[],
  { red }: Colors,
): readonly string[] =>
  new ArtifactError(path, problems).message.replace(/^[^:\n]+:/, (kind) => red(kind)).split("\n");
