/** @file Sets of Unicode characters. */

/** Inclusive ranges of code points, ascending, none touching the next, without surrogates, which are no characters. */
export type CodePoints = readonly (readonly [first: number, last: number])[];

const LAST = 0x10ffff;

/** All characters. */
export const ALL: CodePoints = [
  [0, 0xd7ff],
  [0xe000, LAST],
];

/** The set of some ranges in any order, which may overlap. */
export function codePoints(...ranges: readonly (readonly [number, number])[]): CodePoints {
  const sorted = ranges.toSorted(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [first, last] of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return intersection(merged, ALL);
}

/** The characters of a text, as a set. */
export const charactersOf = (text: string): CodePoints =>
  codePoints(
    ...Array.from(text, (character) => [character.codePointAt(0)!, character.codePointAt(0)!] as const),
  );

export const union = (...sets: readonly CodePoints[]): CodePoints => codePoints(...sets.flat());

export function intersection(a: CodePoints, b: CodePoints): CodePoints {
  const found: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const first = Math.max(a[i]![0], b[j]![0]);
    const last = Math.min(a[i]![1], b[j]![1]);
    if (first <= last) found.push([first, last]);
    if (a[i]![1] < b[j]![1]) i += 1;
    else j += 1;
  }
  return found;
}

/** Every character that a set lacks. */
export function complement(set: CodePoints): CodePoints {
  const gaps: [number, number][] = [];
  let from = 0;
  for (const [first, last] of set) {
    if (from < first) gaps.push([from, first - 1]);
    from = last + 1;
  }
  if (from <= LAST) gaps.push([from, LAST]);
  return intersection(gaps, ALL);
}

/** The characters for which a test holds; all of Unicode is tried, which takes some 20 ms. */
export function codePointsWhere(holds: (character: string) => boolean): CodePoints {
  const found: [number, number][] = [];
  for (const [first, last] of ALL) {
    for (let code = first; code <= last; code++) {
      if (!holds(String.fromCodePoint(code))) continue;
      const before = found.at(-1);
      if (before?.[1] === code - 1) before[1] = code;
      else found.push([code, code]);
    }
  }
  return found;
}
