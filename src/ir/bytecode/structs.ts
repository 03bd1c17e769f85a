/** @file Struct attributes between the IR and their codecs, in VHLO and without: a table of what each field is. */
import { ownValue } from "../../support/own-value.js";
import { sameValue } from "../../support/same-value.js";
import { type Attribute, integerAttribute } from "../attribute.js";
import { floatFromBits, floatToBits } from "../floats/bits.js";
import { fieldStructs } from "../ops/structs.js";
import { scalarType, type Type } from "../types.js";
import { type Codec, type Entity, type EntityPool, type FieldValue, isEntity } from "./entity.js";
import { mhloStructs } from "./mhlo-codecs.js";
import { stablehloStructs as own } from "./stablehlo-codecs.js";
import { vhloAttributes as vhlo } from "./vhlo-codecs.js";
import type { Complaints } from "./complaints.js";

/** What a field is: in the bytes, and as an attribute of the IR. */
type Form =
  | "integer"
  | "integers"
  | "float"
  | "flag"
  | "string"
  | "type"
  | "attribute"
  | "attributes"
  /** An attribute that may be absent. */
  | "optional"
  /** The name of a symbol, or an attribute. */
  | "symbol";

interface StructForm {
  readonly name: string;
  readonly codec: Codec;
  /** By the names of the fields in the IR, in the order of the codec's. */
  readonly fields: Readonly<Record<string, Form>>;
}

const form = (name: string, codec: unknown, fields: Readonly<Record<string, Form>>): StructForm => ({
  name,
  codec: codec as Codec,
  fields,
});

const accuracy = { atol: "float", rtol: "float", ulps: "integer", mode: "attribute" } as const;
const alias = {
  output_tuple_indices: "integers",
  operand_index: "integer",
  operand_tuple_indices: "integers",
} as const;
const part = { pre_size: "integer", size: "integer" } as const;
const mesh = { axes: "attribute", device_ids: "optional" } as const;

const vhloForms: readonly StructForm[] = [
  form("result_accuracy", vhlo.resultAccuracy, accuracy),
  form("output_operand_alias", vhlo.outputOperandAlias, alias),
  form("replica_group_mesh_axes", vhlo.replicaGroupMeshAxes, { mesh: "symbol", axes: "attribute" }),
  form("sub_axis_info", vhlo.subAxisInfo, part),
  form("axis_ref", vhlo.axisRef, { name: "attribute", sub_axis_info: "optional" }),
  form("mesh_axis", vhlo.meshAxis, { name: "attribute", size: "integer" }),
  form("mesh", vhlo.mesh, mesh),
];

const ownForms: readonly StructForm[] = [
  form("channel_handle", own.channel_handle, { handle: "integer", type: "integer" }),
  form("conv", own.conv, {
    input_batch_dimension: "integer",
    input_feature_dimension: "integer",
    input_spatial_dimensions: "integers",
    kernel_input_feature_dimension: "integer",
    kernel_output_feature_dimension: "integer",
    kernel_spatial_dimensions: "integers",
    output_batch_dimension: "integer",
    output_feature_dimension: "integer",
    output_spatial_dimensions: "integers",
  }),
  form("dot", own.dot, {
    lhs_batching_dimensions: "integers",
    rhs_batching_dimensions: "integers",
    lhs_contracting_dimensions: "integers",
    rhs_contracting_dimensions: "integers",
  }),
  form("gather", own.gather, {
    offset_dims: "integers",
    collapsed_slice_dims: "integers",
    operand_batching_dims: "integers",
    start_indices_batching_dims: "integers",
    start_index_map: "integers",
    index_vector_dim: "integer",
  }),
  form("scatter", own.scatter, {
    update_window_dims: "integers",
    inserted_window_dims: "integers",
    input_batching_dims: "integers",
    scatter_indices_batching_dims: "integers",
    scatter_dims_to_operand_dims: "integers",
    index_vector_dim: "integer",
  }),
  form("type_extensions", own.type_extensions, { bounds: "integers" }),
  form("output_operand_alias", own.output_operand_alias, alias),
  form("dot_algorithm", own.dot_algorithm, {
    lhs_precision_type: "type",
    rhs_precision_type: "type",
    accumulation_type: "type",
    lhs_component_count: "integer",
    rhs_component_count: "integer",
    num_primitive_operations: "integer",
    allow_imprecise_accumulation: "flag",
  }),
  form("result_accuracy", own.result_accuracy, accuracy),
  form("replica_group_mesh_axes", own.replica_group_mesh_axes, { mesh: "attribute", axes: "attributes" }),
  form("sub_axis_info", own.sub_axis_info, part),
  form("axis_ref", own.axis_ref, { name: "string", sub_axis_info: "optional" }),
  form("mesh_axis", own.mesh_axis, { name: "string", size: "integer" }),
  form("mesh", own.mesh, mesh),
];

const mhloForms = ownForms.flatMap((each): readonly StructForm[] => {
  const codec: unknown = ownValue(mhloStructs, each.name);
  return codec === undefined ? [] : [{ ...each, codec: codec as Codec }];
});

const byName = (forms: readonly StructForm[]): ReadonlyMap<string, StructForm> =>
  new Map(forms.map((each) => [each.name, each]));
const formsOf = { vhlo: byName(vhloForms), stablehlo: byName(ownForms) } as const;
const byCodec = new Map([...vhloForms, ...ownForms, ...mhloForms].map((each) => [each.codec, each]));

