/** @file Types as MLIR has them without VHLO: of values that no VHLO op makes, and in attributes that have no VHLO form. */
import type { Complaints } from "./complaints.js";
import { mhloTypes } from "./mhlo-codecs.js";
import {
  bitWidth,
  bufferType,
  DYNAMIC,
  type ElementType,
  formatElement,
  formatType,
  functionType,
  futureType,
  isInteger,
  isScalarType,
  isSigned,
  noneType,
  opaqueType,
  scalarType,
  type TensorType,
  tensorType,
  tokenType,
  tupleType,
  type Type,
  unrankedType,
} from "../types.js";
import { formatAttribute } from "../text/print-attributes.js";
import { builtinTypes as types } from "./builtin.js";
import { type Entity, type EntityPool, isA } from "./entity.js";
import type { Reading } from "./reading.js";
import { asText } from "./text-entities.js";
import { quantTypes, stablehloStructs, stablehloTypes } from "./stablehlo-codecs.js";
import { quantisedFromEntity, quantisedToEntity, sizeFromVhlo, sizeToVhlo, type Writing } from "./types.js";

/** What integer types begin with, by the numbers of their signs: signless, signed, unsigned. */
const signs = ["i", "si", "ui"] as const;
const signOf = (name: string): number => signs.indexOf(/^[a-z]+/.exec(name)![0] as "i");

/** An element type as MLIR has it without VHLO. */
export function elementToBuiltin(to: Writing, element: ElementType): Entity {
  const { pool } = to;
  if (element === "i1") return pool.make(types.integer, 4);
  if (typeof element === "string" && (isInteger(element) || isSigned(element)))
    return pool.make(types.integer, bitWidth(element) * 4 + signOf(element));
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
  if (typeof element !== "string")
    return quantisedToEntity(to, quantTypes, element, (part) => elementToBuiltin(to, part));
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
      return tensorToBuiltin(to, type);
    case "buffer":
      return asText(pool, "type", formatType(type));
    case "token":
      return pool.make(stablehloTypes.token);
    case "future":
      return pool.make(stablehloTypes.future, all(type.elements));
    case "opaque":
      return opaqueToBuiltin(pool, type.text);
  }
}

function tensorToBuiltin(to: Writing, { shape, element, bounds }: TensorType): Entity {
  const sizes = shape.map(sizeToVhlo);
  if (bounds === undefined) return to.pool.make(types.tensor, sizes, elementToBuiltin(to, element));
  const encoding = to.pool.make(stablehloStructs.type_extensions, bounds.map(sizeToVhlo));
  return to.pool.make(types.tensorWithEncoding, encoding, sizes, elementToBuiltin(to, element));
}

/** Integers of a width that is no element's, MLIR's wide floats, and what is of another dialect. */
function opaqueToBuiltin(pool: EntityPool, text: string): Entity {
  const width = /^[su]?i(\d+)$/.exec(text)?.[1];
  if (width !== undefined) return pool.make(types.integer, Number(width) * 4 + signOf(text));
  if (text === "f80" || text === "f128") return pool.make(types[text]);
  return asText(pool, "type", text);
}

const plainTypes = ["index", "bf16", "f16", "f32", "f64"] as const;

function integerTypeFrom(bits: number): Type {
  const name = `${signs[bits % 4]}${Math.floor(bits / 4)}`;
  return isScalarType(name) ? scalarType(name) : opaqueType(name);
}

/** The type that a type of the builtin dialect stands for. */
export function typeFromBuiltin(from: Reading, entity: Entity): Type {
  const all = (list: readonly Entity[]): Type[] => list.map((inner) => typeFromBuiltin(from, inner));
  const plain = plainTypes.find((name) => isA(entity, types[name]));
  if (plain !== undefined) return scalarType(plain);
  if (isA(entity, types.integer)) return integerTypeFrom(entity.values[0]);
  if (isA(entity, types.none)) return noneType;
  if (isA(entity, types.function)) return functionType(all(entity.values[0]), all(entity.values[1]));
  if (isA(entity, types.tuple)) return tupleType(all(entity.values[0]));
  if (isA(entity, types.complex)) {
    const part = typeFromBuiltin(from, entity.values[0]);
    const name = `complex<${formatType(part)}>`;
    return isScalarType(name) ? scalarType(name) : from.fail(`${name} is no element type`);
  }
  const shaped = shapedFrom(from, entity);
  if (shaped !== undefined) return shaped;
  if (isA(entity, types.f80) || isA(entity, types.f128)) return opaqueType(entity.codec.name);
  if (isA(entity, stablehloTypes.token)) return tokenType;
  if (isA(entity, stablehloTypes.future)) return futureType(all(entity.values[0]));
  if (isA(entity, mhloTypes.token)) return opaqueType("!mhlo.token");
  if (isA(entity, mhloTypes.async_bundle))
    return opaqueType(`!mhlo.async_bundle<${all(entity.values[0]).map(formatType).join(", ")}>`);
  const quantised = quantisedFromEntity(from, quantTypes, entity, (part) => elementFromBuiltin(from, part));
  if (quantised !== undefined) return scalarType(quantised);
  if (entity.codec.code !== undefined) return from.fail(`the type ${entity.codec.name} is none of a program`);
  const text = String(entity.values[0]);
  return isScalarType(text) ? scalarType(text) : opaqueType(text);
}

