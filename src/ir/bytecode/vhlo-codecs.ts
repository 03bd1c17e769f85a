/** @file Attributes and types of the VHLO dialect: codes, fields, first versions. */
import { floatBits } from "../floats/formats.js";
import type { FloatType, IntegerType } from "../types.js";
import type { Codec } from "./entity.js";
import {
  attribute as attributeField,
  blob,
  choicesOf,
  codecsOf,
  f64Bits,
  flag,
  list,
  numberBits,
  optional,
  optionalAttribute,
  pair,
  signed,
  string,
  type as typeField,
  varint,
} from "./fields.js";
import type { Version } from "../versions.js";

const attribute = codecsOf("vhlo", "attribute");
const type = codecsOf("vhlo", "type");
const choices = choicesOf(attribute);

/** The versions of XLA's custom call interface, by the number that `api_version` holds. */
export const apiVersions = {
  API_VERSION_UNSPECIFIED: 0,
  API_VERSION_ORIGINAL: 1,
  API_VERSION_STATUS_RETURNING: 2,
  API_VERSION_STATUS_RETURNING_UNIFIED: 3,
  API_VERSION_TYPED_FFI: 4,
} as const;
export type ApiVersion = keyof typeof apiVersions;

export const vhloAttributes = {
  array: attribute(1, "array", [list(attributeField)]),
  bool: attribute(2, "bool", [flag]),
  apiVersion: choices(5, "api_version", apiVersions),
  dictionary: attribute(6, "dictionary", [list(pair(attributeField, attributeField))]),
  float: attribute(8, "float", [typeField, numberBits]),
  integer: attribute(9, "integer", [typeField, numberBits]),
  outputOperandAlias: attribute(10, "output_operand_alias", [list(signed), signed, list(signed)]),
  string: attribute(14, "string", [string]),
  tensor: attribute(15, "tensor", [typeField, blob]),
  type: attribute(17, "type", [typeField]),
  typeExtensions: attribute(18, "type_extensions", [list(signed)]),
  resultAccuracy: attribute(20, "result_accuracy", [f64Bits, f64Bits, signed, attributeField], {
    since: "1.9.0",
  }),
  subAxisInfo: attribute(21, "sub_axis_info", [signed, signed], { since: "1.16.0" }),
  axisRef: attribute(22, "axis_ref", [attributeField, optional(attributeField)], { since: "1.16.0" }),
  replicaGroupMeshAxes: attribute(23, "replica_group_mesh_axes", [attributeField, attributeField], {
    since: "1.16.0",
  }),
  meshAxis: attribute(24, "mesh_axis", [attributeField, signed], { since: "1.16.0" }),
  mesh: attribute(25, "mesh", [attributeField, optionalAttribute], { since: "1.16.0" }),
} as const;

/** The enumerations of StableHLO and the numbers of their values, by their names there. */
export const enumValues = {
  comparison_direction: { EQ: 0, NE: 1, GE: 2, GT: 3, LE: 4, LT: 5 },
  comparison_type: { NOTYPE: 0, FLOAT: 1, TOTALORDER: 2, SIGNED: 3, UNSIGNED: 4 },
  fft_type: { FFT: 0, IFFT: 1, RFFT: 2, IRFFT: 3 },
  precision: { DEFAULT: 0, HIGH: 1, HIGHEST: 2 },
  rng_algorithm: { DEFAULT: 0, THREE_FRY: 1, PHILOX: 2 },
  rng_distribution: { UNIFORM: 1, NORMAL: 2 },
  transpose: { TRANSPOSE_INVALID: 0, NO_TRANSPOSE: 1, TRANSPOSE: 2, ADJOINT: 3 },
  result_accuracy_mode: { DEFAULT: 0, HIGHEST: 1, TOLERANCE: 2 },
} as const;

