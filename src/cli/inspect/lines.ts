/** @file Descriptions as lines for people. */
import type { Description } from "../../engine/index.js";
import { artifactLines, programArtifactLines } from "./artifact.js";
import { programLines } from "./program.js";
import { tensorLines } from "./tensors.js";

export function linesOf(description: Description): readonly string[] {
  if (description.kind === "artifact") return artifactLines(description);
  if (description.kind === "program artifact") return programArtifactLines(description);
  return "tensors" in description ? tensorLines(description) : programLines(description);
}
