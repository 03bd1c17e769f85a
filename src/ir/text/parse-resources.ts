/**
 * @file `dense_resource<key> : T` and the tail of a file that holds the bytes, `{-# dialect_resources: {..} #-}`. A resource with bytes is a
 * constant like any other, which knows its key; one without stays a name.
 */
import type { Attribute } from "../attribute.js";
import { elementsOfResource, type Resource } from "../resources.js";
import { Cursor } from "./cursor.js";
import { type ParseContext, skipBrackets } from "./context.js";
import { parseType } from "./parse-types.js";
import { unquote } from "./strings.js";

/** `dense_resource<key> : T`. */
export function parseResource(context: ParseContext): Attribute {
  const { cursor } = context;
  const at = cursor.start;
  cursor.expectWord("dense_resource");
  cursor.expect("<");
  const key = cursor.kind === "string" ? unquote(cursor.expect("string")) : cursor.expect("name");
  cursor.expect(">");
  cursor.expect(":");
  const type = parseType(context);
  const resource = resourcesOf(context).get(key);
  if (resource === undefined) return { kind: "resource", key, type };
  const value = elementsOfResource(type, resource, (message) => cursor.fail(message, at));
  return { kind: "elements", value };
}

/** The blobs at the end of the text, read at the first use. */
function resourcesOf(context: ParseContext): ReadonlyMap<string, Resource> {
  context.resources ??= readResources(context);
  return context.resources;
}

function readResources(context: ParseContext): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  const tail = context.source.text.lastIndexOf("{-#");
  if (tail === -1) return resources;
  const cursor = new Cursor(context.source);
  cursor.continueAt(tail);
  // Keys are followed by their bytes wherever they stand: `key: "0x.."`.
  while (cursor.kind !== "end" && cursor.kind !== "#-}" && cursor.kind !== "invalid") {
    const key = cursor.kind === "string" ? unquote(cursor.spelling) : cursor.spelling;
    cursor.advance();
    if (!cursor.accept(":") || (cursor.kind as string) !== "string") continue;
    const bytes = Buffer.from(cursor.spelling.slice(3, -1), "hex");
    if (bytes.length >= 4) resources.set(key, resourceOfBlob(context, key, bytes));
    cursor.advance();
  }
  return resources;
}

/** Artifacts are padded to alignments: what is wider than pages of memory is a mistake, and would make them as long. */
const widestAlignment = 2 ** 20;

/** Four bytes that are the alignment, then the data. */
function resourceOfBlob({ cursor }: ParseContext, key: string, bytes: Buffer): Resource {
  const alignment = bytes.readUInt32LE(0);
  if (alignment > 0 && !Number.isInteger(Math.log2(alignment)))
    cursor.fail(`the resource ${key} has an alignment of ${alignment} bytes, which is no power of two`);
  if (alignment > widestAlignment)
    cursor.fail(`the resource ${key} has an alignment of ${alignment} bytes, more than ${widestAlignment}`);
  return { key, alignment, data: Uint8Array.from(bytes.subarray(4)) };
}

/** Steps over `{-# .. #-}`; what it holds is read where it is used. */
export function skipFileMetadata(context: ParseContext): void {
  const { cursor } = context;
  const open = cursor.start;
  cursor.continueAt(skipBrackets(context, open));
}
