/** @file Words of others on a terminal: names in files, say, which may hold what a terminal obeys. */

/** Control characters but line ends and tabs, and those that turn the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** What begins another line, too. */
const LINE_ENDS = /[\n\u2028\u2029]/g;

/** Starts and ends of the colours that commands use. None of them hides a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one.
const COLORS = /(\x1b\[(?:[1-3]|2[23]|3[1-6]|39)m)/;

const number = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`;

/** The text with such characters by their numbers: `\u{1b}[2J`. */
export const printable = (text: string): string => text.replace(OBEYED, number);

/** The same of what is to stay one line: no name in it begins another. */
export const printableLine = (line: string): string => printable(line).replace(LINE_ENDS, number);

/** `printable` of a text with colours, which stay. */
export const printableInColor = (text: string): string =>
  text
    .split(COLORS)
    .map((part, i) => (i % 2 === 1 ? part : printable(part)))
    .join("");
