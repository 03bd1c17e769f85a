/** @file In a bundle of an author's program and the toolkit: which sources are the toolkit's, by where the bundle's map says that this one lies. */
import { dirname, sep } from "node:path";
import { callSites, positionOf } from "./call-sites.js";
import { originalPosition } from "./source-map.js";

let folder: string | undefined;

/** The folder of the toolkit's sources, or "" where no map tells. */
function ownFolder(): string {
  const made = positionOf(callSites(1, callSites)[0]!);
  const source = originalPosition(made);
  // src/support/bundled.ts, or a chunk of the package: dist/src/chunks/support.js.
  return source === made ? "" : dirname(dirname(source.file)) + sep;
}

/** Whether a source that the bundle's map names is the toolkit's. */
export function isOwnSource(file: string): boolean {
  folder ??= ownFolder();
  return folder !== "" && file.startsWith(folder);
}
