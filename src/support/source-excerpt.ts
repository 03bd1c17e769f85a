/** @file The line of a place, as errors show it. */
import { readFileSync } from "node:fs";
import type { SourcePosition } from "./errors.js";

/** The source line of a position and a caret under its column; nothing when the file cannot be read. */
export function sourceExcerpt({ file, line, column }: SourcePosition): readonly string[] {
  let text: string | undefined;
  try {
    text = readFileSync(file, "utf8").split("\n")[line - 1];
  } catch {
    return [];
  }
  if (text === undefined) return [];
  const indent = text.length - text.trimStart().length;
  return [`| ${text.trim()}`, `| ${" ".repeat(Math.max(0, column - 1 - indent))}^`];
}
