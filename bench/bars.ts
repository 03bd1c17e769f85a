/** @file What a benchmark is asked to reach, as columns of its table. */

/** Figures to reach: `must` at least, `goal` better still; one may be left open. */
export interface Target {
  readonly must?: number;
  readonly goal?: number;
  readonly better: "more" | "less";
  /** After the figures: "x" by default, or e.g. " ms". */
  readonly unit?: string;
}

/** Columns of a table: the figures asked for, and which of them `value` reaches. */
export function targetColumns(
  value: number | undefined,
  { must, goal, better, unit = "x" }: Target = { better: "more" },
): { readonly must: string; readonly goal: string; readonly reached: string } {
  const text = (asked: number | undefined): string => (asked === undefined ? "-" : `${asked}${unit}`);
  const reaches = (asked: number | undefined): boolean => {
    if (asked === undefined || value === undefined) return false;
    return better === "more" ? value >= asked : value <= asked;
  };
  const isAsked = value !== undefined && (must !== undefined || goal !== undefined);
  const reached = reaches(goal) ? "goal" : reaches(must) ? "must" : isAsked ? "no" : "-";
  return { must: text(must), goal: text(goal), reached };
}

/** "1.83x", or "-" where one side was not measured. */
export const ratioText = (ratio: number | undefined): string =>
  ratio === undefined ? "-" : `${ratio.toFixed(2)}x`;
