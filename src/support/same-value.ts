/** @file Equality of plain data: numbers, words, lists, maps and objects of these. */

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/**
 * Whether two values hold the same, whatever made their objects: one without a prototype, as some parsers return, equals one with it.
 * Numbers are compared as by Object.is: 0 and -0 differ, NaN equals itself. A field that is undefined is not one that is absent.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) return Object.is(a, b);
  if (a instanceof Map || b instanceof Map)
    return a instanceof Map && b instanceof Map && sameEntries([...a], [...b]);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  return sameEntries(Object.entries(a), Object.entries(b));
}

type Entries = readonly (readonly [key: unknown, value: unknown])[];

function sameEntries(a: Entries, b: Entries): boolean {
  const byKey = new Map(b);
  return (
    a.length === b.length && a.every(([key, value]) => byKey.has(key) && sameValue(value, byKey.get(key)))
  );
}
