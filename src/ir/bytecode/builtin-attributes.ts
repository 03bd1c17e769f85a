/** @file Attributes that stay MLIR's own in an artifact: those of the module, what is in locations, and those without a VHLO form. */
import type { Attribute } from "../attribute.js";
import type { Elements } from "../elements.js";
import { elementsOfResource, resourceOf } from "../resources.js";
import { formatAttribute } from "../text/print-attributes.js";
import { formatElements } from "../text/print-elements.js";
import { quote } from "../text/strings.js";
import { ownValue } from "../../support/own-value.js";
import { formatType, isScalarType, scalarType, tensorOfVector, type Type } from "../types.js";
import { builtinAttributes as builtin, builtinTypes as types, isLocation } from "./builtin.js";
import { elementToBuiltin, typeFromBuiltin, typeToBuiltin } from "./builtin-types.js";
import { bytesOfItems, itemsOfBytes } from "./dense-arrays.js";
import { type Entity, type EntityPool, isA } from "./entity.js";
import { affineText } from "./affine.js";
import { mhloText } from "./mhlo.js";
import { numberBits, numberFromBits } from "./number-bits.js";
import type { Reading } from "./reading.js";
import { shardyToEntity } from "./sdy-to-entity.js";
import { chloEnums, stablehloEnums } from "./stablehlo-codecs.js";
import { asText } from "./text-entities.js";
import { structFromEntity, structToEntity } from "./structs.js";
import { unpackElements } from "./tensor-data.js";
import type { Writing } from "./types.js";

/** An attribute as MLIR has it without VHLO. */
export function attributeToBuiltin(to: Writing, attribute: Attribute): Entity {
  const { pool } = to;
  const text = (value: string): Entity => pool.make(builtin.string, value);
  switch (attribute.kind) {
    case "unit":
      return pool.make(builtin.unit);
    case "bool":
      return pool.make(builtin.integer, pool.make(types.integer, 4), attribute.value ? 1n : 0n);
    case "integer":
    case "float": {
      const codec = attribute.kind === "float" ? builtin.float : builtin.integer;
      return pool.make(codec, typeToBuiltin(to, attribute.type), numberBits(to, attribute));
    }
    case "string":
      return text(attribute.value);
    case "symbol": {
      const [first, ...nested] = attribute.path.map((name) => pool.make(builtin.symbol, text(name)));
      return nested.length === 0 ? first! : pool.make(builtin.nestedSymbol, text(attribute.path[0]!), nested);
    }
    case "type":
      return pool.make(builtin.type, typeToBuiltin(to, attribute.type));
    case "array":
      return pool.make(
        builtin.array,
        attribute.items.map((item) => attributeToBuiltin(to, item)),
      );
    case "dictionary":
      return dictionaryToBuiltin(to.pool, [...attribute.entries], (value) => attributeToBuiltin(to, value));
    case "elements":
      return elementsToBuiltin(to, attribute.value);
    case "resource":
      return pool.make(builtin.resource, typeToBuiltin(to, attribute.type), [attribute.key, 0, undefined]);
    case "location":
      return to.locationOf(attribute.location);
    case "denseArray":
      return denseArray(to, attribute);
    case "sdy":
      return shardyToEntity(attribute.value, pool);
    case "enum":
      return enumToOwn(to, attribute);
    case "struct":
      return structToOwn(to, attribute);
    case "opaque":
      return asText(pool, "attribute", attribute.text);
  }
}

function elementsToBuiltin(to: Writing, value: Elements): Entity {
  const type = typeToBuiltin(to, value.type);
  const key = to.resourceKey(value);
  if (key === undefined) return to.pool.make(builtin.elements, type, to.bytesOf(value));
  const { alignment, data } = resourceOf(value)!;
  return to.pool.make(builtin.resource, type, [key, alignment, data]);
}

