/** @file Large numbers for people. */

/** `1.29M`, `2.68B`. */
export const formatCount = (count: number): string =>
  count < 1e6
    ? `${(count / 1e3).toFixed(1)}k`
    : count < 1e9
      ? `${(count / 1e6).toFixed(2)}M`
      : `${(count / 1e9).toFixed(2)}B`;
