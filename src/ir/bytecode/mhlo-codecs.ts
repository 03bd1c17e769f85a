/** @file Attributes and types of the dialect that StableHLO came of, as XLA's own dumps and older programs have them; no op here takes one. */
import {
  attribute as attributeField,
  byteFlag,
  choicesOf,
  codecsOf,
  flag,
  list,
  optionalAttribute,
  signed,
  type as typeField,
} from "./fields.js";
import { stablehloStructs as own } from "./stablehlo-codecs.js";
import { enumValues } from "./vhlo-codecs.js";

const attribute = codecsOf("mhlo", "attribute");
const type = codecsOf("mhlo", "type");
const choices = choicesOf(attribute);

export const mhloAttributes = {
  /** The place in the argument, the result, the place in it, whether both must be one buffer. */
  resultAlias: attribute(0, "result_alias", [list(signed), signed, list(signed), flag]),
  /** The instruction, and the place in its result. */
  originalArray: attribute(22, "original_array", [attributeField, list(signed)]),
  /** The place in the value, and the array there if it is known. */
  originalElement: attribute(23, "original_value_element", [list(signed), optionalAttribute]),
  /** Whether it is a call that no program has, and the arrays. */
  originalValue: attribute(24, "original_value", [byteFlag, list(attributeField)]),
} as const;

/** Those that have the fields of StableHLO's. */
export const mhloStructs = {
  channel_handle: attribute(1, "channel_handle", own.channel_handle.fields),
  conv: attribute(4, "conv", own.conv.fields),
  dot: attribute(5, "dot", own.dot.fields),
  gather: attribute(7, "gather", own.gather.fields),
  scatter: attribute(11, "scatter", own.scatter.fields),
  type_extensions: attribute(13, "type_extensions", own.type_extensions.fields),
  output_operand_alias: attribute(16, "output_operand_alias", own.output_operand_alias.fields),
  result_accuracy: attribute(18, "result_accuracy", own.result_accuracy.fields),
} as const;

export const mhloEnums = {
  comparison_direction: choices(2, "comparison_direction", enumValues.comparison_direction),
  comparison_type: choices(3, "comparison_type", enumValues.comparison_type),
  fft_type: choices(6, "fft_type", enumValues.fft_type),
  precision: choices(8, "precision", enumValues.precision),
  rng_algorithm: choices(9, "rng_algorithm", enumValues.rng_algorithm),
  rng_distribution: choices(10, "rng_distribution", enumValues.rng_distribution),
  transpose: choices(12, "transpose", enumValues.transpose),
  kind: choices(14, "kind", { sharding: 0 }),
  fusion_kind: choices(15, "fusion_kind", { kLoop: 0, kInput: 1, kOutput: 2, kCustom: 3 }),
  result_accuracy_mode: choices(17, "result_accuracy_mode", enumValues.result_accuracy_mode),
} as const;

export const mhloTypes = {
  token: type(0, "token", []),
  async_bundle: type(1, "async_bundle", [list(typeField)]),
} as const;
