/** @file Where gradients stop: an identity that says so, which lasts until passes remove identities. */
import type { AttributeDictionary } from "../ir/attribute.js";
import type { Builder } from "../ir/builder.js";
import type { Operation, Value } from "../ir/operation.js";

const STOP = "griffin.stop_gradient";

/** `value` itself, of which no gradient is taken. */
export function stopGradientOf(builder: Builder, value: Value): Value {
  const extra: AttributeDictionary = new Map([[STOP, { kind: "unit" }]]);
  return builder.create("stablehlo.reshape", [value], {}, { results: [value.type], extra }).result;
}

/** Whether gradients end at an operation. */
export const isStopped = ({ extra }: Operation): boolean => extra.has(STOP);
