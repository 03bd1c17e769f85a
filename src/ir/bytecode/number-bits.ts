/** @file Numbers of attributes as bit patterns, and back. */
import type { Attribute } from "../attribute.js";
import { floatFromBits, floatToBits } from "../floats/bits.js";
import { bitWidth, isFloat, isInteger, type Type } from "../types.js";
import type { Complaints } from "./types.js";

type NumberAttribute = Extract<Attribute, { kind: "integer" | "float" }>;

/**
 * The bit pattern of a number attribute. @throws through `fail` when its type holds no numbers of its kind.
 */
export function numberBits(to: Complaints, attribute: NumberAttribute): bigint {
  const { type } = attribute;
  const element = type.kind === "scalar" && typeof type.element === "string" ? type.element : undefined;
  if (attribute.kind === "float") {
    if (element === undefined || !isFloat(element)) return to.fail("a number has a type that is no float");
    return attribute.bits ?? floatToBits(element, attribute.value);
  }
  if (element === undefined || (!isInteger(element) && element !== "index"))
    return to.fail("an integer has a type that holds none");
  return BigInt.asUintN(bitWidth(element), attribute.value);
}

/** A number from its bit pattern. @throws through `fail` when its type holds no numbers. */
export function numberFromBits(from: Complaints, type: Type, bits: bigint): NumberAttribute {
  const element = type.kind === "scalar" && typeof type.element === "string" ? type.element : undefined;
  if (element === undefined) return from.fail("a number has a type that holds none");
  if (isFloat(element)) {
    const value = floatFromBits(element, bits);
    return { kind: "float", value, type, ...(Number.isNaN(value) ? { bits } : {}) };
  }
  if (!isInteger(element) && element !== "index") return from.fail("a number has a type that holds none");
  const isUnsigned = element.startsWith("ui");
  return { kind: "integer", value: isUnsigned ? bits : BigInt.asIntN(bitWidth(element), bits), type };
}
