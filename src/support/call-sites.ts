/** @file The frames of the stack as they run, before any source map. */
import type { SourcePosition } from "./errors.js";
import { filePath } from "./own-code.js";

/** The frames of those that called `below`, the innermost first. @param limit how many at most */
export function callSites(limit: number, below: (...args: never) => unknown): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = limit;
  Error.prepareStackTrace = (_error, sites) => sites;
  const holder: { stack?: unknown } = {};
  Error.captureStackTrace(holder, below);
  const sites = holder.stack as readonly NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return sites;
}

/** Where a frame stands in the file that runs. */
export const positionOf = (site: NodeJS.CallSite): SourcePosition => ({
  file: filePath(site.getFileName() ?? ""),
  line: site.getLineNumber() ?? 1,
  column: site.getColumnNumber() ?? 1,
});
