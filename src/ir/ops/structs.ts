/** @file Attribute kinds that are structs of named fields, e.g. `#stablehlo.dot<..>`; field names are StableHLO's. */
import { sameValue } from "../../support/same-value.js";
import { z } from "zod";
import type { AttributeDictionary } from "../attribute.js";
import { isScalarType, type ScalarType, scalarType } from "../types.js";
import { type Integer, integerOf, safeNumber } from "../integers.js";
import { resultAccuracyMode } from "./enums.js";
import {
  absentAs,
  optional,
  type AttributeKind,
  anyInteger,
  attribute,
  attributeArray,
  bool,
  denseI64,
  either,
  f64,
  everyItem,
  since,
  type StructField,
} from "./kinds.js";

const integerType = scalarType("i64");

/** A list of integers; `absent` when it is not written if empty. */
const integers: StructField<readonly number[]> = {
  schema: z.array(z.int()).readonly(),
  toAttribute: (value) => ({
    kind: "array",
    items: value.map((item) => ({ kind: "integer", value: BigInt(item), type: integerType })),
  }),
  fromAttribute: (a) => (a.kind === "array" ? everyItem(a.items, integer.fromAttribute) : undefined),
};

const integer: StructField<number> = {
  schema: z.int(),
  toAttribute: (value) => ({ kind: "integer", value: BigInt(value), type: integerType }),
  fromAttribute: (a) => (a.kind === "integer" ? safeNumber(a.value) : undefined),
};

/** An integer of any size: an id, a tolerance. */
const integer64: StructField<Integer> = {
  schema: anyInteger,
  toAttribute: (value) => ({ kind: "integer", value: BigInt(value), type: integerType }),
  fromAttribute: (a) => (a.kind === "integer" ? integerOf(a.value) : undefined),
};

const float: StructField<number> = { ...f64, schema: z.number() };

/** `bf16`: an element type by its spelling. */
const elementType: StructField<ScalarType> = {
  schema: z.custom<ScalarType>((value) => typeof value === "string" && isScalarType(value)),
  toAttribute: (value) => ({ kind: "type", type: scalarType(value) }),
  fromAttribute: (a) => {
    const element = a.kind === "type" && a.type.kind === "scalar" ? a.type.element : undefined;
    return typeof element === "string" ? element : undefined;
  },
};

const orAbsent = <T>(field: StructField<T>, absent: T): StructField<T> => ({ ...field, absent });
/** A list of dimensions; empty when absent. */
const dimensions = orAbsent(integers, []);

type FieldTable = Readonly<Record<string, StructField>>;
type FieldsOf<F extends FieldTable> = {
  readonly [K in keyof F]: F[K] extends StructField<infer T> ? T : never;
};

/** Dimensions that gathers and scatters have since version 1.1. */
const batching = since("1.1.0", dimensions);

const isAbsent = (field: StructField, value: unknown): boolean =>
  field.absent !== undefined && sameValue(value, field.absent);

function structKind<const F extends FieldTable>(
  name: string,
  fields: F,
  dialect = "stablehlo",
): AttributeKind<FieldsOf<F>, false> {
  const names = Object.keys(fields);
  const shape = Object.fromEntries(names.map((key) => [key, fields[key]!.schema]));
  return {
    name,
    optional: false,
    dialect,
    fields,
    schema: z.object(shape).readonly() as unknown as z.ZodType<FieldsOf<F>>,
    toAttribute: (value) => {
      const entries = names
        .map((key) => [key, (value as Record<string, unknown>)[key]] as const)
        .filter(([key, field]) => !isAbsent(fields[key]!, field))
        .map(([key, field]) => [key, fields[key]!.toAttribute(field)] as const);
      return { kind: "struct", dialect, name, fields: new Map(entries) };
    },
    fromAttribute: (a) =>
      a.kind === "struct" && a.dialect === dialect && a.name === name
        ? readFields(fields, a.fields)
        : undefined,
  };
}

function readFields<F extends FieldTable>(fields: F, entries: AttributeDictionary): FieldsOf<F> | undefined {
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    const written = entries.get(key);
    const value = written === undefined ? field.absent : field.fromAttribute(written);
    if (value === undefined) return undefined;
    result[key] = value;
  }
  return result as FieldsOf<F>;
}

