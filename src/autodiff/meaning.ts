/** @file The gradient of an op by what it means: its decomposition, computed again in the backward computation, and differentiated. */
import type { Operation, Value } from "../ir/operation.js";
import { findMeaning } from "../lowering/dialects.js";
import { notDifferentiableError } from "./errors.js";
import type { BackwardWalk } from "./rule.js";

/** Goes backwards through what an op of a model, or of an added dialect, means. @throws DifferentiationError for one without a meaning */
export function replayMeaning(
  walk: BackwardWalk,
  operation: Operation,
  cotangents: readonly (Value | undefined)[],
): void {
  const meaning = findMeaning(operation);
  if (meaning === undefined) throw notDifferentiableError(operation, "nobody says what it means");
  walk.replay((e) => meaning(e, operation), cotangents);
}
