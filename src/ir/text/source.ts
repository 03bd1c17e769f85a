/** @file The text being parsed: positions for people, and errors with the source line and a caret. */
import { ParseError } from "../errors.js";
import type { ErrorDetails, SourcePosition } from "../../support/errors.js";

/** What an error says beside where it is. */
export type Complaint = Pick<ErrorDetails, "message" | "expected" | "got" | "hint">;

/** Columns of source shown around the caret. */
const shownWidth = 100;

export class Source {
  constructor(
    readonly text: string,
    readonly file: string,
    /** The number of the first line, for sections of a larger file. */
    readonly firstLine = 1,
  ) {}

  /** Line and column (from 1) of an offset. */
  position(offset: number): SourcePosition {
    let line = this.firstLine;
    let start = 0;
    for (let at = this.text.indexOf("\n"); at !== -1 && at < offset; at = this.text.indexOf("\n", start)) {
      line++;
      start = at + 1;
    }
    return { file: this.file, line, column: offset - start + 1 };
  }

  /** The source line of an offset and a caret below it; long lines are cut to the part around the caret. */
  #excerpt(offset: number): readonly string[] {
    const start = this.text.lastIndexOf("\n", offset - 1) + 1;
    const lineEnd = this.text.indexOf("\n", offset);
    const end = lineEnd === -1 ? this.text.length : lineEnd;
    const from = Math.max(start, Math.min(offset - shownWidth / 2, end - shownWidth));
    const to = Math.min(end, from + shownWidth);
    const shown = this.text.slice(from, to).replaceAll("\t", " ").trimEnd();
    const prefix = from > start ? "..." : "";
    const line = `${prefix}${shown}${to < end ? "..." : ""}`;
    return [line, `${" ".repeat(prefix.length + offset - from)}^`];
  }

  error(offset: number, complaint: Complaint): ParseError {
    return new ParseError({ ...complaint, where: this.position(offset), details: this.#excerpt(offset) });
  }
}

/** One error for all of a text: the first in full, the others below it. */
export function combineErrors(errors: readonly ParseError[]): ParseError {
  const [first, ...others] = errors;
  if (others.length === 0) return first!;
  const details = [
    ...(first!.details.details ?? []),
    ...others.flatMap((error) => ["", ...error.message.split("\n")]),
  ];
  return new ParseError({ ...first!.details, details }, errors);
}
