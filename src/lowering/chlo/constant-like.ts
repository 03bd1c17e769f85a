/** @file constant_like: a constant of the operand's shape. */
import type { Attribute } from "../../ir/attribute.js";
import { rawElements } from "../../ir/elements.js";
import { type Emitter, typeOf } from "../../ir/emit.js";
import { floatToBits } from "../../ir/floats/bits.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { byteWidth, elementCount, isFloat, isStatic, type ScalarType, tensorType } from "../../ir/types.js";
import { InternalError } from "../../support/errors.js";

/** The bits of a number of type `element`, exactly: integers of 64 bits and the payloads of NaNs too. */
function bitsOf(value: Attribute, element: ScalarType): bigint {
  if (value.kind === "bool") return value.value ? 1n : 0n;
  if (value.kind === "integer") return value.value;
  if (value.kind === "float" && isFloat(element)) return value.bits ?? floatToBits(element, value.value);
  throw new InternalError(`chlo.constant_like of ${value.kind} is verified`);
}

export function constantLike(operation: OperationOf<"chlo.constant_like">, e: Emitter): readonly Value[] {
  const type = typeOf(operation.results[0]!);
  if (typeof type.element !== "string") throw new InternalError("chlo.constant_like is not quantised");
  const bits = bitsOf(operation.attributes.value, type.element);
  const width = isStatic(type) && elementCount(type.shape) === 0 ? 0 : byteWidth(type.element);
  const bytes = Uint8Array.from({ length: width }, (_, i) =>
    Number(BigInt.asUintN(8, bits >> BigInt(8 * i))),
  );
  if (!isStatic(type)) {
    const scalar = e.constant(rawElements(tensorType([], type.element), bytes));
    return [e.spread(scalar, operation.operands[0]!)];
  }
  return [e.constant(rawElements(type, bytes))];
}
