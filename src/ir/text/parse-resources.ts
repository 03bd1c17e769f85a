/**
 * @file `dense_resource<key> : T` and the tail of a file that holds the bytes, `{-# dialect_resources: {..}
 * #-}`. A resource with bytes becomes a constant like any other: XLA takes no resources (spec fact 7). One
 * without stays a name.
 */
import type { Attribute } from "../attribute.js";
import { rawElements } from "../elements.js";
import { byteWidth, elementCount, formatType, isStatic, type Type } from "../types.js";
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
  const bytes = resourcesOf(context).get(key);
  if (bytes === undefined) return { kind: "resource", key, type };
  return { kind: "elements", value: fromBytes(context, bytes, type, at) };
}

function fromBytes({ cursor }: ParseContext, bytes: Uint8Array, type: Type, at: number) {
  if (type.kind !== "tensor" || !isStatic(type))
    return cursor.fail(`a resource must be a tensor of known size, got ${formatType(type)}`, at);
  const wanted = elementCount(type.shape) * byteWidth(type.element);
  if (bytes.length !== wanted)
    cursor.fail(`the resource has ${bytes.length} bytes, ${formatType(type)} needs ${wanted}`, at);
  return rawElements(type, bytes);
}

/** The blobs at the end of the text, read at the first use. */
function resourcesOf(context: ParseContext): ReadonlyMap<string, Uint8Array> {
  context.resources ??= readResources(context);
  return context.resources;
}

function readResources(context: ParseContext): Map<string, Uint8Array> {
  const resources = new Map<string, Uint8Array>();
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
    // The first four bytes are the alignment.
    if (bytes.length >= 4) resources.set(key, Uint8Array.from(bytes.subarray(4)));
    cursor.advance();
  }
  return resources;
}

/** Steps over `{-# .. #-}`; what it holds is read where it is used. */
export function skipFileMetadata(context: ParseContext): void {
  const { cursor } = context;
  const open = cursor.start;
  cursor.continueAt(skipBrackets(context, open));
}
