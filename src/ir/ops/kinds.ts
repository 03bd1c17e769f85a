/**
 * @file Kinds of typed attributes. A kind knows its JS value (zod), and how that value stands in MLIR: as an `Attribute`
 * for text and bytes. An op lists its attributes by kind; builder types, parser, printer and verifier follow.
 */
import { z } from "zod";
import type { Attribute, AttributeDictionary } from "../attribute.js";
import { type Elements, elementsFromNumbers, integerAt, storedCount } from "../elements.js";
import { type Integer, integerOf, isBeyondNumbers, safeNumber } from "../integers.js";
import type { AbsentElements } from "../resources.js";
import { unquote } from "../text/strings.js";
import { elementCount, type FunctionType, scalarType, tensorType } from "../types.js";
import type { Version } from "../versions.js";

/** The attributes of an operation by name. */
type AttributeValues = Readonly<Record<string, unknown>>;

/** One kind of attribute; `T` is its value in the IR. */
export interface AttributeKind<T = unknown, Optional extends boolean = boolean> {
  /** For docs and messages, e.g. `i64[]`. */
  readonly name: string;
  readonly schema: z.ZodType<T>;
  toAttribute(value: T): Attribute;
  /** The value an MLIR attribute stands for, or undefined when it is of another kind. */
  fromAttribute(attribute: Attribute): T | undefined;
  readonly optional: Optional;
  /** What absence means, where the spec says so. */
  readonly defaultValue?: T;
  /** What is written for an absent one where every attribute is (VHLO), if that depends on the op or its other attributes. */
  absentAs?(attributes: AttributeValues): T;
  /** The version of StableHLO that brought the attribute, when the op is older. */
  readonly since?: Version;
  /** Of a struct: the dialect it is written with. */
  readonly dialect?: string;
  /** Of a struct: its fields, in the order of writing. */
  readonly fields?: Readonly<Record<string, StructField>>;
}

/** A field of a struct attribute. */
export interface StructField<T = unknown> {
  readonly schema: z.ZodType<T>;
  toAttribute(value: T): Attribute;
  fromAttribute(attribute: Attribute): T | undefined;
  /** The value that is not written. */
  readonly absent?: T;
  /** The version of StableHLO that brought the field, when the struct is older. */
  readonly since?: Version;
}

type Codec<T> = Pick<AttributeKind<T>, "name" | "schema" | "toAttribute" | "fromAttribute">;

const required = <T>(codec: Codec<T>): AttributeKind<T, false> => ({ ...codec, optional: false });

/** The same kind, but the attribute may be absent. */
export const optional = <T>(kind: AttributeKind<T, false>, defaultValue?: T): AttributeKind<T, true> => ({
  ...kind,
  optional: true,
  ...(defaultValue === undefined ? {} : { defaultValue }),
});

/** The same attribute, for whose absence `value` is written where every attribute is. */
export const absentAs = <T>(
  kind: AttributeKind<T, true>,
  value: (attributes: AttributeValues) => T,
): AttributeKind<T, true> => ({ ...kind, absentAs: value });

/** An optional list whose absence is no items. */
export const optionalList = <T>(
  kind: AttributeKind<readonly T[], false>,
): AttributeKind<readonly T[], true> => absentAs(optional(kind), () => []);

/** The same attribute or field, which `version` of StableHLO brought: to express it takes that version. */
export const since = <K extends { readonly since?: Version }>(version: Version, kind: K): K => ({
  ...kind,
  since: version,
});

/** An integer of `type` of any size. */
const integersOf = (type: "i64" | "ui64"): z.ZodType<Integer> =>
  z
    .int()
    .refine((value) => type === "i64" || value >= 0, "expected an unsigned integer")
    .or(z.bigint().refine((value) => isBeyondNumbers(value, type), `expected an integer of ${type}`));

/** An i64 of any size. */
export const anyInteger = integersOf("i64");

/** An integer of `element` of any size. */
function anyIntegerKind(element: "i64" | "ui64"): AttributeKind<Integer, false> {
  const type = scalarType(element);
  return required({
    name: element,
    schema: integersOf(element),
    toAttribute: (value) => ({ kind: "integer", value: BigInt(value), type }),
    fromAttribute: (a) => (a.kind === "integer" && a.type === type ? integerOf(a.value) : undefined),
  });
}

