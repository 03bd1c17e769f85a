/** @file VHLO attributes as attributes of the IR. */
import type { Attribute } from "../attribute.js";
import { builtinAttributes } from "./builtin.js";
import { type Codec, type Entity, isA } from "./entity.js";
import { numberFromBits } from "./number-bits.js";
import type { Reading } from "./reading.js";
import { structFromEntity } from "./structs.js";
import { unpackElements } from "./tensor-data.js";
import { vhloAttributes as vhlo, vhloEnums } from "./vhlo-codecs.js";

const enumNames = new Map<Codec, string>(
  Object.entries(vhloEnums).map(([name, codec]) => [codec as unknown as Codec, name]),
);

function dictionary(from: Reading, entries: readonly (readonly [Entity, Entity])[]): Attribute {
  const map = new Map<string, Attribute>();
  for (const [key, value] of entries) {
    if (!isA(key, vhlo.string) && !isA(key, builtinAttributes.string))
      return from.fail("the key of a dictionary must be a string");
    map.set(key.values[0], from.attribute(value));
  }
  return { kind: "dictionary", entries: map };
}

function tensor(from: Reading, [type, blob]: readonly [Entity, Uint8Array]): Attribute {
  const tensorType = from.type(type);
  if (tensorType.kind !== "tensor") return from.fail("a constant must be a ranked tensor");
  return { kind: "elements", value: unpackElements(from, tensorType, blob) };
}

/** The attribute that a VHLO attribute stands for. */
export function attributeFromVhlo(from: Reading, entity: Entity): Attribute {
  if (isA(entity, vhlo.array))
    return { kind: "array", items: entity.values[0].map((item) => from.attribute(item)) };
  if (isA(entity, vhlo.bool)) return { kind: "bool", value: entity.values[0] };
  if (isA(entity, vhlo.dictionary)) return dictionary(from, entity.values[0]);
  if (isA(entity, vhlo.float) || isA(entity, vhlo.integer))
    return numberFromBits(from, from.type(entity.values[0]), entity.values[1]);
  if (isA(entity, vhlo.string)) return { kind: "string", value: entity.values[0] };
  if (isA(entity, vhlo.tensor)) return tensor(from, entity.values);
  if (isA(entity, vhlo.type)) return { kind: "type", type: from.type(entity.values[0]) };
  const struct = structFromEntity(from, entity);
  if (struct !== undefined) return struct;
  const name = enumNames.get(entity.codec);
  if (name !== undefined)
    return { kind: "enum", dialect: "stablehlo", name, value: String(entity.values[0]) };
  return from.fail(`${entity.codec.dialect} ${entity.codec.name} is no attribute of an operation`);
}
