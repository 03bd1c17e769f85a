/** @file Attributes that stay MLIR's own in an artifact: those of the module, and what is in locations. */
import type { Attribute } from "../attribute.js";
import { elementsFromNumbers } from "../elements.js";
import {
  bitWidth,
  DYNAMIC,
  type ElementType,
  functionType,
  isInteger,
  isScalarType,
  noneType,
  opaqueType,
  scalarType,
  tensorType,
  tupleType,
  type Type,
} from "../types.js";
import { formatType } from "../types.js";
import { type Reading, numberFromBits } from "./attributes-from-vhlo.js";
import { numberBits } from "./attributes-to-vhlo.js";
import { builtinAttributes as builtin, builtinTypes as types } from "./builtin.js";
import { type Entity, type EntityPool, isA } from "./entity.js";
import { textCodec } from "./program.js";
import { packElements, unpackElements } from "./tensor-data.js";
import type { Writing } from "./types.js";

/** Signs of integer types. */
const [signless, , unsigned] = [0, 1, 2];

const asText = (pool: EntityPool, kind: "attribute" | "type", text: string): Entity =>
  pool.make(textCodec("builtin", kind), ...([text] as unknown as []));

function elementToBuiltin({ pool }: Writing, element: ElementType): Entity {
  if (element === "i1") return pool.make(types.integer, 4);
  if (typeof element === "string" && isInteger(element))
    return pool.make(
      types.integer,
      bitWidth(element) * 4 + (element.startsWith("ui") ? unsigned! : signless!),
    );
  if (
    element === "index" ||
    element === "bf16" ||
    element === "f16" ||
    element === "f32" ||
    element === "f64"
  )
    return pool.make(types[element]);
  return asText(pool, "type", formatType(scalarType(element)));
}

function typeToBuiltin(to: Writing, type: Type): Entity {
  const { pool } = to;
  const all = (list: readonly Type[]): Entity[] => list.map((inner) => typeToBuiltin(to, inner));
  switch (type.kind) {
    case "scalar":
      return elementToBuiltin(to, type.element);
    case "function":
      return pool.make(types.function, all(type.inputs), all(type.results));
    case "tuple":
      return pool.make(types.tuple, all(type.elements));
    case "none":
      return pool.make(types.none);
    case "tensor":
      if (type.bounds === undefined && !type.shape.includes(DYNAMIC))
        return pool.make(types.tensor, type.shape.map(BigInt), elementToBuiltin(to, type.element));
      break;
  }
  return to.fail(`an attribute of the module cannot be of type ${formatType(type)}`);
}

/** An attribute of the module, in bytecode. */
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
      return pool.make(
        builtin.elements,
        typeToBuiltin(to, attribute.value.type),
        packElements(attribute.value),
      );
    case "denseArray":
      return denseArray(to, attribute);
    default:
      return to.fail(`an attribute of the module cannot be of kind ${attribute.kind}`);
  }
}

function denseArray(to: Writing, { element, items }: Extract<Attribute, { kind: "denseArray" }>): Entity {
  if (!isScalarType(element)) return to.fail(`array<${element}> has no portable form`);
  const type = tensorType([items.length], element);
  const { data, splat } = elementsFromNumbers(type, items.map(Number));
  const width = data.length / (splat ? 1 : Math.max(items.length, 1));
  const whole = splat ? Uint8Array.from({ length: width * items.length }, (_, i) => data[i % width]!) : data;
  return to.pool.make(builtin.denseArray, elementToBuiltin(to, element), items.length, whole);
}

/** A dictionary of MLIR's own, sorted by name; undefined when there is nothing in it. */
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

const plainTypes = ["index", "bf16", "f16", "f32", "f64"] as const;

function integerTypeFrom(bits: number): Type {
  const name = `${["i", "si", "ui"][bits % 4]}${Math.floor(bits / 4)}`;
  return isScalarType(name) ? scalarType(name) : opaqueType(name);
}

function typeFromBuiltin(from: Reading, entity: Entity): Type {
  const all = (list: readonly Entity[]): Type[] => list.map((inner) => typeFromBuiltin(from, inner));
  const plain = plainTypes.find((name) => isA(entity, types[name]));
  if (plain !== undefined) return scalarType(plain);
  if (isA(entity, types.integer)) return integerTypeFrom(entity.values[0]);
  if (isA(entity, types.none)) return noneType;
  if (isA(entity, types.function)) return functionType(all(entity.values[0]), all(entity.values[1]));
  if (isA(entity, types.tuple)) return tupleType(all(entity.values[0]));
  if (isA(entity, types.tensor)) return staticTensor(from, entity.values);
  if (entity.codec.code !== undefined)
    return from.fail(`the type ${entity.codec.name} stands in an attribute of the module`);
  const text = String(entity.values[0]);
  return isScalarType(text) ? scalarType(text) : opaqueType(text);
}

