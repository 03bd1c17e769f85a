/** @file The longest of lists. */

/** The length of the longest; 0 of none. There may be more than a call can have arguments, which `Math.max` would take. */
export const longestOf = (lists: readonly { readonly length: number }[]): number =>
  lists.reduce((most, { length }) => Math.max(most, length), 0);
