/** @file Locations in all their forms. */
import { type Location, unknownLocation } from "../location.js";
import { parseAttribute } from "./parse-attributes.js";
import { type ParseContext, parseInteger } from "./context.js";
import { formatLocation } from "./print-locations.js";
import { unquote } from "./strings.js";

/** `loc(..)` if it is there. */
export function parseOptionalLocation(context: ParseContext): Location | undefined {
  return context.cursor.isWord("loc") ? parseLocation(context) : undefined;
}

/** `loc(..)`. */
export function parseLocation(context: ParseContext): Location {
  const { cursor } = context;
  cursor.expectWord("loc");
  cursor.expect("(");
  const location = parseLocationBody(context);
  cursor.expect(")", "after the location");
  return location;
}

/** Parts and depth of locations that hold others. */
const extents = new WeakMap<Location, { readonly size: number; readonly depth: number }>();
const largest = 100_000;
const deepest = 1000;
const single = { size: 1, depth: 1 };

/** Refuses locations that aliases have made too large to walk. */
function bounded<T extends Location>(
  { cursor }: ParseContext,
  location: T,
  children: readonly Location[],
): T {
  const inner = children.map((child) => extents.get(child) ?? single);
  const size = inner.reduce((sum, extent) => sum + extent.size, 1);
  const depth = 1 + inner.reduce((most, extent) => Math.max(most, extent.depth), 0);
  if (size > largest || depth > deepest) cursor.fail("the location is too large");
  extents.set(location, { size, depth });
  return location;
}

function parseLocationBody(context: ParseContext): Location {
  return context.nested(() => {
    const { cursor } = context;
    if (cursor.kind === "string") return parseStringLocation(context);
    if (cursor.kind === "attribute") return parseLocationAlias(context);
    if (cursor.acceptWord("unknown")) return unknownLocation;
    if (cursor.acceptWord("callsite")) return parseCallSite(context);
    if (cursor.acceptWord("fused")) return parseFused(context);
    if (cursor.isWord("loc")) return parseLocation(context);
    return cursor.failExpected("a location");
  });
}

/** `"name"`, `"name"(child)` or `"file":1:2 to 3:4`. */
function parseStringLocation(context: ParseContext): Location {
  const { cursor } = context;
  const text = unquote(cursor.expect("string"));
  if (cursor.accept("(")) {
    const child = parseLocationBody(context);
    cursor.expect(")");
    return bounded(context, { kind: "name", name: text, child }, [child]);
  }
  if (!cursor.accept(":")) return { kind: "name", name: text, child: unknownLocation };
  const line = parseInteger(context);
  if (!cursor.accept(":")) cursor.failExpected('":" and a column');
  const start = { kind: "file", file: text, line, column: parseInteger(context) } as const;
  if (!cursor.acceptWord("to")) return start;
  const endLine = cursor.kind === "integer" ? parseInteger(context) : line;
  cursor.expect(":");
  return { ...start, endLine, endColumn: parseInteger(context) };
}

function parseCallSite(context: ParseContext): Location {
  const { cursor } = context;
  cursor.expect("(");
  const callee = parseLocationBody(context);
  cursor.expectWord("at");
  const caller = parseLocationBody(context);
  cursor.expect(")");
  return bounded(context, { kind: "callsite", callee, caller }, [callee, caller]);
}

function parseFused(context: ParseContext): Location {
  const { cursor } = context;
  let metadata: string | undefined;
  if (cursor.accept("<")) {
    const { start } = cursor;
    parseAttribute(context);
    metadata = cursor.text.slice(start, cursor.start).trimEnd();
    cursor.expect(">");
  }
  const children = context.list("[", "]", () => parseLocationBody(context));
  return fuse(context, children, metadata);
}

/**
 * A fused location as MLIR keeps it: parts once, without unknown ones, those of fused parts in their place.
 */
function fuse(context: ParseContext, written: readonly Location[], metadata: string | undefined): Location {
  const tag = metadata === undefined ? {} : { metadata };
  const all = bounded(context, { kind: "fused", children: written, ...tag }, written);
  const parts = all.children.flatMap((part) =>
    part.kind === "fused" && part.metadata === metadata
      ? part.children
      : part.kind === "unknown"
        ? []
        : [part],
  );
  const children = [...new Map(parts.map((part) => [formatLocation(part), part])).values()];
  if (children.length === 0 && metadata === undefined) return unknownLocation;
  if (children.length === 1 && metadata === undefined) return children[0]!;
  const kept = children.length === 0 ? [unknownLocation] : children;
  return bounded(context, { kind: "fused", children: kept, ...tag }, kept);
}

function parseLocationAlias(context: ParseContext): Location {
  const { cursor } = context;
  const { spelling } = cursor;
  if (!context.locationAliases.has(spelling)) defineAheadOfUse(context, spelling);
  const location = context.locationAliases.get(spelling);
  if (location === undefined) return cursor.fail(`the location alias ${spelling} is not defined`);
  cursor.advance();
  return location;
}

/**
 * Reads the definitions after the module, where MLIR puts locations: those not known yet, in the order they
 * stand, so that long chains of them do not nest. An alias in the making stands for nothing: a circle ends in
 * the error above.
 */
function defineAheadOfUse(context: ParseContext, wanted: string): void {
  const { cursor, locationAliases } = context;
  if (context.scannedForLocations) return;
  context.scannedForLocations = true;
  const mark = cursor.mark();
  const definition = /^[ \t]*(#[A-Za-z0-9_$.-]+)[ \t]*=[ \t]*(?=loc\b)/gm;
  for (const match of cursor.text.matchAll(definition)) {
    const name = match[1]!;
    if (locationAliases.has(name)) continue;
    cursor.return({ start: match.index + match[0].length, line: 0, lineStart: 0 });
    locationAliases.set(name, parseLocation(context));
  }
  cursor.return(mark);
  if (!locationAliases.has(wanted)) cursor.fail(`the location alias ${wanted} is not defined`);
}
