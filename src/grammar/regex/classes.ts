/** @file Classes of characters as regular expressions name them. */
import {
  charactersOf,
  type CodePoints,
  codePoints,
  codePointsWhere,
  complement,
  union,
} from "../code-points.js";

const DIGITS = codePoints([0x30, 0x39]);
const WORDS = union(DIGITS, codePoints([0x41, 0x5a], [0x61, 0x7a]), charactersOf("_"));
const LINE_ENDS = charactersOf("\n\r\u2028\u2029");
const SPACES = union(
  LINE_ENDS,
  charactersOf("\t\v\f \u00a0\u1680\u202f\u205f\u3000\ufeff"),
  codePoints([0x2000, 0x200a]),
);

/** `.`, where it is not to be all. */
export const NOT_LINE_ENDS = complement(LINE_ENDS);

/** By the letter behind a backslash. */
export const CLASSES: Readonly<Record<string, CodePoints>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORDS,
  W: complement(WORDS),
  s: SPACES,
  S: complement(SPACES),
};

/** Single characters by the letter behind a backslash. */
export const CONTROLS: Readonly<Record<string, number>> = {
  t: 0x09,
  n: 0x0a,
  v: 0x0b,
  f: 0x0c,
  r: 0x0d,
  0: 0x00,
};

const properties = new Map<string, CodePoints | undefined>();

/** The characters of a property of Unicode, such as `L` or `Script=Greek`, by the tables of the engine; undefined when it has none. */
export function propertyClass(name: string): CodePoints | undefined {
  if (!properties.has(name)) properties.set(name, findProperty(name));
  return properties.get(name);
}

function findProperty(name: string): CodePoints | undefined {
  if (!/^\w+(=\w+)?$/.test(name)) return undefined;
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^\\p{${name}}$`, "u");
  } catch {
    return undefined;
  }
  return codePointsWhere((character) => pattern.test(character));
}
