/**
 * @file Attributes of mhlo, e.g. mhlo.original_value: from which value of an unoptimised HLO program a value comes, as XLA notes it in
 * dumps. They are kept as their text; XLA writes them by codes, which are read here.
 */
import { formatAttribute } from "../text/print-attributes.js";
import { quote } from "../text/strings.js";
import { type Entity, isA } from "./entity.js";
import { mhloAttributes, mhloEnums, mhloStructs } from "./mhlo-codecs.js";
import type { Reading } from "./reading.js";
import { structFromEntity } from "./structs.js";
import { builtinAttributes as builtin } from "./builtin.js";

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

function originalValueText(from: Reading, entity: Entity): string | undefined {
  if (!isA(entity, mhloAttributes.originalValue)) return undefined;
  const [isSynthetic, elements] = entity.values;
  return `#mhlo.original_value<${isSynthetic}, [${elements.map((element) => elementText(from, element)).join(", ")}]>`;
}

function resultAliasText(entity: Entity): string | undefined {
  if (!isA(entity, mhloAttributes.resultAlias)) return undefined;
  const [argumentPlace, result, place, isForced] = entity.values;
  const ofArgument = argumentPlace.length === 0 ? "" : `tuple_indices = ${indices(argumentPlace)}, `;
  return `#mhlo.result_alias<${ofArgument}result_index = ${indices([result, ...place])}${isForced ? ", must_alias" : ""}>`;
}

const enums: ReadonlySet<unknown> = new Set(Object.values(mhloEnums));
/** Those that mhlo spells as attributes of their own. */
const spelledAlone = new Set<unknown>([
  mhloEnums.rng_algorithm,
  mhloEnums.rng_distribution,
  mhloEnums.result_accuracy_mode,
]);

function enumText({ codec, values }: Entity): string | undefined {
  if (!enums.has(codec)) return undefined;
  const value = String(values[0]);
  return spelledAlone.has(codec) ? `#mhlo.${codec.name}<${value}>` : `#mhlo<${codec.name} ${value}>`;
}

const structs: ReadonlySet<unknown> = new Set(Object.values(mhloStructs));

function structText(from: Reading, entity: Entity): string | undefined {
  const struct = structs.has(entity.codec) ? structFromEntity(from, entity) : undefined;
  return struct === undefined ? undefined : formatAttribute({ ...struct, dialect: "mhlo" });
}

/** The text of an attribute of mhlo, or undefined for another. */
export const mhloText = (from: Reading, entity: Entity): string | undefined =>
  originalValueText(from, entity) ?? resultAliasText(entity) ?? enumText(entity) ?? structText(from, entity);
