/** @file Types of the IR as VHLO types, and back. */
import { floatFromBits, floatToBits } from "../floats/bits.js";
import type { Elements } from "../elements.js";
import type { Location } from "../location.js";
import { safeNumber } from "../integers.js";
import {
  bitWidth,
  bufferType,
  DYNAMIC,
  type ElementType,
  functionType,
  futureType,
  type IntegerType,
  isFloat,
  isInteger,
  isScalarType,
  isSigned,
  noneType,
  opaqueType,
  type QuantizedType,
  quantizedType,
  type ScalarType,
  scalarType,
  tensorType,
  tokenType,
  tupleType,
  type Type,
  unrankedType,
} from "../types.js";
import type { Complaints } from "./complaints.js";
import { type Codec, type Entity, type EntityPool, isA } from "./entity.js";
import type { Reading } from "./reading.js";
import { asText } from "./text-entities.js";
import { vhloAttributes, vhloScalars, vhloTypes as vhlo } from "./vhlo-codecs.js";

/** A conversion to attributes and types of `pool`. */
export interface Writing extends Complaints {
  readonly pool: EntityPool;
  /** Types that are converted already. */
  readonly types: Map<Type, Entity>;
  /** The bytes of a constant (`packElements`), or none where its type is all that matters. */
  bytesOf(elements: Elements): Uint8Array;
  /** The key of elements that are written as the resource that they come from; undefined for others. */
  resourceKey(elements: Elements): string | undefined;
  /** A location as an attribute. */
  locationOf(location: Location): Entity;
}

const witness = "!shape.witness";

/** A size or bound that is not known. */
const dynamicSize = -(2n ** 63n);

/** A size in bytecode; unknown ones have a number of their own. */
export const sizeToVhlo = (size: number): bigint => (size === DYNAMIC ? dynamicSize : BigInt(size));

/** A size from bytecode. */
export function sizeFromVhlo(to: Complaints, size: bigint): number {
  if (size === dynamicSize) return DYNAMIC;
  if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER))
    to.fail(`a dimension cannot have the size ${size}`);
  return Number(size);
}

/** The smallest and largest number of a storage type. */
function storageRange(storage: IntegerType): readonly [number, number] {
  const width = bitWidth(storage);
  return storage.startsWith("ui") ? [0, 2 ** width - 1] : [-(2 ** (width - 1)), 2 ** (width - 1) - 1];
}

function elementToVhlo(to: Writing, element: ElementType): Entity {
  const { pool } = to;
  if (typeof element !== "string")
    return quantisedToEntity(to, vhlo, element, (part) => elementToVhlo(to, part));
  if (element === "complex<f32>") return pool.make(vhlo.complex, elementToVhlo(to, "f32"));
  if (element === "complex<f64>") return pool.make(vhlo.complex, elementToVhlo(to, "f64"));
  if (isSigned(element))
    return to.fail(`${element} has no portable form: integers there are signless or unsigned`);
  return pool.make(vhloScalars[element]);
}

/** The codecs of quantised types: VHLO's, and those of their own dialect. */
type QuantisedCodecs = Pick<typeof vhlo, "quantised" | "quantisedPerAxis">;

/** A quantised type, its parts written by `part`. */
export function quantisedToEntity(
  { pool }: Writing,
  codecs: QuantisedCodecs,
  type: QuantizedType,
  part: (element: ElementType) => Entity,
): Entity {
  const isSigned = !type.storage.startsWith("ui");
  const storage = part(
    type.unsignedStorage ? type.storage : (type.storage.replace(/^ui/, "i") as IntegerType),
  );
  const [smallest, largest] = storageRange(type.storage);
  const range = [BigInt(type.storageMin ?? smallest), BigInt(type.storageMax ?? largest)] as const;
  const scales = type.scales.map((scale) => floatToBits("f64", scale));
  const zeroPoints = type.zeroPoints.map(BigInt);
  const head = [isSigned ? 1 : 0, storage, part(type.expressed)] as const;
  return type.axis === undefined
    ? pool.make(codecs.quantised, ...head, scales[0]!, zeroPoints[0]!, ...range)
    : pool.make(codecs.quantisedPerAxis, ...head, type.axis, ...range, scales, zeroPoints);
}

