/**
 * @file Operations that artifacts hold as they are: the module, and Shardy's, which mix with VHLO. The values that these make and take are
 * of MLIR's own types; where one side's value is used on the other, a cast stands between.
 */
import type { Operation } from "../operation.js";
import { findOp, opDefinitions } from "../ops/index.js";
import type { Version } from "../versions.js";
import { oldestVersion } from "../versions.js";
import { attributeToBuiltin, dictionaryToBuiltin } from "./builtin-attributes.js";
import { typeToBuiltin } from "./builtin-types.js";
import type { Entity } from "./entity.js";
import type { Property } from "./program.js";
import type { Writing } from "./types.js";

/** Stands where a value changes from MLIR's own type to VHLO's, or back. */
export const castName = "builtin.unrealized_conversion_cast";

const isKept = (name: string): boolean => name === "builtin.module" || name.startsWith("sdy.");

/** The attributes of each op of which `isHeld`, sorted by name as MLIR writes them. */
const propertiesOf = (isHeld: (name: string) => boolean): ReadonlyMap<string, readonly Property[]> =>
  new Map(
    opDefinitions
      .filter(({ name }) => isHeld(name))
      .map(({ name, attributes }) => {
        const all = Object.entries(attributes).map(([key, { optional }]): Property => {
          // Of chlo.scan alone: inputs and inits, outputs and carries.
          if (/^(?:operand|result)SegmentSizes$/.test(key)) return { name: key, segments: 2 };
          return optional ? { name: key, optional } : { name: key };
        });
        return [name, all.sort((a, b) => (a.name < b.name ? -1 : 1))] as const;
      }),
  );

const properties = propertiesOf(isKept);
/** Ops that jaxlib leaves as they are where it writes artifacts with other dialects. */
const foreignProperties = propertiesOf((name) => name.startsWith("chlo."));
const castProperties: readonly Property[] = [];

/** The attributes of an operation that is kept, or undefined for one that VHLO has a version of. */
export const keptProperties = (name: string): readonly Property[] | undefined => properties.get(name);

/** The attributes of an operation that artifacts of others may hold beside VHLO. */
export const readableProperties = (name: string): readonly Property[] | undefined =>
  name === castName ? castProperties : (keptProperties(name) ?? foreignProperties.get(name));

/** Whether values that the operation makes, takes, or passes to its regions are of MLIR's own types. */
export const mixes = (name: string): boolean => name.startsWith("sdy.") && findOp(name) !== undefined;

/** The attributes of an operation that is kept: one for each of its properties, and those that its op does not declare. */
interface KeptContent {
  readonly properties: readonly (Entity | undefined)[];
  readonly discardable: Entity | undefined;
}

/** What the bytes of an operation that is kept hold of its attributes. @throws PortabilityError for what has no form outside of VHLO */
export function keptContent(to: Writing, { name, attributes, extra }: Operation): KeptContent {
  const kinds = findOp(name)!.attributes;
  return {
    properties: keptProperties(name)!.map(({ name: key }) => {
      const value = (attributes as Readonly<Record<string, unknown>>)[key];
      return value === undefined ? undefined : attributeToBuiltin(to, kinds[key]!.toAttribute(value));
    }),
    discardable:
      extra.size === 0
        ? undefined
        : dictionaryToBuiltin(to.pool, [...extra], (value) => attributeToBuiltin(to, value)),
  };
}

/** The types of the values that the operation makes, takes, or passes to its regions, where they are MLIR's own. @throws PortabilityError */
export function keptTypes(to: Writing, { name, operands, results, regions }: Operation): readonly Entity[] {
  if (!mixes(name)) return [];
  const passed = regions.flatMap(({ blocks }) => blocks.flatMap((block) => block.arguments));
  return [...operands, ...results, ...passed].map(({ type }) => typeToBuiltin(to, type));
}

/** The first version of StableHLO whose artifacts may hold the operation. */
export const keptSince = (name: string): Version => (name === "builtin.module" ? oldestVersion : "1.11.0");
