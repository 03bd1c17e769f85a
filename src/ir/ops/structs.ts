/** @file Attribute kinds that are structs of named fields, e.g. `#stablehlo.dot<..>`; field names are StableHLO's. */
import { z } from "zod";
import type { Attribute, AttributeDictionary } from "../attribute.js";
import { scalarType } from "../types.js";
import type { AttributeKind } from "./kinds.js";

/** How one field stands in text and in the IR; `absent` is the value that is not written. */
interface Field<T = unknown> {
  readonly schema: z.ZodType<T>;
  toAttribute(value: T): Attribute;
  fromAttribute(attribute: Attribute): T | undefined;
  readonly absent?: T;
}

const integer = scalarType("i64");

/** A list of dimensions; empty when absent. */
const dimensions: Field<readonly number[]> = {
  schema: z.array(z.int()).readonly(),
  toAttribute: (value) => ({
    kind: "array",
    items: value.map((item) => ({ kind: "integer", value: BigInt(item), type: integer })),
  }),
  fromAttribute: (a) =>
    a.kind === "array" && a.items.every((item) => item.kind === "integer")
      ? a.items.map((item) => Number((item as { value: bigint }).value))
      : undefined,
  absent: [],
};

type FieldTable = Readonly<Record<string, Field>>;
type FieldsOf<F extends FieldTable> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

const isAbsent = (field: Field, value: unknown): boolean =>
  field.absent !== undefined && JSON.stringify(value) === JSON.stringify(field.absent);

function structKind<const F extends FieldTable>(name: string, fields: F): AttributeKind<FieldsOf<F>, false> {
  const names = Object.keys(fields);
  const shape = Object.fromEntries(names.map((key) => [key, fields[key]!.schema]));
  return {
    name,
    optional: false,
    schema: z.object(shape).readonly() as unknown as z.ZodType<FieldsOf<F>>,
    toAttribute: (value) => {
      const entries = names
        .map((key) => [key, (value as Record<string, unknown>)[key]] as const)
        .filter(([key, field]) => !isAbsent(fields[key]!, field))
        .map(([key, field]) => [key, fields[key]!.toAttribute(field)] as const);
      return { kind: "struct", dialect: "stablehlo", name, fields: new Map(entries) };
    },
    fromAttribute: (a) => (a.kind === "struct" && a.name === name ? readFields(fields, a.fields) : undefined),
  };
}

function readFields<F extends FieldTable>(fields: F, entries: AttributeDictionary): FieldsOf<F> | undefined {
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    const written = entries.get(key);
    const value = written === undefined ? field.absent : field.fromAttribute(written);
    if (value === undefined) return undefined;
    result[key] = value;
  }
  return result as FieldsOf<F>;
}

/** `#stablehlo.dot<..>`. */
export const dotDimensionNumbers = structKind("dot", {
  lhs_batching_dimensions: dimensions,
  rhs_batching_dimensions: dimensions,
  lhs_contracting_dimensions: dimensions,
  rhs_contracting_dimensions: dimensions,
});
