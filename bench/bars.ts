/** @file What a benchmark is asked to reach, as columns of its table. */

/** Figures to reach: `must` at least, `goal` better still. A figure counts as more or as less is better. */
export interface Target {
  readonly must: number;
  readonly goal: number;
  readonly better: "more" | "less";
  /** After the figures, e.g. "x" or " ms". */
  readonly unit?: string;
}

/** Columns of a table: the figures asked for, and which of them `value` reaches. */
export function targetColumns(
  value: number | undefined,
  target: Target | undefined,
): { readonly must: string; readonly goal: string; readonly reached: string } {
  if (target === undefined) return { must: "-", goal: "-", reached: "-" };
  const { must, goal, better, unit = "x" } = target;
  const isReached = (asked: number): boolean => (better === "more" ? value! >= asked : value! <= asked);
  const reached = value === undefined ? "-" : isReached(goal) ? "goal" : isReached(must) ? "must" : "no";
  return { must: `${must}${unit}`, goal: `${goal}${unit}`, reached };
}

/** "1.83x", or "-" where one side was not measured. */
export const ratioText = (ratio: number | undefined): string =>
  ratio === undefined ? "-" : `${ratio.toFixed(2)}x`;
