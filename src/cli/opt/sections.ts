/** @file Files of several programs, separated by `// -----` lines. */

/** One program of a file. */
export interface Section {
  readonly file: string;
  /** The text, with empty lines in the place of all that stands before it, so that line numbers are the file's. */
  readonly text: string;
  /** Line of the file on which it starts, from 1. */
  readonly line: number;
}

export const separator = "// -----";

/** The sections of `text`; the whole when `split` is false. */
export function sectionsOf(file: string, text: string, split: boolean): readonly Section[] {
  if (!split) return [{ file, text, line: 1 }];
  const sections: Section[] = [];
  let line = 1;
  for (const part of text.split(/^[ \t]*\/\/ -----[^\n]*\n?/m)) {
    sections.push({ file, text: "\n".repeat(line - 1) + part, line });
    line += part.split("\n").length;
    if (!part.endsWith("\n") && part !== "") line--;
  }
  return sections;
}