export const vhloEnums = {
  comparison_direction: choices(3, "comparison_direction", enumValues.comparison_direction),
  comparison_type: choices(4, "comparison_type", enumValues.comparison_type),
  fft_type: choices(7, "fft_type", enumValues.fft_type),
  precision: choices(11, "precision", enumValues.precision),
  rng_algorithm: choices(12, "rng_algorithm", enumValues.rng_algorithm),
  rng_distribution: choices(13, "rng_distribution", enumValues.rng_distribution),
  transpose: choices(16, "transpose", enumValues.transpose),
  result_accuracy_mode: choices(19, "result_accuracy_mode", enumValues.result_accuracy_mode, "1.9.0"),
} as const;

const integer = (code: number, name: IntegerType, since?: Version): Codec<readonly []> =>
  type(code, name, [], { bits: Number(/\d+/.exec(name)![0]), ...(since === undefined ? {} : { since }) });
const float = (code: number, name: FloatType, since?: Version): Codec<readonly []> =>
  type(code, name, [], { bits: floatBits(name), ...(since === undefined ? {} : { since }) });

/** The scalars, by their names in StableHLO; complex ones are made of them. */
export const vhloScalars = {
  i1: type(0, "i1", []),
  bf16: float(2, "bf16"),
  f16: float(3, "f16"),
  f32: float(4, "f32"),
  f64: float(5, "f64"),
  f8E4M3FN: float(6, "f8E4M3FN"),
  f8E5M2: float(7, "f8E5M2"),
  index: type(9, "index", [], { bits: 64 }),
  i4: integer(10, "i4"),
  i8: integer(11, "i8"),
  i16: integer(12, "i16"),
  i32: integer(13, "i32"),
  i64: integer(14, "i64"),
  ui4: integer(15, "ui4"),
  ui8: integer(16, "ui8"),
  ui16: integer(17, "ui16"),
  ui32: integer(18, "ui32"),
  ui64: integer(19, "ui64"),
  f8E4M3FNUZ: float(27, "f8E4M3FNUZ", "0.10.0"),
  f8E5M2FNUZ: float(28, "f8E5M2FNUZ", "0.10.0"),
  f8E4M3B11FNUZ: float(29, "f8E4M3B11FNUZ", "0.11.0"),
  i2: integer(31, "i2", "1.2.0"),
  ui2: integer(32, "ui2", "1.2.0"),
  tf32: float(34, "tf32", "1.6.0"),
  f8E4M3: float(35, "f8E4M3", "1.7.0"),
  f8E3M4: float(36, "f8E3M4", "1.7.0"),
  f4E2M1FN: float(37, "f4E2M1FN", "1.8.0"),
  f6E2M3FN: float(38, "f6E2M3FN", "1.8.0"),
  f6E3M2FN: float(39, "f6E3M2FN", "1.8.0"),
  f8E8M0FNU: float(40, "f8E8M0FNU", "1.8.0"),
} as const;

/** What both kinds of quantised types begin with: flags (1 = signed storage), storage, expressed. */
const quantised = [varint, typeField, typeField] as const;

export const vhloTypes = {
  complex: type(1, "complex", [typeField]),
  function: type(8, "function", [list(typeField), list(typeField)]),
  tensor: type(20, "tensor", [list(signed), typeField]),
  tensorWithEncoding: type(21, "tensor with encoding", [attributeField, list(signed), typeField]),
  token: type(22, "token", []),
  tuple: type(23, "tuple", [list(typeField)]),
  /** ... scale, zero point, smallest and largest stored value. */
  quantised: type(24, "quantised", [...quantised, f64Bits, signed, signed, signed]),
  unranked: type(25, "unranked tensor", [typeField]),
  witness: type(26, "witness", []),
  /** ... axis, smallest and largest stored value, scales, zero points. */
  quantisedPerAxis: type(
    30,
    "quantised per axis",
    [...quantised, varint, signed, signed, list(f64Bits), list(signed)],
    { since: "0.18.0" },
  ),
  none: type(33, "none", [], { since: "1.6.0" }),
  buffer: type(41, "buffer", [list(signed), typeField], { since: "1.13.0" }),
  future: type(42, "future", [list(typeField)], { since: "1.15.0" }),
} as const;
