/** @file The StableHLO version that an operation needs: of the op, of its attributes, of its element types (spec section 1.3). */
import type { Operation } from "./operation.js";
import type { ElementType } from "./types.js";

/** What came after 1.0, with the minor version of StableHLO 1.x that brought it. */
const ops: Readonly<Record<string, number>> = {
  "stablehlo.tan": 4,
  "stablehlo.async_start": 15,
  "stablehlo.async_done": 15,
  "stablehlo.collective_reduce": 19,
};

const attributes: Readonly<Record<string, number>> = {
  "stablehlo.dot_general.algorithm": 6,
  "stablehlo.send.source_target_pairs": 12,
  "stablehlo.recv.source_target_pairs": 12,
  "stablehlo.custom_call.result_tilings": 18,
  "stablehlo.collective_broadcast.has_dynamic_root": 20,
};

const elements: Readonly<Record<string, number>> = {
  i2: 2,
  ui2: 2,
  f8E4M3: 7,
  f8E3M4: 7,
  f4E2M1FN: 8,
  f6E2M3FN: 8,
  f6E3M2FN: 8,
  f8E8M0FNU: 8,
};

/** Lists that gather and scatter have since 1.1. */
const batching = ["operand_batching_dims", "input_batching_dims"];

interface Accuracy {
  readonly mode: string;
}

function attributeVersion(name: string, value: unknown): number {
  if (name === "result_accuracy") return (value as Accuracy).mode === "DEFAULT" ? 0 : 10;
  if (name === "replica_groups") return "mesh" in (value as object) ? 16 : 0;
  const isBatched =
    /dimension_numbers$/.test(name) &&
    batching.some((key) => ((value as Record<string, unknown[] | undefined>)[key] ?? []).length > 0);
  return isBatched ? 1 : 0;
}

/** The smallest x for which StableHLO 1.x has the operation as it stands, on values of these element types. */
export function minimumMinorVersion(operation: Operation, used: readonly ElementType[]): number {
  const { name } = operation;
  const given = Object.entries(operation.attributes).filter(([, value]) => value !== undefined);
  return Math.max(
    ops[name] ?? 0,
    name === "stablehlo.composite" && operation.regions.length > 0 ? 14 : 0,
    ...given.map(([key, value]) => attributes[`${name}.${key}`] ?? attributeVersion(key, value)),
    ...used.map((element) => (typeof element === "string" ? (elements[element] ?? 0) : 0)),
  );
}