/** `#stablehlo.dot<..>`. */
export const dotDimensionNumbers = structKind("dot", {
  lhs_batching_dimensions: dimensions,
  rhs_batching_dimensions: dimensions,
  lhs_contracting_dimensions: dimensions,
  rhs_contracting_dimensions: dimensions,
});

/** `#chlo.ragged_dot<..>`. */
export const raggedDotDimensionNumbers = structKind(
  "ragged_dot",
  {
    lhs_batching_dimensions: dimensions,
    rhs_batching_dimensions: dimensions,
    lhs_contracting_dimensions: dimensions,
    rhs_contracting_dimensions: dimensions,
    lhs_ragged_dimensions: dimensions,
    rhs_group_dimensions: dimensions,
  },
  "chlo",
);

/** `#stablehlo.dot_algorithm<..>`. */
export const dotAlgorithm = structKind("dot_algorithm", {
  lhs_precision_type: elementType,
  rhs_precision_type: elementType,
  accumulation_type: elementType,
  lhs_component_count: integer,
  rhs_component_count: integer,
  num_primitive_operations: integer,
  allow_imprecise_accumulation: bool,
});

/** `#stablehlo.gather<..>`. */
export const gatherDimensionNumbers = structKind("gather", {
  offset_dims: dimensions,
  collapsed_slice_dims: dimensions,
  operand_batching_dims: batching,
  start_indices_batching_dims: batching,
  start_index_map: dimensions,
  index_vector_dim: orAbsent(integer, 0),
});

/** `#stablehlo.scatter<..>`. */
export const scatterDimensionNumbers = structKind("scatter", {
  update_window_dims: dimensions,
  inserted_window_dims: dimensions,
  input_batching_dims: batching,
  scatter_indices_batching_dims: batching,
  scatter_dims_to_operand_dims: dimensions,
  index_vector_dim: orAbsent(integer, 0),
});

/** `#stablehlo.conv<[b, 0, f]x[0, i, o]->[b, 0, f]>`. */
export const convDimensionNumbers = structKind("conv", {
  input_batch_dimension: integer,
  input_feature_dimension: integer,
  input_spatial_dimensions: integers,
  kernel_input_feature_dimension: integer,
  kernel_output_feature_dimension: integer,
  kernel_spatial_dimensions: integers,
  output_batch_dimension: integer,
  output_feature_dimension: integer,
  output_spatial_dimensions: integers,
});

/** `#stablehlo.channel_handle<handle = 1, type = 0>`. */
export const channelHandle = structKind("channel_handle", { handle: integer64, type: integer64 });
/** Of collectives; an absent one is channel 0. */
export const optionalChannel = absentAs(optional(channelHandle), () => ({ handle: 0, type: 0 }));

/** `#stablehlo.output_operand_alias<..>`: which part of a result shares memory with which part of an operand. */
export const outputOperandAlias = structKind("output_operand_alias", {
  output_tuple_indices: integers,
  operand_index: integer,
  operand_tuple_indices: integers,
});

/** `#stablehlo.result_accuracy<..>`; tolerances are used with mode TOLERANCE alone. */
export const resultAccuracy = structKind("result_accuracy", {
  atol: orAbsent(float, 0),
  rtol: orAbsent(float, 0),
  ulps: orAbsent(integer64, 0),
  mode: resultAccuracyMode,
});

/** What absence of a result accuracy means. */
export const defaultAccuracy = { atol: 0, rtol: 0, ulps: 0, mode: "DEFAULT" } as const;

/** `#stablehlo.replica_group_mesh_axes<mesh = .., axes = [..]>`; mesh and axes are kept as they came. */
const replicaGroupMeshAxes = structKind("replica_group_mesh_axes", {
  mesh: attribute,
  axes: attributeArray,
});

/** Groups of replica ids, one row a group; or the axes of a mesh that make them. */
export const replicaGroups = either(denseI64, replicaGroupMeshAxes);

/** The structs that are written by the names of their fields; conv has a syntax of its own. */
export const fieldStructs: ReadonlyMap<string, AttributeKind> = new Map(
  [
    dotDimensionNumbers,
    dotAlgorithm,
    raggedDotDimensionNumbers,
    gatherDimensionNumbers,
    scatterDimensionNumbers,
    channelHandle,
    outputOperandAlias,
    resultAccuracy,
    replicaGroupMeshAxes,
  ].map((kind) => [kind.name, kind as AttributeKind]),
);
