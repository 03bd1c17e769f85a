/** @file Descriptions as lines for people. */
import type { Description } from "../../engine/index.js";
import { artifactLines } from "./artifact.js";
import { programLines } from "./program.js";
import { tensorLines } from "./tensors.js";

export function linesOf(description: Description): readonly string[] {
  if (description.kind === "artifact") return artifactLines(description);
  return "tensors" in description ? tensorLines(description) : programLines(description);
}
