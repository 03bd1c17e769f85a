/** @file Words of others on a terminal: names in files, say, which may hold what a terminal obeys. */

/** Control characters but line ends and tabs, and those that turn the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** The text with such characters by their numbers: `\u{1b}[2J`. */
export const printable = (text: string): string =>
  text.replace(OBEYED, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
