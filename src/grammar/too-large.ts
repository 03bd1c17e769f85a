/** @file Where a format ends that asks for more memory than it may have. */
import { UsageError } from "../support/errors.js";

/** States of an automaton; each takes some 100 bytes. */
const MOST = 500_000;

/** @returns the number of states @throws UsageError when there are too many */
export function checkSize(states: number): number {
  if (states < MOST) return states;
  throw new UsageError({
    message: "the format is too large",
    expected: `an automaton of at most ${MOST} states`,
    hint: "smaller numbers in {n,m}, maxLength and maxItems make it smaller",
  });
}