type Struct = Extract<Attribute, { kind: "struct" }>;

/** How the parts of a struct are written. */
interface StructWriting extends Complaints {
  readonly pool: EntityPool;
  attribute(attribute: Attribute): Entity;
  type(type: Type): Entity;
}

/** A struct of StableHLO in `dialect`, or undefined for one that it has no form of. @throws through `fail` when a field is missing */
export function structToEntity(
  to: StructWriting,
  dialect: keyof typeof formsOf,
  { name, fields }: Struct,
): Entity | undefined {
  const known = formsOf[dialect].get(name);
  if (known === undefined) return undefined;
  const values = Object.entries(known.fields).map(
    ([key, kind]) =>
      fieldToValue(to, kind, fields.get(key)) ??
      (kind === "optional" ? undefined : to.fail(`#stablehlo.${name} lacks ${key}`)),
  );
  return to.pool.make(known.codec, ...(values as unknown as []));
}

/** The value of a field; undefined when it must be there and is not. */
function fieldToValue(to: StructWriting, kind: Form, field: Attribute | undefined): FieldValue {
  switch (kind) {
    case "integer":
      return field?.kind === "integer" ? field.value : 0n;
    case "integers":
      return itemsOf(field).map((item) => (item.kind === "integer" ? item.value : 0n));
    case "float":
      return field?.kind === "float" ? (field.bits ?? floatToBits("f64", field.value)) : 0n;
    case "flag":
      return field?.kind === "bool" ? field.value : undefined;
    case "string":
      return field?.kind === "string" ? field.value : undefined;
    case "type":
      return field?.kind === "type" ? to.type(field.type) : undefined;
    case "attributes":
      return field?.kind === "array" ? field.items.map((item) => to.attribute(item)) : undefined;
    case "attribute":
    case "optional":
    case "symbol":
      return field === undefined ? undefined : to.attribute(field);
  }
}

const itemsOf = (field: Attribute | undefined): readonly Attribute[] =>
  field?.kind === "array" ? field.items : [];

/** How the parts of a struct are read. */
interface StructReading extends Complaints {
  attribute(entity: Entity): Attribute;
  type(entity: Entity): Type;
}

const i64 = scalarType("i64");
const f64 = scalarType("f64");
const integer = (value: bigint): Attribute => integerAttribute(value, i64);

/** What the parts of meshes must be: strings, or structs by their names. */
const parts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  axis_ref: { name: "string", sub_axis_info: "sub_axis_info" },
  mesh_axis: { name: "string" },
  mesh: { axes: "mesh_axis", device_ids: "elements" },
};

const isPart = (attribute: Attribute, wanted: string): boolean =>
  attribute.kind === "struct" ? attribute.name === wanted : attribute.kind === wanted;

/** @throws through `fail` when a field of a mesh is of another kind than it must be */
function checkParts(from: StructReading, name: string, fields: ReadonlyMap<string, Attribute>): void {
  for (const [key, wanted] of Object.entries(parts[name] ?? {})) {
    const field = fields.get(key);
    const isList = key === "axes";
    const items = isList ? (field?.kind === "array" ? field.items : undefined) : field && [field];
    const isAbsent = field === undefined && !isList;
    if (!isAbsent && items?.every((item) => isPart(item, wanted)) !== true)
      from.fail(`${key} of #stablehlo.${name} must be ${isList ? "a list of " : ""}${wanted}`);
  }
}

/**
 * The struct that an entity stands for, without the fields that are as they are when absent; undefined for what is no struct.
 * @throws through `fail` when a part of a mesh is of another kind than it must be
 */
export function structFromEntity(from: StructReading, entity: Entity): Struct | undefined {
  const known = byCodec.get(entity.codec);
  if (known === undefined) return undefined;
  const kinds = fieldStructs.get(known.name)?.fields ?? {};
  const fields = Object.entries(known.fields).flatMap(([key, kind], i) => {
    const value = fieldFromValue(from, kind, (entity.values as readonly FieldValue[])[i]);
    if (value === undefined) return [];
    const absent = kinds[key]?.absent;
    const isAbsent = absent !== undefined && sameValue(kinds[key]!.fromAttribute(value), absent);
    return isAbsent ? [] : [[key, value] as const];
  });
  const struct = { kind: "struct", dialect: "stablehlo", name: known.name, fields: new Map(fields) } as const;
  checkParts(from, struct.name, struct.fields);
  return struct;
}

function fieldFromValue(from: StructReading, kind: Form, value: FieldValue): Attribute | undefined {
  switch (kind) {
    case "integer":
      return integer(value as bigint);
    case "integers":
      return { kind: "array", items: (value as readonly bigint[]).map(integer) };
    case "float":
      return { kind: "float", value: floatFromBits("f64", value as bigint), type: f64 };
    case "flag":
      return { kind: "bool", value: value as boolean };
    case "string":
      return { kind: "string", value: value as string };
    case "type":
      return { kind: "type", type: from.type(value as Entity) };
    case "attributes":
      return { kind: "array", items: (value as readonly Entity[]).map((item) => from.attribute(item)) };
    case "attribute":
    case "optional":
      return isEntity(value) ? from.attribute(value) : undefined;
    case "symbol": {
      const read = from.attribute(value as Entity);
      return read.kind === "string" ? { kind: "symbol", path: [read.value] } : read;
    }
  }
}