const numbers = { i64: z.int(), i32: z.int32(), ui32: z.uint32() } as const;

function integerKind(element: keyof typeof numbers): AttributeKind<number, false> {
  const type = scalarType(element);
  return required({
    name: element,
    schema: numbers[element],
    toAttribute: (value) => ({ kind: "integer", value: BigInt(value), type }),
    fromAttribute: (a) => (a.kind === "integer" && a.type === type ? safeNumber(a.value) : undefined),
  });
}

/** An integer that names a dimension, counts or the like, and so is below 2^53 in size. */
export const i64 = integerKind("i64");
export const i32 = integerKind("i32");
export const ui32 = integerKind("ui32");
export const anyI64 = anyIntegerKind("i64");
export const anyUi64 = anyIntegerKind("ui64");

function floatKind(element: "f32" | "f64"): AttributeKind<number, false> {
  const type = scalarType(element);
  return required({
    name: element,
    schema: z.number().or(z.nan()),
    toAttribute: (value) => ({ kind: "float", value, type }),
    fromAttribute: (a) => (a.kind === "float" && a.type === type ? a.value : undefined),
  });
}

export const f32 = floatKind("f32");
export const f64 = floatKind("f64");

export const bool = required<boolean>({
  name: "bool",
  schema: z.boolean(),
  toAttribute: (value) => ({ kind: "bool", value }),
  fromAttribute: (a) => (a.kind === "bool" ? a.value : undefined),
});

/** Present or absent; in the IR `true` or absent. */
export const unit = optional(
  required<true>({
    name: "unit",
    schema: z.literal(true),
    toAttribute: () => ({ kind: "unit" }),
    fromAttribute: (a) => (a.kind === "unit" ? true : undefined),
  }),
);

export const string = required<string>({
  name: "string",
  schema: z.string(),
  toAttribute: (value) => ({ kind: "string", value }),
  fromAttribute: (a) => (a.kind === "string" ? a.value : typedString(a)),
});

/** The text of a string that has a type, which says nothing about it. */
function typedString(attribute: Attribute): string | undefined {
  const literal =
    attribute.kind === "opaque" ? /^("(?:[^"\\]|\\.)*") : /.exec(attribute.text)?.[1] : undefined;
  return literal === undefined ? undefined : unquote(literal);
}

/** `@name`; a nested symbol is not one of these. */
export const symbol = required<string>({
  name: "symbol",
  schema: z.string(),
  toAttribute: (value) => ({ kind: "symbol", path: [value] }),
  fromAttribute: (a) => (a.kind === "symbol" && a.path.length === 1 ? a.path[0] : undefined),
});

export const symbolArray = required<readonly string[]>({
  name: "symbol[]",
  schema: z.array(z.string()).readonly(),
  toAttribute: (value) => ({ kind: "array", items: value.map((name) => ({ kind: "symbol", path: [name] })) }),
  fromAttribute: (a) => (a.kind === "array" ? everyItem(a.items, symbol.fromAttribute) : undefined),
});

/** All items read, or undefined when one of them cannot be. */
export function everyItem<I, T>(items: readonly I[], read: (item: I) => T | undefined): T[] | undefined {
  const values = items.map(read);
  return values.includes(undefined) ? undefined : (values as T[]);
}

/** `array<i64: ..>` of numbers below 2^53 in size: dimensions and the like. */
export const i64Array = required<readonly number[]>({
  name: "i64[]",
  schema: z.array(z.int()).readonly(),
  toAttribute: (value) => ({ kind: "denseArray", element: "i64", items: value.map(BigInt) }),
  fromAttribute: (a) =>
    a.kind === "denseArray" && a.element === "i64"
      ? everyItem(a.items, (item) => safeNumber(BigInt(item)))
      : undefined,
});

/** `array<i64: ..>` of any integers: offsets, sizes, strides. */
export const anyI64Array = required<readonly Integer[]>({
  name: "i64[]",
  schema: z.array(anyInteger).readonly(),
  toAttribute: (value) => ({ kind: "denseArray", element: "i64", items: value.map(BigInt) }),
  fromAttribute: (a) =>
    a.kind === "denseArray" && a.element === "i64"
      ? a.items.map((item) => integerOf(BigInt(item)))
      : undefined,
});