/** The codecs of enumerations, by dialect; those of others are written as text. */
const enums: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  stablehlo: stablehloEnums,
  chlo: chloEnums,
};
const enumCodecs: ReadonlySet<unknown> = new Set(Object.values(enums).flatMap(Object.values<unknown>));

function enumToOwn(to: Writing, attribute: Extract<Attribute, { kind: "enum" }>): Entity {
  const { dialect, name, value } = attribute;
  const codec = ownValue(ownValue(enums, dialect) ?? {}, name);
  if (codec === undefined) return asText(to.pool, "attribute", formatAttribute(attribute));
  return to.pool.make(codec as (typeof stablehloEnums)["precision"], value as "DEFAULT");
}

function structToOwn(to: Writing, attribute: Extract<Attribute, { kind: "struct" }>): Entity {
  const parts = {
    pool: to.pool,
    fail: to.fail,
    attribute: (part: Attribute) => attributeToBuiltin(to, part),
    type: (type: Type) => typeToBuiltin(to, type),
  };
  const known = attribute.dialect === "stablehlo" ? structToEntity(parts, "stablehlo", attribute) : undefined;
  return known ?? asText(to.pool, "attribute", formatAttribute(attribute));
}

function denseArray(to: Writing, attribute: Extract<Attribute, { kind: "denseArray" }>): Entity {
  const { element, items } = attribute;
  if (!isScalarType(element)) return to.fail(`array<${element}> has no portable form`);
  const bytes = bytesOfItems(to, attribute);
  return to.pool.make(builtin.denseArray, elementToBuiltin(to, element), items.length, bytes);
}

/** A dictionary of MLIR's own, sorted by name. */
export function dictionaryToBuiltin<T>(
  pool: EntityPool,
  entries: readonly (readonly [string, T])[],
  convert: (value: T) => Entity,
): Entity {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return pool.make(
    builtin.dictionary,
    sorted.map(([key, value]) => [pool.make(builtin.string, key), convert(value)] as const),
  );
}

/** The names and values of a dictionary of MLIR's own. */
export function dictionaryEntries(from: Reading, entity: Entity | undefined): (readonly [string, Entity])[] {
  if (entity === undefined) return [];
  if (!isA(entity, builtin.dictionary)) return from.fail("a dictionary is wanted");
  return entity.values[0].map(([key, value]) => {
    if (!isA(key, builtin.string)) return from.fail("the key of a dictionary must be a string");
    return [key.values[0], value] as const;
  });
}

