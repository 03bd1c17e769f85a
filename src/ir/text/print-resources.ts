/** @file The tail of a text that holds the bytes of its resources: `{-# dialect_resources: {..} #-}`. */
import type { Resource, ResourceKeys } from "../resources.js";
import { formatKey } from "./strings.js";

/** What stands after a module that refers to resources; empty where there are none. */
export function formatResources({ entries }: ResourceKeys): string {
  if (entries.length === 0) return "";
  const lines = entries.map(([resource, key]) => `      ${formatKey(key)}: ${hexadecimal(resource)}`);
  return `\n\n{-#\n  dialect_resources: {\n    builtin: {\n${lines.join(",\n")}\n    }\n  }\n#-}`;
}

/** The alignment in four bytes, then the data. */
function hexadecimal({ alignment, data }: Resource): string {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(alignment);
  return `"0x${Buffer.concat([head, data]).toString("hex").toUpperCase()}"`;
}