/** `array<i32: ..>`: how many operands or results belong to each group. */
export const i32Array = required<readonly number[]>({
  name: "i32[]",
  schema: z.array(z.int32()).readonly(),
  toAttribute: (value) => ({ kind: "denseArray", element: "i32", items: value.map(BigInt) }),
  fromAttribute: (a) => (a.kind === "denseArray" && a.element === "i32" ? a.items.map(Number) : undefined),
});

/** `array<i1: ..>`. */
export const boolArray = required<readonly boolean[]>({
  name: "i1[]",
  schema: z.array(z.boolean()).readonly(),
  toAttribute: (value) => ({ kind: "denseArray", element: "i1", items: value.map((b) => (b ? 1n : 0n)) }),
  fromAttribute: (a) =>
    a.kind === "denseArray" && a.element === "i1" ? a.items.map((item) => Number(item) !== 0) : undefined,
});

/** An i64 matrix kept as its shape and values: `padding`, `replica_groups`, `source_target_pairs`. */
export interface IntegerMatrix {
  readonly shape: readonly number[];
  readonly values: readonly Integer[];
}

/** Rows of equal length as a matrix. */
export const integerMatrix = (
  rows: readonly (readonly Integer[])[],
  width = rows[0]?.length ?? 0,
): IntegerMatrix => ({
  shape: [rows.length, width],
  values: rows.flat(),
});

/** More numbers than any padding or list of replicas has: a splat of any size is a few bytes of a program. */
const maxMatrix = 2 ** 20;

/** `dense<..> : tensor<NxMxi64>`. */
export const denseI64 = required<IntegerMatrix>({
  name: "dense i64",
  schema: z.object({ shape: z.array(z.int()).readonly(), values: z.array(anyInteger).readonly() }).readonly(),
  toAttribute: ({ shape, values }) => ({
    kind: "elements",
    value: elementsFromNumbers(tensorType(shape, "i64"), values),
  }),
  fromAttribute: (a) => {
    if (a.kind !== "elements" || a.value.type.element !== "i64") return undefined;
    const { shape } = a.value.type;
    if (elementCount(shape) > maxMatrix) return undefined;
    return { shape, values: Array.from({ length: elementCount(shape) }, (_, i) => integerAt(a.value, i)) };
  },
});

const isElements = (value: unknown): value is Elements =>
  typeof value === "object" && value !== null && "data" in value && storedCount(value as Elements) >= 0;

/** The value of a constant. */
export const elements = required<Elements>({
  name: "elements",
  schema: z.custom<Elements>(isElements),
  toAttribute: (value) => ({ kind: "elements", value }),
  fromAttribute: (a) => (a.kind === "elements" ? a.value : undefined),
});

const isAbsent = (value: unknown): value is AbsentElements => {
  const { kind, type } = (value ?? {}) as Partial<AbsentElements>;
  return kind === "resource" && type?.kind === "tensor";
};

/** The value of a constant, or the resource of one that has no data. */
export const elementsOrAbsent = required<Elements | AbsentElements>({
  name: "elements",
  schema: z.custom<Elements | AbsentElements>((value) => isAbsent(value) || isElements(value)),
  toAttribute: (value) => ("kind" in value ? value : { kind: "elements", value }),
  fromAttribute: (a) => (isAbsent(a) ? a : elements.fromAttribute(a)),
});

/** A scalar of a type of its own (boolean, integer, `index` or float), or the elements of a tensor. */
export type ScalarOrElements = Extract<
  Attribute,
  { readonly kind: "bool" | "integer" | "float" | "elements" }
>;

function scalarOrElementsOf(a: unknown): ScalarOrElements | undefined {
  if (typeof a !== "object" || a === null || !("kind" in a)) return undefined;
  const value = a as Attribute;
  switch (value.kind) {
    case "integer":
    case "float":
      return value.type.kind === "scalar" ? value : undefined;
    case "bool":
    case "elements":
      return value;
    default:
      return undefined;
  }
}

