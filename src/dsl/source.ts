/** @file Where in the author's code a DSL call stands: the first stack frame outside of the toolkit's sources. */
import type { SourcePosition } from "../support/errors.js";
import { isOwnSource } from "../support/bundled.js";
import { callSites, positionOf } from "../support/call-sites.js";
import { frameOf, isBundle, ownerOf } from "../support/own-code.js";
import { originalPosition } from "../support/source-map.js";

/** Positions by raw call site: mapping a stack to the author's source costs much more than reading a raw frame. */
const known = new Map<string, SourcePosition | undefined>();

/** Who wrote a file, by its name in call sites. */
const owners = new Map<string, ReturnType<typeof ownerOf>>();

function ownerOfSite(site: NodeJS.CallSite): ReturnType<typeof ownerOf> {
  const name = site.getFileName();
  if (name == null) return "toolkit";
  const owner = owners.get(name) ?? ownerOf(name);
  owners.set(name, owner);
  return owner;
}

/** Whether a frame is the author's; of code that was bundled with the toolkit the source map says so, or nothing does. */
function isAuthors(site: NodeJS.CallSite): boolean {
  const owner = ownerOfSite(site);
  if (owner !== "both") return owner === "author";
  const made = positionOf(site);
  const source = originalPosition(made);
  return source === made ? !isBundle(made.file) : !isOwnSource(source.file);
}

interface RawFrame {
  readonly site: NodeJS.CallSite;
  readonly depth: number;
}

function rawFrame(): RawFrame | undefined {
  const sites = callSites(24, rawFrame);
  const depth = sites.findIndex(isAuthors);
  const site = sites[depth];
  return site === undefined ? undefined : { site, depth };
}

/** The same frame of an ordinary stack, which the runtime (node --enable-source-maps, vitest) maps to TypeScript. */
function mappedFrame(depth: number): SourcePosition | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 28;
  const lines = (new Error("position").stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  Error.stackTraceLimit = stackTraceLimit;
  // Three frames more than rawFrame sees: this function, sourceOf and authorPosition come first; rawFrame is left out there.
  return frameOf(lines[depth + 2] ?? "");
}

/** Where a frame stands in what the author wrote: by the source map of the file that runs, or as the runtime maps it. */
function sourceOf({ site, depth }: RawFrame): SourcePosition | undefined {
  const made = positionOf(site);
  const source = originalPosition(made);
  return source === made ? mappedFrame(depth) : source;
}

/** The author's file, line and column of the DSL call that is being made. */
export function authorPosition(): SourcePosition | undefined {
  const frame = rawFrame();
  if (frame === undefined) return undefined;
  const { site } = frame;
  const key = `${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()}`;
  if (!known.has(key)) known.set(key, sourceOf(frame));
  return known.get(key);
}
