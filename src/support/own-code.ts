/** @file Which code is the toolkit's: what an author is shown begins with the first frame outside of it. */
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** This module's file: below src/, below dist/src/, or whatever a bundler made of an author's program and the toolkit. */
const here = fileURLToPath(import.meta.url);

/** Whether the toolkit's modules lie apart, as in its sources and in its package. */
const apart = /[\\/]src[\\/](?:support[\\/]own-code\.[jt]s|chunks[\\/][^\\/]+\.js)$/.test(here);

/** The toolkit's modules: as they run, and, of its package, as its source maps name them. */
const folder = dirname(dirname(here)) + sep;
const sources = folder.endsWith(`${sep}dist${sep}src${sep}`)
  ? join(dirname(dirname(folder)), "src") + sep
  : folder;

/** A file's path, of its URL too. */
export const filePath = (name: string): string => (name.startsWith("file:") ? fileURLToPath(name) : name);

/** Whether a file is the bundle that this code was put into. */
export const isBundle = (path: string): boolean => !apart && path === here;

/** Whose code a file holds, by its name in call sites: an author's, the toolkit's or Node's, or, of what was bundled, `both`, which a source map tells apart. */
export function ownerOf(file: string): "author" | "toolkit" | "both" {
  if (file.startsWith("node:") || file === "native") return "toolkit";
  const path = filePath(file);
  if (!apart) return "both";
  return path.startsWith(folder) || path.startsWith(sources) ? "toolkit" : "author";
}

/** A frame of a printed stack. */
export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The place that a line of a printed stack names: `    at name (file:line:column)`. */
export function frameOf(line: string): Frame | undefined {
  // A function's name may have parentheses of its own, as may a folder's: the file is what begins like one.
  const named = /\(((?:\/|[\w-]+:).+):(\d+):(\d+)\)$/.exec(line) ?? /\((.+):(\d+):(\d+)\)$/.exec(line);
  const match = named ?? /^\s*(?:at )?(?:async )?(.+):(\d+):(\d+)$/.exec(line);
  if (match === null) return undefined;
  const [, file, row, column] = match;
  return { file: filePath(file!), line: Number(row), column: Number(column) };
}

/** The package that loads TypeScript is no author's. */
const isLoader = (file: string): boolean => /[\\/]node_modules[\\/]jiti[\\/]/.test(file);

/** The lines of a printed stack that are frames of an author's, the innermost first. */
export function authorLines(stack: string): readonly string[] {
  return stack.split("\n").filter((line) => {
    const frame = /^\s+at /.test(line) ? frameOf(line) : undefined;
    return frame !== undefined && ownerOf(frame.file) === "author" && !isLoader(frame.file);
  });
}