/** The value of a constant that may be a scalar, as it came. */
export const scalarOrElements = required<ScalarOrElements>({
  name: "a number, a boolean or elements",
  schema: z.custom<ScalarOrElements>((value) => scalarOrElementsOf(value) !== undefined),
  toAttribute: (value) => value,
  fromAttribute: scalarOrElementsOf,
});

/** Any attribute, as it came. */
export const attribute = required<Attribute>({
  name: "attribute",
  schema: z.custom<Attribute>((value) => typeof value === "object" && value !== null && "kind" in value),
  toAttribute: (value) => value,
  fromAttribute: (a) => a,
});

export const attributeArray = required<readonly Attribute[]>({
  name: "attribute[]",
  schema: z.array(attribute.schema).readonly(),
  toAttribute: (items) => ({ kind: "array", items }),
  fromAttribute: (a) => (a.kind === "array" ? a.items : undefined),
});

/** Numbers that an op computes with, few of them: many are a constant. */
export const f32Array = required<readonly number[]>({
  name: "f32[]",
  schema: z.array(f32.schema).readonly(),
  toAttribute: (values) => ({ kind: "array", items: values.map(f32.toAttribute) }),
  fromAttribute: (a) => (a.kind === "array" ? everyItem(a.items, f32.fromAttribute) : undefined),
});

export const dictionary = required<AttributeDictionary>({
  name: "dictionary",
  schema: z.custom<AttributeDictionary>((value) => value instanceof Map),
  toAttribute: (entries) => ({ kind: "dictionary", entries }),
  fromAttribute: (a) => (a.kind === "dictionary" ? a.entries : undefined),
});

/** One dictionary per argument or result of a function. */
export const dictionaryArray = required<readonly AttributeDictionary[]>({
  name: "dictionary[]",
  schema: z.array(dictionary.schema).readonly(),
  toAttribute: (value) => ({
    kind: "array",
    items: value.map((entries) => ({ kind: "dictionary", entries })),
  }),
  fromAttribute: (a) => (a.kind === "array" ? everyItem(a.items, dictionary.fromAttribute) : undefined),
});

export const functionTypeKind = required<FunctionType>({
  name: "function type",
  schema: z.custom<FunctionType>((value) => (value as FunctionType | undefined)?.kind === "function"),
  toAttribute: (type) => ({ kind: "type", type }),
  fromAttribute: (a) => (a.kind === "type" && a.type.kind === "function" ? a.type : undefined),
});

/** `#stablehlo<name VALUE>`, its value a string of `values`; or of another dialect. */
export function enumKind<const V extends string>(
  name: string,
  values: readonly V[],
  dialect = "stablehlo",
): AttributeKind<V, false> {
  return required({
    name,
    schema: z.enum(values as readonly [V, ...V[]]) as unknown as z.ZodType<V>,
    toAttribute: (value) => ({ kind: "enum", dialect, name, value }),
    fromAttribute: (a) =>
      a.kind === "enum" &&
      a.dialect === dialect &&
      a.name === name &&
      (values as readonly string[]).includes(a.value)
        ? (a.value as V)
        : undefined,
  });
}

/** A list of attributes of one kind. */
export function listOf<T>(kind: AttributeKind<T, false>): AttributeKind<readonly T[], false> {
  return required<readonly T[]>({
    name: `${kind.name}[]`,
    schema: z.array(kind.schema).readonly(),
    toAttribute: (value) => ({ kind: "array", items: value.map(kind.toAttribute) }),
    fromAttribute: (a) => (a.kind === "array" ? everyItem(a.items, kind.fromAttribute) : undefined),
  });
}

/** A value of either kind; the first that accepts it writes it. */
export function either<A, B>(
  a: AttributeKind<A, false>,
  b: AttributeKind<B, false>,
): AttributeKind<A | B, false> {
  return required<A | B>({
    name: `${a.name} or ${b.name}`,
    schema: z.union([a.schema, b.schema]),
    toAttribute: (value) => {
      const first = a.schema.safeParse(value);
      return first.success ? a.toAttribute(first.data) : b.toAttribute(value as B);
    },
    fromAttribute: (attribute) => a.fromAttribute(attribute) ?? b.fromAttribute(attribute),
  });
}
