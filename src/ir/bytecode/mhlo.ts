/**
 * @file mhlo.original_value: from which value of an unoptimised HLO program a value comes, as XLA notes it in dumps. It is kept as its text;
 * XLA writes it by codes, which are read here.
 */
import { quote } from "../text/strings.js";
import { type Entity, isA } from "./entity.js";
import {
  attribute as attributeField,
  byteFlag,
  codecsOf,
  list,
  optionalAttribute,
  signed,
} from "./fields.js";
import type { Reading } from "./reading.js";
import { builtinAttributes as builtin } from "./builtin.js";

const attribute = codecsOf("mhlo", "attribute");

export const mhloAttributes = {
  /** The instruction, and the place in its result. */
  originalArray: attribute(22, "original_array", [attributeField, list(signed)]),
  /** The place in the value, and the array there if it is known. */
  originalElement: attribute(23, "original_value_element", [list(signed), optionalAttribute]),
  /** Whether it is a call that no program has, and the arrays. */
  originalValue: attribute(24, "original_value", [byteFlag, list(attributeField)]),
} as const;

const indices = (values: readonly bigint[]): string => `[${values.join(", ")}]`;

function arrayText(from: Reading, entity: Entity | undefined): string {
  if (entity === undefined) return "none";
  const [name, place] = isA(entity, mhloAttributes.originalArray)
    ? entity.values
    : from.fail("an original value must consist of original arrays");
  if (!isA(name, builtin.string)) return from.fail("the name of an instruction must be a string");
  return `<${quote(name.values[0])}, ${indices(place)}>`;
}

function elementText(from: Reading, entity: Entity): string {
  if (!isA(entity, mhloAttributes.originalElement))
    return from.fail("an original value must be a list of its elements");
  const [place, array] = entity.values;
  return `<${indices(place)}, ${arrayText(from, array)}>`;
}

/** The text of an original value, or undefined for another attribute. */
export function originalValueText(from: Reading, entity: Entity): string | undefined {
  if (!isA(entity, mhloAttributes.originalValue)) return undefined;
  const [isSynthetic, elements] = entity.values;
  return `#mhlo.original_value<${isSynthetic}, [${elements.map((element) => elementText(from, element)).join(", ")}]>`;
}
