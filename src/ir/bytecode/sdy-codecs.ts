/** @file Attributes of the Shardy dialect that artifacts carry beside VHLO. */
import type { Field } from "./entity.js";
import {
  attribute as reference,
  byteFlag,
  codecsOf,
  list,
  optional,
  optionalAttribute,
  signed,
  string,
  varint,
} from "./fields.js";

const sdy = codecsOf("sdy", "attribute");

/** Artifacts may hold other dialects since 1.11. */
const attribute = <const Fields extends readonly Field[]>(code: number, name: string, fields: Fields) =>
  sdy(code, name, fields, { since: "1.11.0" });

/** Mesh (or its name), one sharding per dimension, replicated axes. */
const sharding = [reference, list(reference), list(reference)] as const;

export const sdyAttributes = {
  /** Name and size. */
  meshAxis: attribute(1, "mesh_axis", [string, signed]),
  /** Axes and the order of device ids. */
  mesh: attribute(2, "mesh", [list(reference), list(signed)]),
  /** Size of what is before it, and its own. */
  subAxis: attribute(3, "sub_axis", [signed, signed]),
  axis: attribute(4, "axis", [string, optionalAttribute]),
  /** Axes, whether no more may be added, priority. */
  dimension: attribute(5, "dimension", [list(reference), byteFlag, optional(varint)]),
  sharding: attribute(6, "sharding", sharding),
  perValue: attribute(7, "sharding_per_value", [list(reference)]),
  /** ... and unreduced axes, which are summed. */
  unreducedSharding: attribute(15, "sharding with unreduced axes", [...sharding, list(reference)]),
  perValueUnreduced: attribute(16, "sharding_per_value with unreduced axes", [list(reference)]),
} as const;
