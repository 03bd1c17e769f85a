/** @file VHLO attributes as attributes of the IR. */
import type { Attribute } from "../attribute.js";
import { floatFromBits } from "../floats/bits.js";
import { scalarType } from "../types.js";
import { type Codec, type Entity, isA } from "./entity.js";
import { meshToText } from "./mesh.js";
import { numberFromBits } from "./number-bits.js";
import type { Reading } from "./reading.js";
import { unpackElements } from "./tensor-data.js";
import { vhloAttributes as vhlo, vhloEnums } from "./vhlo-codecs.js";

const i64 = scalarType("i64");
const f64 = scalarType("f64");
const integer = (value: bigint): Attribute => ({ kind: "integer", value, type: i64 });
const integers = (values: readonly bigint[]): Attribute => ({ kind: "array", items: values.map(integer) });
const enumNames = new Map<Codec, string>(
  Object.entries(vhloEnums).map(([name, codec]) => [codec as unknown as Codec, name]),
);

const struct = (name: string, fields: Readonly<Record<string, Attribute>>): Attribute => ({
  kind: "struct",
  dialect: "stablehlo",
  name,
  fields: new Map(Object.entries(fields)),
});

function accuracy(
  from: Reading,
  [atol, rtol, ulps, mode]: readonly [bigint, bigint, bigint, Entity],
): Attribute {
  const tolerance = (name: string, bits: bigint): Record<string, Attribute> => {
    const value = floatFromBits("f64", bits);
    return value === 0 ? {} : { [name]: { kind: "float", value, type: f64 } };
  };
  return struct("result_accuracy", {
    ...tolerance("atol", atol),
    ...tolerance("rtol", rtol),
    ...(ulps === 0n ? {} : { ulps: integer(ulps) }),
    mode: from.attribute(mode),
  });
}

function meshAxes(from: Reading, [mesh, axes]: readonly [Entity, Entity]): Attribute {
  const name = isA(mesh, vhlo.string) ? mesh.values[0] : undefined;
  return struct("replica_group_mesh_axes", {
    mesh: name === undefined ? from.attribute(mesh) : { kind: "symbol", path: [name] },
    axes: from.attribute(axes),
  });
}

function dictionary(from: Reading, entries: readonly (readonly [Entity, Entity])[]): Attribute {
  const map = new Map<string, Attribute>();
  for (const [key, value] of entries) {
    if (!isA(key, vhlo.string)) return from.fail("the key of a dictionary must be a string");
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
  if (isA(entity, vhlo.resultAccuracy)) return accuracy(from, entity.values);
  if (isA(entity, vhlo.replicaGroupMeshAxes)) return meshAxes(from, entity.values);
  if (isA(entity, vhlo.outputOperandAlias)) {
    const [output_tuple_indices, operand_index, operand_tuple_indices] = entity.values;
    return struct("output_operand_alias", {
      output_tuple_indices: integers(output_tuple_indices),
      operand_index: integer(operand_index),
      operand_tuple_indices: integers(operand_tuple_indices),
    });
  }
  const name = enumNames.get(entity.codec);
  if (name !== undefined)
    return { kind: "enum", dialect: "stablehlo", name, value: String(entity.values[0]) };
  const text = meshToText(entity, (inner) => from.attribute(inner));
  if (text !== undefined) return { kind: "opaque", text };
  return from.fail(`${entity.codec.dialect} ${entity.codec.name} is no attribute of an operation`);
}
