/** @file Attributes and types that a dialect writes as text, having no code for them. */
import type { Entity, EntityKind, EntityPool } from "./entity.js";
import { textCodec } from "./program.js";

/** What a dialect writes as text: that of `#dialect.name` or `!dialect.name`, else MLIR's own. */
export function asText(pool: EntityPool, kind: EntityKind, text: string): Entity {
  const dialect = /^[#!](\w+)/.exec(text)?.[1] ?? "builtin";
  return pool.make(textCodec(dialect, kind), ...([text] as unknown as []));
}