/** The attribute of the IR that an attribute of the builtin dialect stands for. */
export function attributeFromBuiltin(from: Reading, entity: Entity): Attribute {
  if (isA(entity, builtin.unit)) return { kind: "unit" };
  if (isA(entity, builtin.string)) return { kind: "string", value: entity.values[0] };
  if (isA(entity, builtin.type)) return { kind: "type", type: typeFromBuiltin(from, entity.values[0]) };
  if (isA(entity, builtin.array))
    return { kind: "array", items: entity.values[0].map((item) => from.attribute(item)) };
  if (isA(entity, builtin.dictionary)) {
    const entries = dictionaryEntries(from, entity);
    return {
      kind: "dictionary",
      entries: new Map(entries.map(([key, value]) => [key, from.attribute(value)])),
    };
  }
  if (isA(entity, builtin.integer) || isA(entity, builtin.float)) {
    const type = typeFromBuiltin(from, entity.values[0]);
    if (type === scalarType("i1")) return { kind: "bool", value: entity.values[1] !== 0n };
    // Floats that are wider than JavaScript's numbers are their bits.
    if (isA(entity, builtin.float) && type.kind === "opaque")
      return { kind: "opaque", text: `0x${entity.values[1].toString(16).toUpperCase()} : ${type.text}` };
    return numberFromBits(from, type, entity.values[1]);
  }
  if (isA(entity, builtin.symbol)) return { kind: "symbol", path: [symbolName(from, entity)] };
  if (isA(entity, builtin.nestedSymbol)) {
    const [root, nested] = entity.values;
    if (!isA(root, builtin.string)) return from.fail("the root of a symbol must be a string");
    return { kind: "symbol", path: [root.values[0], ...nested.map((inner) => symbolName(from, inner))] };
  }
  if (isA(entity, builtin.elements)) {
    return readElements(from, entity.values);
  }
  if (isA(entity, builtin.resource)) return readResource(from, entity.values);
  if (isLocation(entity.codec)) return { kind: "location", location: from.location(entity) };
  if (isA(entity, builtin.denseArray)) return readDenseArray(from, entity.values);
  if (isA(entity, builtin.sparse)) return readSparse(from, entity.values);
  if (isA(entity, builtin.distinct)) {
    const inner = formatAttribute(from.attribute(entity.values[0]));
    return { kind: "opaque", text: `distinct[${from.nextDistinct()}]<${inner}>` };
  }
  if (isA(entity, builtin.typedString)) {
    const [text, type] = entity.values;
    return { kind: "opaque", text: `${quote(text)} : ${formatType(from.type(type))}` };
  }
  if (enumCodecs.has(entity.codec)) {
    const { dialect, name } = entity.codec;
    return { kind: "enum", dialect, name, value: String(entity.values[0]) };
  }
  const text = affineText(entity) ?? mhloText(from, entity);
  if (text !== undefined) return { kind: "opaque", text };
  const struct = structFromEntity(from, entity);
  if (struct !== undefined) return struct;
  return from.fail(`${entity.codec.dialect} ${entity.codec.name} is no attribute of a program`);
}

function symbolName(from: Reading, entity: Entity): string {
  const name = isA(entity, builtin.symbol) ? entity.values[0] : undefined;
  return isA(name, builtin.string) ? name.values[0] : from.fail("the name of a symbol must be a string");
}

/** Elements of a tensor; those of a vector as their text. */
function readElements(from: Reading, [typeEntity, blob]: readonly [Entity, Uint8Array]): Attribute {
  const type = typeFromBuiltin(from, typeEntity);
  const tensor = type.kind === "tensor" ? type : tensorOfVector(type);
  if (tensor === undefined) return from.fail("elements must be of a ranked tensor");
  const value = unpackElements(from, tensor, blob);
  if (tensor === type) return { kind: "elements", value };
  return { kind: "opaque", text: `dense<${formatElements(value)}> : ${formatType(type)}` };
}

/** A resource of the file as elements that know their key, or as the key alone where there are no bytes. */
function readResource(
  from: Reading,
  [typeEntity, [key, alignment, data]]: readonly [Entity, readonly [string, number, Uint8Array | undefined]],
): Attribute {
  const type = from.type(typeEntity);
  if (data === undefined) return { kind: "resource", key, type };
  const resource = from.resource({ key, alignment, data });
  return { kind: "elements", value: elementsOfResource(type, resource, (message) => from.fail(message)) };
}

/** Of most elements of a tensor that they are zero, and which are not, as its text. */
function readSparse(from: Reading, [type, ...parts]: readonly [Entity, Entity, Entity]): Attribute {
  const [indices, values] = parts.map((part) => {
    const attribute = from.attribute(part);
    return attribute.kind === "elements"
      ? formatElements(attribute.value)
      : from.fail("the indices and values of sparse elements must be dense");
  });
  return { kind: "opaque", text: `sparse<${indices}, ${values}> : ${formatType(from.type(type))}` };
}

function readDenseArray(
  from: Reading,
  [element, count, bytes]: readonly [Entity, number, Uint8Array],
): Attribute {
  const type = typeFromBuiltin(from, element);
  if (type.kind !== "scalar" || typeof type.element !== "string")
    return from.fail("an array has elements of an unknown type");
  return itemsOfBytes(from, type.element, count, bytes);
}
