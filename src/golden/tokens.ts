/** @file Greedy tokens against the reference's: identical, except where the reference itself nearly tied. */
import type { GoldenCase } from "./case.js";

/** A place where another token was chosen. */
export interface TokenDifference {
  readonly row: number;
  /** 0 is the token that follows the prompt. */
  readonly step: number;
  readonly expected: number;
  readonly got: number;
  /**
   * The reference's best logit minus its second best; undefined where the case does not hold the logits
   * needed.
   */
  readonly gap: number | undefined;
  /** The gap is below the tolerance: either choice is right. */
  readonly nearTie: boolean;
}

export interface TokenReport {
  readonly count: number;
  readonly identical: number;
  readonly differences: readonly TokenDifference[];
  readonly passed: boolean;
}

/**
 * Compares greedy tokens [batch, steps + 1] that were chosen while each step was fed the reference's own
 * token. A difference is forgiven when the reference's two best logits of that step are closer than
 * `tolerance`. Undefined when the case has no generated tokens.
 */
export function compareTokens(
  golden: GoldenCase,
  got: Int32Array,
  tolerance: number,
): TokenReport | undefined {
  const generated = golden.tensors.get("generated");
  if (generated?.dtype !== "i32") return undefined;
  const width = generated.shape[1]!;
  const differences: TokenDifference[] = [];
  for (const [i, expected] of generated.data.entries()) {
    if (got[i] === expected) continue;
    const [row, step] = [Math.floor(i / width), i % width];
    const gap = referenceGap(golden, row, step);
    const nearTie = gap !== undefined && gap < tolerance;
    differences.push({ row, step, expected, got: got[i] ?? -1, gap, nearTie });
  }
  const count = generated.data.length;
  const passed = got.length === count && differences.every(({ nearTie }) => nearTie);
  return { count, identical: count - differences.length, differences, passed };
}

/**
 * The reference's two best logits of a step apart. With a selection of columns the best may be missing:
 * undefined.
 */
function referenceGap(golden: GoldenCase, row: number, step: number): number | undefined {
  if (golden.logitsColumns !== undefined) return undefined;
  const fromPrompt = step === 0;
  const logits = golden.tensors.get(fromPrompt ? "logits" : "generated_logits");
  if (logits?.dtype !== "f32") return undefined;
  const [, steps, columns] = logits.shape as readonly [number, number, number];
  const begin = (row * steps + (fromPrompt ? steps - 1 : step - 1)) * columns;
  let [best, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of logits.data.subarray(begin, begin + columns)) {
    if (value > best) [best, second] = [value, best];
    else if (value > second) second = value;
  }
  return best - second;
}

/** Index of the largest element of each row of `columns` elements; the first one of equals. */
export function argmaxRows(logits: Float32Array, columns: number): Int32Array {
  return Int32Array.from({ length: logits.length / columns }, (_, row) => {
    let best = row * columns;
    for (let i = best + 1; i < (row + 1) * columns; i++) if (logits[i]! > logits[best]!) best = i;
    return best - row * columns;
  });
}