/** A type in VHLO. */
export function typeToVhlo(to: Writing, type: Type): Entity {
  const known = to.types.get(type) ?? convert(to, type);
  to.types.set(type, known);
  return known;
}

function convert(to: Writing, type: Type): Entity {
  const { pool } = to;
  const all = (types: readonly Type[]): Entity[] => types.map((inner) => typeToVhlo(to, inner));
  switch (type.kind) {
    case "tensor": {
      const shape = type.shape.map(sizeToVhlo);
      const element = elementToVhlo(to, type.element);
      if (type.bounds === undefined) return pool.make(vhlo.tensor, shape, element);
      const bounds = pool.make(vhloAttributes.typeExtensions, type.bounds.map(sizeToVhlo));
      return pool.make(vhlo.tensorWithEncoding, bounds, shape, element);
    }
    case "buffer":
      return pool.make(vhlo.buffer, type.shape.map(sizeToVhlo), elementToVhlo(to, type.element));
    case "unranked":
      return pool.make(vhlo.unranked, elementToVhlo(to, type.element));
    case "function":
      return pool.make(vhlo.function, all(type.inputs), all(type.results));
    case "tuple":
      return pool.make(vhlo.tuple, all(type.elements));
    case "future":
      return pool.make(vhlo.future, all(type.elements));
    case "token":
      return pool.make(vhlo.token);
    case "none":
      return pool.make(vhlo.none);
    case "scalar":
      return elementToVhlo(to, type.element);
    case "opaque":
      if (type.text === witness) return pool.make(vhlo.witness);
      // Types of dialects that VHLO does not stand for stay as they are.
      if (/^!(?!stablehlo\b)\w/.test(type.text)) return asText(pool, "type", type.text);
      return to.fail(`the type ${type.text} has no portable form`);
  }
}

const scalarNames = new Map<Codec, ScalarType>(
  Object.entries(vhloScalars).map(([name, codec]) => [codec as Codec, name as ScalarType]),
);

/** The element type that a VHLO type stands for. */
function elementFromVhlo(to: Complaints, entity: Entity): ElementType {
  const scalar = scalarNames.get(entity.codec);
  if (scalar !== undefined) return scalar;
  if (isA(entity, vhlo.complex)) {
    const text = `complex<${String(elementFromVhlo(to, entity.values[0]))}>`;
    return isScalarType(text) ? text : to.fail(`${text} is no element type`);
  }
  const quantised = quantisedFromEntity(to, vhlo, entity, (part) => elementFromVhlo(to, part));
  return quantised ?? to.fail(`${entity.codec.name} is no element type`);
}

/** The quantised type that an entity stands for, its parts read by `part`; undefined when it is of no codec of `codecs`. */
export function quantisedFromEntity(
  from: Complaints,
  codecs: QuantisedCodecs,
  entity: Entity,
  part: (entity: Entity) => ElementType,
): QuantizedType | undefined {
  if (isA(entity, codecs.quantised)) {
    const [flags, storage, expressed, scale, zeroPoint, min, max] = entity.values;
    const head = { flags, storage: part(storage), expressed: part(expressed), min, max };
    return quantisedType(from, head, [scale], [zeroPoint]);
  }
  if (!isA(entity, codecs.quantisedPerAxis)) return undefined;
  const [flags, storage, expressed, axis, min, max, scales, zeroPoints] = entity.values;
  const head = { flags, storage: part(storage), expressed: part(expressed), min, max };
  return quantisedType(from, head, scales, zeroPoints, axis);
}

