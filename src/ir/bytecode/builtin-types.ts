/** @file Types as MLIR has them without VHLO: of values that no VHLO op makes, and in attributes that have no VHLO form. */
import {
  bitWidth,
  type ElementType,
  formatType,
  functionType,
  isInteger,
  isScalarType,
  noneType,
  opaqueType,
  scalarType,
  tensorType,
  tupleType,
  type Type,
  unrankedType,
} from "../types.js";
import { builtinTypes as types } from "./builtin.js";
import { type Entity, type EntityPool, isA } from "./entity.js";
import { textCodec } from "./program.js";
import { type Complaints, sizeFromVhlo, sizeToVhlo, type Writing } from "./types.js";

/** Signs of integer types. */
const [signless, , unsigned] = [0, 1, 2];

/** What a dialect writes as text. */
export const asText = (pool: EntityPool, kind: "attribute" | "type", text: string): Entity =>
  pool.make(textCodec("builtin", kind), ...([text] as unknown as []));

/** An element type as MLIR has it without VHLO. */
export function elementToBuiltin(to: Writing, element: ElementType): Entity {
  const { pool } = to;
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
  if (element === "complex<f32>" || element === "complex<f64>")
    return pool.make(types.complex, pool.make(element === "complex<f32>" ? types.f32 : types.f64));
  if (typeof element !== "string") return to.fail("a quantised type has no form outside of VHLO");
  return asText(pool, "type", element);
}

/** A type as MLIR has it without VHLO. */
export function typeToBuiltin(to: Writing, type: Type): Entity {
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
    case "unranked":
      return pool.make(types.unranked, elementToBuiltin(to, type.element));
    case "tensor":
      if (type.bounds === undefined)
        return pool.make(types.tensor, type.shape.map(sizeToVhlo), elementToBuiltin(to, type.element));
      break;
  }
  return to.fail(`${formatType(type)} has no form outside of VHLO`);
}

const plainTypes = ["index", "bf16", "f16", "f32", "f64"] as const;

function integerTypeFrom(bits: number): Type {
  const name = `${["i", "si", "ui"][bits % 4]}${Math.floor(bits / 4)}`;
  return isScalarType(name) ? scalarType(name) : opaqueType(name);
}

/** The type that a type of the builtin dialect stands for. */
export function typeFromBuiltin(from: Complaints, entity: Entity): Type {
  const all = (list: readonly Entity[]): Type[] => list.map((inner) => typeFromBuiltin(from, inner));
  const plain = plainTypes.find((name) => isA(entity, types[name]));
  if (plain !== undefined) return scalarType(plain);
  if (isA(entity, types.integer)) return integerTypeFrom(entity.values[0]);
  if (isA(entity, types.none)) return noneType;
  if (isA(entity, types.function)) return functionType(all(entity.values[0]), all(entity.values[1]));
  if (isA(entity, types.tuple)) return tupleType(all(entity.values[0]));
  if (isA(entity, types.tensor)) return tensorFrom(from, entity.values);
  if (isA(entity, types.complex)) {
    const part = typeFromBuiltin(from, entity.values[0]);
    const name = `complex<${formatType(part)}>`;
    return isScalarType(name) ? scalarType(name) : from.fail(`${name} is no element type`);
  }
  if (isA(entity, types.unranked)) {
    const element = typeFromBuiltin(from, entity.values[0]);
    return element.kind === "scalar"
      ? unrankedType(element.element)
      : from.fail("a tensor has elements of an unknown type");
  }
  if (entity.codec.code !== undefined) return from.fail(`the type ${entity.codec.name} is none of a program`);
  const text = String(entity.values[0]);
  return isScalarType(text) ? scalarType(text) : opaqueType(text);
}

function tensorFrom(from: Complaints, [sizes, entity]: readonly [readonly bigint[], Entity]): Type {
  const element = typeFromBuiltin(from, entity);
  if (element.kind !== "scalar") return from.fail("a tensor has elements of an unknown type");
  return tensorType(
    sizes.map((size) => sizeFromVhlo(from, size)),
    element.element,
  );
}
