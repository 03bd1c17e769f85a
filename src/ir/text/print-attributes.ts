/** @file Attributes as text. */
import type { Attribute, AttributeDictionary } from "../attribute.js";
import type { Elements } from "../elements.js";
import {
  elementCount,
  type FloatType,
  formatType,
  isFloat,
  isScalarType,
  scalarType,
  type Type,
} from "../types.js";
import { formatFloat, formatFloatBits } from "../floats/spelling.js";
import { type ResourceKeys, resourceOf } from "../resources.js";
import { formatMeshBody } from "./print-mesh.js";
import { formatLocation } from "./print-locations.js";
import { formatElements } from "./print-elements.js";
import { formatShardyAttribute } from "./print-sdy.js";
import { formatKey, formatSymbol, quote } from "./strings.js";

/** How attributes are written: constants above this many elements are left out when it is given. */
export interface AttributeStyle {
  readonly elideAbove?: number | undefined;
  /** Learns of the resources that are written as such; without it, they are written as the elements that they hold. */
  readonly resources?: ResourceKeys | undefined;
}

const i64 = scalarType("i64");
const f64 = scalarType("f64");

/** Enums that are written `#stablehlo.name<VALUE>` rather than `#stablehlo<name VALUE>`. */
const dottedEnums: ReadonlySet<string> = new Set(["result_accuracy_mode"]);

type Fields = AttributeDictionary;

const floatTypeOf = (type: Type): FloatType =>
  type.kind === "scalar" && isFloat(type.element) ? type.element : "f64";

/** A number without its type. */
export function formatNumber(attribute: Extract<Attribute, { kind: "integer" | "float" }>): string {
  if (attribute.kind === "integer") return String(attribute.value);
  const type = floatTypeOf(attribute.type);
  return attribute.bits === undefined
    ? formatFloat(attribute.value, type)
    : formatFloatBits(attribute.bits, type);
}

function formatDenseArray(element: string, items: readonly (bigint | number)[]): string {
  const write = (item: bigint | number): string => {
    if (element === "i1") return item === 0n ? "false" : "true";
    if (!isScalarType(element) || !isFloat(element)) return String(item);
    return typeof item === "bigint" ? formatFloatBits(item, element) : formatFloat(item, element);
  };
  return `array<${element}${items.length === 0 ? "" : ": "}${items.map(write).join(", ")}>`;
}

/** `{a = 1 : i64, flag}`, sorted by name. */
export function formatDictionary(entries: AttributeDictionary, style: AttributeStyle = {}): string {
  return `{${formatEntries(entries, style)}}`;
}

/** What stands between the braces of a dictionary. */
export function formatEntries(entries: AttributeDictionary, style: AttributeStyle = {}): string {
  return [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) =>
      value.kind === "unit" ? formatKey(key) : `${formatKey(key)} = ${formatAttribute(value, style)}`,
    )
    .join(", ");
}

/** One attribute; numbers in a list leave out their type when it is i64 or f64. */
export function formatAttribute(attribute: Attribute, style: AttributeStyle = {}, inList = false): string {
  switch (attribute.kind) {
    case "unit":
      return "unit";
    case "bool":
      return String(attribute.value);
    case "integer":
    case "float": {
      const text = formatNumber(attribute);
      const bare = attribute.type === (attribute.kind === "integer" ? i64 : f64) && !text.startsWith("0x");
      return inList && bare ? text : `${text} : ${formatType(attribute.type)}`;
    }
    case "string":
      return quote(attribute.value);
    case "symbol":
      return formatSymbol(attribute.path);
    case "type":
      return formatType(attribute.type);
    case "array":
      return `[${attribute.items.map((item) => formatAttribute(item, style, true)).join(", ")}]`;
    case "dictionary":
      return formatDictionary(attribute.entries, style);
    case "denseArray":
      return formatDenseArray(attribute.element, attribute.items);
    case "elements":
      return formatDense(attribute.value, style);
    case "resource":
      return `dense_resource<${formatKey(attribute.key)}> : ${formatType(attribute.type)}`;
    case "enum":
      return formatEnum(attribute);
    case "struct":
      return formatStruct(attribute);
    case "location":
      return formatLocation(attribute.location);
    case "sdy":
      return formatShardyAttribute(attribute.value);
    case "opaque":
      return attribute.text;
  }
}

