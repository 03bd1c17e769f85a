/** @file Kinds of attributes that are Shardy's (sdy/attributes.ts). */
import { z } from "zod";
import type { ReductionOp, ShardyAttribute, ShardyAttributeOf } from "../sdy/attributes.js";
import { scalarType } from "../types.js";
import { type AttributeKind, optional } from "./kinds.js";

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

/** Words by their numbers in MLIR: written as a word in the pretty form, and as an i32 elsewhere. */
const words = <const W extends string>(name: string, of: readonly W[]): AttributeKind<W, false> => ({
  name,
  optional: false,
  schema: z.enum(of),
  toAttribute: (value) => ({
    kind: "integer",
    value: BigInt((of as readonly string[]).indexOf(value)),
    type: scalarType("i32"),
  }),
  fromAttribute: (a) =>
    a.kind === "integer" && a.type === scalarType("i32") ? of[Number(a.value)] : undefined,
});

/** Ways in which shardings may spread through a barrier. */
export const propagationDirections = ["NONE", "FORWARD", "BACKWARD", "BOTH"] as const;
export const propagationDirection = words("propagation direction", propagationDirections);

/** What makes one value of the parts of a tensor. */
export const reductionOps = ["sum", "max", "min"] as const satisfies readonly ReductionOp[];
export const reductionOp = optional(words("reduction op", reductionOps), "sum");
