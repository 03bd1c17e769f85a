/** @file Kinds of attributes that are Shardy's (sdy/attributes.ts). */
import { z } from "zod";
import type { ShardyAttribute, ShardyAttributeOf } from "../sdy/attributes.js";
import { scalarType } from "../types.js";
import type { AttributeKind } from "./kinds.js";

/** What the names of Shardy's kinds begin with. */
export const shardyPrefix = "sdy.";

/** One attribute of Shardy, by Shardy's name of it. */
export const shardy = <const K extends ShardyAttribute["kind"]>(
  kind: K,
): AttributeKind<ShardyAttributeOf<K>, false> => ({
  name: `${shardyPrefix}${kind}`,
  optional: false,
  schema: z.custom<ShardyAttributeOf<K>>(
    (value) => (value as Partial<ShardyAttribute> | null | undefined)?.kind === kind,
  ),
  toAttribute: (value) => ({ kind: "sdy", value }),
  fromAttribute: (a) =>
    a.kind === "sdy" && a.value.kind === kind ? (a.value as ShardyAttributeOf<K>) : undefined,
});

/** Ways in which shardings may spread through a barrier, by their numbers in MLIR. */
export const propagationDirections = ["NONE", "FORWARD", "BACKWARD", "BOTH"] as const;
type PropagationDirection = (typeof propagationDirections)[number];

/** Written as a word in the pretty form, and as an i32 elsewhere. */
export const propagationDirection: AttributeKind<PropagationDirection, false> = {
  name: "propagation direction",
  optional: false,
  schema: z.enum(propagationDirections),
  toAttribute: (value) => ({
    kind: "integer",
    value: BigInt(propagationDirections.indexOf(value)),
    type: scalarType("i32"),
  }),
  fromAttribute: (a) =>
    a.kind === "integer" && a.type === scalarType("i32") ? propagationDirections[Number(a.value)] : undefined,
};
