/** @file Attributes and types of StableHLO, chlo and quant as they are without VHLO: of the module, and of operations that artifacts keep. */
import {
  attribute as attributeField,
  byteFlag,
  choicesOf,
  codecsOf,
  f64Bits,
  list,
  optionalByByte,
  signed,
  string,
  type as typeField,
  varint,
} from "./fields.js";
import { enumValues } from "./vhlo-codecs.js";

const attribute = codecsOf("stablehlo", "attribute");
const type = codecsOf("stablehlo", "type");
const chloChoices = choicesOf(codecsOf("chlo", "attribute"));
const quant = codecsOf("quant", "type");
const choices = choicesOf(attribute);

const integers = list(signed);

export const stablehloStructs = {
  channel_handle: attribute(1, "channel_handle", [signed, signed]),
  conv: attribute(4, "conv", [signed, signed, integers, signed, signed, integers, signed, signed, integers]),
  dot: attribute(5, "dot", [integers, integers, integers, integers]),
  /** With batching dimensions, which readers before 1.1 do not expect. */
  gather: attribute(7, "gather", [integers, integers, integers, integers, integers, signed], {
    since: "1.1.0",
  }),
  scatter: attribute(11, "scatter", [integers, integers, integers, integers, integers, signed], {
    since: "1.1.0",
  }),
  type_extensions: attribute(13, "type_extensions", [integers]),
  output_operand_alias: attribute(14, "output_operand_alias", [integers, signed, integers]),
  dot_algorithm: attribute(
    15,
    "dot_algorithm",
    [typeField, typeField, typeField, signed, signed, signed, byteFlag],
    { since: "1.6.0" },
  ),
  result_accuracy: attribute(17, "result_accuracy", [f64Bits, f64Bits, signed, attributeField], {
    since: "1.9.0",
  }),
  replica_group_mesh_axes: attribute(18, "replica_group_mesh_axes", [attributeField, list(attributeField)], {
    since: "1.16.0",
  }),
  sub_axis_info: attribute(19, "sub_axis_info", [signed, signed], { since: "1.16.0" }),
  axis_ref: attribute(20, "axis_ref", [string, optionalByByte(attributeField)], { since: "1.16.0" }),
  mesh_axis: attribute(21, "mesh_axis", [string, signed], { since: "1.16.0" }),
  mesh: attribute(22, "mesh", [attributeField, optionalByByte(attributeField)], { since: "1.16.0" }),
} as const;

export const stablehloEnums = {
  comparison_direction: choices(2, "comparison_direction", enumValues.comparison_direction),
  comparison_type: choices(3, "comparison_type", enumValues.comparison_type),
  fft_type: choices(6, "fft_type", enumValues.fft_type),
  precision: choices(8, "precision", enumValues.precision),
  rng_algorithm: choices(9, "rng_algorithm", enumValues.rng_algorithm),
  rng_distribution: choices(10, "rng_distribution", enumValues.rng_distribution),
  transpose: choices(12, "transpose", enumValues.transpose),
  result_accuracy_mode: choices(16, "result_accuracy_mode", enumValues.result_accuracy_mode, "1.9.0"),
} as const;

export const chloEnums = {
  comparison_direction: chloChoices(0, "comparison_direction", enumValues.comparison_direction),
  comparison_type: chloChoices(1, "comparison_type", enumValues.comparison_type),
} as const;

export const stablehloTypes = {
  token: type(0, "token", []),
  future: type(1, "future", [list(typeField)]),
} as const;

export const quantTypes = {
  /** Flags (1 = signed storage), storage, expressed, scale, zero point, smallest and largest stored value. */
  quantised: quant(4, "quantised", [varint, typeField, typeField, f64Bits, signed, signed, signed]),
  /** ... axis, smallest and largest stored value, scales, zero points. */
  quantisedPerAxis: quant(5, "quantised per axis", [
    varint,
    typeField,
    typeField,
    varint,
    signed,
    signed,
    list(f64Bits),
    list(signed),
  ]),
} as const;