function formatStruct({ dialect, name, fields }: Extract<Attribute, { kind: "struct" }>): string {
  const mesh =
    dialect === "stablehlo" ? formatMeshBody(name, fields, (inner) => formatAttribute(inner)) : undefined;
  if (mesh === undefined) return `#${dialect}.${name}<${formatStructBody(name, fields)}>`;
  return `#stablehlo.${name === "type_extensions" ? "bounds" : name}${mesh}`;
}

function formatEnum({ dialect, name, value }: Extract<Attribute, { kind: "enum" }>): string {
  return dottedEnums.has(name) ? `#${dialect}.${name}<${value}>` : `#${dialect}<${name} ${value}>`;
}

function formatDense(value: Elements, style: AttributeStyle): string {
  const elided =
    style.elideAbove !== undefined && !value.splat && elementCount(value.type.shape) > style.elideAbove;
  return `${elided ? "dense_resource<__elided__>" : formatWhole(value, style)} : ${formatType(value.type)}`;
}

function formatWhole(value: Elements, { resources }: AttributeStyle): string {
  const resource = resources === undefined ? undefined : resourceOf(value);
  return resource === undefined
    ? `dense<${formatElements(value)}>`
    : `dense_resource<${formatKey(resources!.keyOf(resource))}>`;
}

function formatField(value: Attribute): string {
  if (value.kind === "integer" || value.kind === "float") return formatNumber(value);
  if (value.kind === "array") return `[${value.items.map(formatField).join(", ")}]`;
  return formatAttribute(value);
}

/** The fields of a struct attribute, without its name: `offset_dims = [1], index_vector_dim = 1`. */
export function formatStructBody(name: string, fields: Fields): string {
  if (name === "conv") return formatConvDimensions(fields);
  return [...fields].map(([key, value]) => `${key} = ${formatField(value)}`).join(", ");
}

const numberOf = (value: Attribute | undefined): number =>
  value?.kind === "integer" ? Number(value.value) : -1;
const numbersOf = (value: Attribute | undefined): number[] =>
  value?.kind === "array" ? value.items.map(numberOf) : [];

/** `[b, 0, 1, f]`, or undefined when the positions do not fill a list. */
function dimensionLayout(
  named: readonly (readonly [string, number])[],
  spatial: readonly number[],
): string | undefined {
  const all = [...named, ...spatial.map((position, i) => [String(i), position] as const)];
  const layout = new Map(all.map(([name, position]) => [position, name]));
  const names = Array.from(all, (_, i) => layout.get(i));
  return names.includes(undefined) ? undefined : `[${names.join(", ")}]`;
}

/** `[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]`; positions that do not fill a list are written `raw` by name. */
export function formatConvDimensions(fields: Fields): string {
  const get = (key: string): number => numberOf(fields.get(key));
  const list = (key: string): number[] => numbersOf(fields.get(key));
  const input = dimensionLayout(
    [
      ["b", get("input_batch_dimension")],
      ["f", get("input_feature_dimension")],
    ],
    list("input_spatial_dimensions"),
  );
  const kernel = dimensionLayout(
    [
      ["i", get("kernel_input_feature_dimension")],
      ["o", get("kernel_output_feature_dimension")],
    ],
    list("kernel_spatial_dimensions"),
  );
  const output = dimensionLayout(
    [
      ["b", get("output_batch_dimension")],
      ["f", get("output_feature_dimension")],
    ],
    list("output_spatial_dimensions"),
  );
  if (input !== undefined && kernel !== undefined && output !== undefined)
    return `${input}x${kernel}->${output}`;
  return `raw ${[...fields].map(([key, value]) => `${key} = ${formatField(value)}`).join(", ")}`;
}
