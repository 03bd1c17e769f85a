/** @file Numbers of attributes as bit patterns, and back. */
import type { Attribute } from "../attribute.js";
import { floatFromBits, floatToBits } from "../floats/bits.js";
import { formatType, isFloat, scalarType, type Type } from "../types.js";
import { widestNumber } from "./fields.js";
import type { Complaints } from "./complaints.js";

type NumberAttribute = Extract<Attribute, { kind: "integer" | "float" }>;

/**
 * The bit pattern of a number attribute. @throws through `fail` when its type holds no numbers of its kind.
 */
export function numberBits(to: Complaints, attribute: NumberAttribute): bigint {
  const { type } = attribute;
  if (attribute.kind === "integer")
    return BigInt.asUintN(
      integerWidth(type) ?? to.fail("an integer has a type that holds none"),
      attribute.value,
    );
  const element = type.kind === "scalar" && typeof type.element === "string" ? type.element : undefined;
  if (element === undefined || !isFloat(element)) return to.fail("a number has a type that is no float");
  return attribute.bits ?? floatToBits(element, attribute.value);
}

/** The bits of an integer of a type, of MLIR's odd widths too; undefined when it holds none, or more than are written. */
function integerWidth(type: Type): number | undefined {
  const width = type === scalarType("index") ? 64 : Number(/^[su]?i(\d+)$/.exec(formatType(type))?.[1]);
  return width <= widestNumber ? width : undefined;
}

/** A number from its bit pattern. @throws through `fail` when its type holds no numbers. */
export function numberFromBits(from: Complaints, type: Type, bits: bigint): NumberAttribute {
  const element = type.kind === "scalar" && typeof type.element === "string" ? type.element : undefined;
  if (element !== undefined && isFloat(element)) {
    const value = floatFromBits(element, bits);
    return { kind: "float", value, type, ...(Number.isNaN(value) ? { bits } : {}) };
  }
  const width = integerWidth(type) ?? from.fail("a number has a type that holds none");
  const isUnsigned = formatType(type).startsWith("ui");
  return { kind: "integer", value: isUnsigned ? bits : BigInt.asIntN(width, bits), type };
}
