/** @file Where in the author's code a DSL call stands: the first stack frame outside of the toolkit's sources. */
import { readFileSync } from "node:fs";
import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourcePosition } from "../support/errors.js";

const sources = dirname(dirname(fileURLToPath(import.meta.url))) + sep;
const toPath = (name: string): string => (name.startsWith("file:") ? fileURLToPath(name) : name);

/** Positions by raw call site: mapping a stack to the author's source costs much more than reading a raw frame. */
const known = new Map<string, SourcePosition | undefined>();

/** Whether a file is the author's, by its name in call sites. */
const foreign = new Map<string, boolean>();

function isForeign(name: string | null | undefined): boolean {
  if (name == null) return false;
  const seen = foreign.get(name);
  if (seen !== undefined) return seen;
  const found = !name.startsWith("node:") && !toPath(name).startsWith(sources);
  foreign.set(name, found);
  return found;
}

interface RawFrame {
  readonly key: string;
  readonly depth: number;
}

function rawFrame(): RawFrame | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = 24;
  Error.prepareStackTrace = (_error, sites) => sites;
  const holder: { stack?: unknown } = {};
  Error.captureStackTrace(holder, rawFrame);
  const sites = holder.stack as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  const depth = sites.findIndex((site) => isForeign(site.getFileName()));
  const site = sites[depth];
  if (site === undefined) return undefined;
  return { key: `${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()}`, depth };
}

/** The same frame of an ordinary stack, which the runtime (node --enable-source-maps, vitest) maps to TypeScript. */
function mappedFrame(depth: number): SourcePosition | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 28;
  const lines = (new Error("position").stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  Error.stackTraceLimit = stackTraceLimit;
  // Two frames more than rawFrame sees: this function and authorPosition come first in both, rawFrame is left out there.
  const match = /\(?((?:file:\/\/)?[^()\s]+?):(\d+):(\d+)\)?$/.exec(lines[depth + 1] ?? "");
  if (match === null) return undefined;
  const [, file, line, column] = match;
  return { file: toPath(file!), line: Number(line), column: Number(column) };
}

/** The author's file, line and column of the DSL call that is being made. */
export function authorPosition(): SourcePosition | undefined {
  const frame = rawFrame();
  if (frame === undefined) return undefined;
  if (!known.has(frame.key)) known.set(frame.key, mappedFrame(frame.depth));
  return known.get(frame.key);
}

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
