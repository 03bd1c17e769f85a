/** @file Files of several programs, separated by `// -----` lines. */
import { splitInput } from "../../ir/text/index.js";

/** One program of a file. */
export interface Section {
  readonly file: string;
  readonly text: string;
  /** Line of the file on which it starts, from 1. */
  readonly firstLine: number;
  /** A portable artifact in the place of text. */
  readonly artifact?: Uint8Array;
}

/** The sections of `text`; the whole when `split` is false. */
export const sectionsOf = (file: string, text: string, split: boolean): readonly Section[] =>
  (split ? splitInput(text) : [{ text, firstLine: 1 }]).map((section) => ({ file, ...section }));