/** An integer of a quantised type, whose storage has 32 bits at most. */
const exactly = (to: Complaints, value: bigint): number =>
  safeNumber(value) ?? to.fail(`a quantised type cannot have the integer ${value}`);

interface QuantisedHead {
  readonly flags: number;
  readonly storage: ElementType;
  readonly expressed: ElementType;
  readonly min: bigint;
  readonly max: bigint;
}

function quantisedType(
  to: Complaints,
  { flags, storage: stored, expressed: meant, min, max }: QuantisedHead,
  scales: readonly bigint[],
  zeroPoints: readonly bigint[],
  axis?: number,
): QuantizedType {
  if (!isInteger(stored) || bitWidth(stored) > 32 || !isFloat(meant))
    to.fail("a quantised type stores integers and means floats");
  if (scales.length !== zeroPoints.length) to.fail("a quantised type needs as many zero points as scales");
  const signed = stored.replace(/^ui/, "i");
  const isSigned = (flags & 1) === 1;
  const type = (isSigned ? signed : `u${signed}`) as IntegerType;
  const [smallest, largest] = storageRange(type);
  const range = { storageMin: exactly(to, min), storageMax: exactly(to, max) };
  const isWhole = range.storageMin === smallest && range.storageMax === largest;
  return quantizedType({
    storage: type,
    ...(!isSigned && stored.startsWith("ui") ? { unsignedStorage: true } : {}),
    expressed: meant,
    scales: scales.map((bits) => floatFromBits("f64", bits)),
    zeroPoints: zeroPoints.map((zero) => exactly(to, zero)),
    ...(isWhole ? {} : range),
    ...(axis === undefined ? {} : { axis }),
  });
}

/** The type that a VHLO type stands for; it may hold types of others, e.g. those of mhlo in that of a function. */
export function typeFromVhlo(to: Reading, entity: Entity): Type {
  const shapeOf = (sizes: readonly bigint[]): number[] => sizes.map((size) => sizeFromVhlo(to, size));
  const all = (types: readonly Entity[]): Type[] =>
    types.map((inner) => (inner.codec.dialect === "mhlo" ? to.type(inner) : typeFromVhlo(to, inner)));
  if (isA(entity, vhlo.tensor))
    return tensorType(shapeOf(entity.values[0]), elementFromVhlo(to, entity.values[1]));
  if (isA(entity, vhlo.tensorWithEncoding)) {
    const [encoding, sizes, element] = entity.values;
    if (!isA(encoding, vhloAttributes.typeExtensions))
      return to.fail("a tensor's encoding must be its bounds");
    const [shape, bounds] = [shapeOf(sizes), shapeOf(encoding.values[0])];
    if (bounds.length !== shape.length)
      to.fail(`${bounds.length} bounds stand for ${shape.length} dimensions`);
    return tensorType(shape, elementFromVhlo(to, element), bounds);
  }
  if (isA(entity, vhlo.buffer))
    return bufferType(shapeOf(entity.values[0]), elementFromVhlo(to, entity.values[1]));
  if (isA(entity, vhlo.unranked)) return unrankedType(elementFromVhlo(to, entity.values[0]));
  if (isA(entity, vhlo.function)) return functionType(all(entity.values[0]), all(entity.values[1]));
  if (isA(entity, vhlo.tuple)) return tupleType(all(entity.values[0]));
  if (isA(entity, vhlo.future)) return futureType(all(entity.values[0]));
  if (isA(entity, vhlo.token)) return tokenType;
  if (isA(entity, vhlo.none)) return noneType;
  if (isA(entity, vhlo.witness)) return opaqueType(witness);
  if (entity.codec.code === undefined && entity.codec.kind === "type")
    return opaqueType(String(entity.values[0]));
  if (entity.codec.dialect !== "vhlo" || entity.codec.kind !== "type")
    return to.fail(`a VHLO type is wanted, got ${entity.codec.name} of dialect ${entity.codec.dialect}`);
  return scalarType(elementFromVhlo(to, entity));
}