function elementFromBuiltin(from: Reading, entity: Entity): ElementType {
  const type = typeFromBuiltin(from, entity);
  return type.kind === "scalar" ? type.element : from.fail(`${formatType(type)} is no element type`);
}

/** `2x?x` of sizes. */
const dimensions = (sizes: readonly number[]): string =>
  sizes.map((size) => `${size === DYNAMIC ? "?" : size}x`).join("");

const sizesFrom = (from: Complaints, sizes: readonly bigint[]): number[] =>
  sizes.map((size) => sizeFromVhlo(from, size));

/** A tensor; one whose encoding is no bounds, and one of elements that no tensor here has, is its text. */
function tensorFrom(
  from: Reading,
  encoding: Entity | undefined,
  sizes: readonly bigint[],
  entity: Entity,
): Type {
  const shape = sizesFrom(from, sizes);
  const element = elementFromBuiltin(from, entity);
  if (encoding === undefined) return tensorType(shape, element);
  if (isA(encoding, stablehloStructs.type_extensions)) {
    const bounds = sizesFrom(from, encoding.values[0]);
    if (bounds.length === shape.length) return tensorType(shape, element, bounds);
    return from.fail(`${bounds.length} bounds stand for ${shape.length} dimensions`);
  }
  return opaqueType(
    `tensor<${dimensions(shape)}${formatElement(element)}, ${formatAttribute(from.attribute(encoding))}>`,
  );
}

/** A buffer; one of another layout than row-major, or in a memory space, is its text. */
function bufferFrom(
  from: Reading,
  space: Entity | undefined,
  [sizes, entity, layout]: readonly [readonly bigint[], Entity, Entity],
): Type {
  const shape = sizesFrom(from, sizes);
  const element = elementFromBuiltin(from, entity);
  const written = formatAttribute(from.attribute(layout));
  const indices = shape.map((_, i) => `d${i}`).join(", ");
  const isRowMajor = written === `affine_map<(${indices}) -> (${indices})>`;
  if (isRowMajor && space === undefined) return bufferType(shape, element);
  const parts = [
    `${dimensions(shape)}${formatElement(element)}`,
    ...(isRowMajor ? [] : [written]),
    ...(space === undefined ? [] : [formatAttribute(from.attribute(space))]),
  ];
  return opaqueType(`memref<${parts.join(", ")}>`);
}

/** A vector as its text: a size that is a multiple of the machine's stands in brackets. */
function vectorFrom(
  from: Reading,
  scalable: readonly boolean[],
  sizes: readonly bigint[],
  element: Entity,
): Type {
  const shape = sizesFrom(from, sizes).map((size, i) => (scalable[i] ? `[${size}]x` : `${size}x`));
  return opaqueType(`vector<${shape.join("")}${formatType(typeFromBuiltin(from, element))}>`);
}

/** Types with a shape; undefined for others. */
function shapedFrom(from: Reading, entity: Entity): Type | undefined {
  if (isA(entity, types.tensor)) return tensorFrom(from, undefined, entity.values[0], entity.values[1]);
  if (isA(entity, types.tensorWithEncoding)) {
    const [encoding, sizes, element] = entity.values;
    return tensorFrom(from, encoding, sizes, element);
  }
  if (isA(entity, types.unranked)) return unrankedType(elementFromBuiltin(from, entity.values[0]));
  if (isA(entity, types.buffer)) return bufferFrom(from, undefined, entity.values);
  if (isA(entity, types.bufferInSpace)) {
    const [space, sizes, element, layout] = entity.values;
    return bufferFrom(from, space, [sizes, element, layout]);
  }
  if (isA(entity, types.unrankedBuffer))
    return opaqueType(`memref<*x${formatType(typeFromBuiltin(from, entity.values[0]))}>`);
  if (isA(entity, types.unrankedBufferInSpace)) {
    const [space, element] = entity.values;
    const written = formatAttribute(from.attribute(space));
    return opaqueType(`memref<*x${formatType(typeFromBuiltin(from, element))}, ${written}>`);
  }
  if (isA(entity, types.vector)) return vectorFrom(from, [], entity.values[0], entity.values[1]);
  if (!isA(entity, types.scalableVector)) return undefined;
  const [scalable, sizes, element] = entity.values;
  return vectorFrom(from, scalable, sizes, element);
}