function staticTensor(from: Reading, [sizes, entity]: readonly [readonly bigint[], Entity]): Type {
  const element = typeFromBuiltin(from, entity);
  if (element.kind !== "scalar") return from.fail("a tensor has elements of an unknown type");
  if (sizes.some((size) => size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)))
    return from.fail("a tensor in an attribute of the module must be static");
  return tensorType(sizes.map(Number), element.element);
}

/** The attribute of the IR that an attribute of the builtin dialect stands for. */
export function attributeFromBuiltin(from: Reading, entity: Entity): Attribute {
  const known = from.attributes.get(entity) ?? convert(from, entity);
  from.attributes.set(entity, known);
  return known;
}

function convert(from: Reading, entity: Entity): Attribute {
  if (isA(entity, builtin.unit)) return { kind: "unit" };
  if (isA(entity, builtin.string)) return { kind: "string", value: entity.values[0] };
  if (isA(entity, builtin.type)) return { kind: "type", type: typeFromBuiltin(from, entity.values[0]) };
  if (isA(entity, builtin.array))
    return { kind: "array", items: entity.values[0].map((item) => attributeFromBuiltin(from, item)) };
  if (isA(entity, builtin.dictionary)) {
    const entries = dictionaryEntries(from, entity);
    return {
      kind: "dictionary",
      entries: new Map(entries.map(([key, value]) => [key, attributeFromBuiltin(from, value)])),
    };
  }
  if (isA(entity, builtin.integer) || isA(entity, builtin.float)) {
    const type = typeFromBuiltin(from, entity.values[0]);
    if (type === scalarType("i1")) return { kind: "bool", value: entity.values[1] !== 0n };
    return numberFromBits(from, type, entity.values[1]);
  }
  if (isA(entity, builtin.symbol)) return { kind: "symbol", path: [symbolName(from, entity)] };
  if (isA(entity, builtin.nestedSymbol)) {
    const [root, nested] = entity.values;
    if (!isA(root, builtin.string)) return from.fail("the root of a symbol must be a string");
    return { kind: "symbol", path: [root.values[0], ...nested.map((inner) => symbolName(from, inner))] };
  }
  if (isA(entity, builtin.elements)) {
    const type = typeFromBuiltin(from, entity.values[0]);
    if (type.kind !== "tensor") return from.fail("elements must be of a ranked tensor");
    return { kind: "elements", value: unpackElements(from, type, entity.values[1]) };
  }
  if (isA(entity, builtin.denseArray)) return readDenseArray(from, entity.values);
  if (entity.codec.code === undefined) return { kind: "opaque", text: String(entity.values[0]) };
  return from.fail(`${entity.codec.dialect} ${entity.codec.name} is no attribute of a module`);
}

function symbolName(from: Reading, entity: Entity): string {
  const name = isA(entity, builtin.symbol) ? entity.values[0] : undefined;
  return isA(name, builtin.string) ? name.values[0] : from.fail("the name of a symbol must be a string");
}

function readDenseArray(
  from: Reading,
  [element, count, blob]: readonly [Entity, number, Uint8Array],
): Attribute {
  const type = typeFromBuiltin(from, element);
  const name = type.kind === "scalar" && typeof type.element === "string" ? type.element : undefined;
  if (name === undefined) return from.fail("an array has elements of an unknown type");
  const width = name === "i1" ? 1 : Math.ceil(bitWidth(name) / 8);
  if (blob.length !== width * count) return from.fail(`${blob.length} bytes cannot hold ${count} of ${name}`);
  const items = Array.from({ length: count }, (_, i) => {
    let bits = 0n;
    for (let byte = width - 1; byte >= 0; byte--) bits = (bits << 8n) | BigInt(blob[i * width + byte]!);
    const item = name === "i1" ? undefined : numberFromBits(from, type, BigInt.asUintN(bitWidth(name), bits));
    return item?.kind === "float" || item?.kind === "integer" ? item.value : bits;
  });
  return { kind: "denseArray", element: name, items };
}
