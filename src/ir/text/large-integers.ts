/** @file Why an attribute was refused, where that is the size of an integer in it. */
import type { Attribute } from "../attribute.js";
import { safeNumber } from "../integers.js";

/** The first integer in an attribute that no number holds exactly. */
function largeInteger(attribute: Attribute): bigint | undefined {
  const isLarge = (item: bigint | number): item is bigint =>
    typeof item === "bigint" && safeNumber(item) === undefined;
  switch (attribute.kind) {
    case "integer":
      return isLarge(attribute.value) ? attribute.value : undefined;
    case "denseArray":
      return attribute.element === "i64" ? attribute.items.find(isLarge) : undefined;
    case "array":
      return attribute.items.map(largeInteger).find((item) => item !== undefined);
    case "struct":
      return [...attribute.fields.values()].map(largeInteger).find((item) => item !== undefined);
    default:
      return undefined;
  }
}

/** Says so when an attribute is refused for an integer that no number holds exactly. */
export function largeIntegerHint(attribute: Attribute): string | undefined {
  const large = largeInteger(attribute);
  return large === undefined
    ? undefined
    : `${large} is beyond 2^53, and this attribute names or counts dimensions`;
}
