/** @file Attributes of the Shardy dialect that artifacts carry beside VHLO. */
import type { Field } from "./entity.js";
import {
  attribute as reference,
  byteFlag,
  codecsOf,
  list,
  optionalAttribute,
  optionalVarint,
  signed,
  signedEnumeration,
  string,
} from "./fields.js";

const sdy = codecsOf("sdy", "attribute");

/** Artifacts may hold other dialects since 1.11. */
const attribute = <const Fields extends readonly Field[]>(code: number, name: string, fields: Fields) =>
  sdy(code, name, fields, { since: "1.11.0" });

/** Mesh (or its name), one sharding per dimension, replicated axes. */
const sharding = [reference, list(reference), list(reference)] as const;

/** Signed, so that each number is twice itself and one in the bytes. */
const reductionOp = signedEnumeration({ sum: 0, max: 1, min: 2 });

export const sdyAttributes = {
  /** Names of axes. */
  manualAxes: attribute(0, "manual_axes", [list(reference)]),
  /** Name and size. */
  meshAxis: attribute(1, "mesh_axis", [string, signed]),
  /** Axes and the order of device ids. */
  mesh: attribute(2, "mesh", [list(reference), list(signed)]),
  /** Size of what is before it, and its own. */
  subAxis: attribute(3, "sub_axis", [signed, signed]),
  axis: attribute(4, "axis", [string, optionalAttribute]),
  /** Axes, whether no more may be added, priority. */
  dimension: attribute(5, "dimension", [list(reference), byteFlag, optionalVarint]),
  sharding: attribute(6, "sharding", sharding),
  perValue: attribute(7, "sharding_per_value", [list(reference)]),
  /** Factors of a dimension. */
  dimMapping: attribute(8, "dim_mapping", [list(signed)]),
  /** Dimensions of a tensor. */
  tensorMapping: attribute(9, "tensor_mapping", [list(reference)]),
  /**
   * Sizes of factors; operands and results; factors that are reduced, must be replicated, are permuted, do not spread; whether it is of the
   * author.
   */
  shardingRule: attribute(10, "op_sharding_rule", [
    list(signed),
    list(reference),
    list(reference),
    list(signed),
    list(signed),
    list(signed),
    list(signed),
    byteFlag,
  ]),
  axisList: attribute(11, "axis_ref_list", [list(reference)]),
  listOfAxisLists: attribute(12, "list_of_axis_ref_lists", [list(reference)]),
  /** Axes, and the dimensions that they leave and come to. */
  allToAll: attribute(13, "all_to_all_param", [list(reference), signed, signed]),
  allToAllList: attribute(14, "all_to_all_param_list", [list(reference)]),
  /** ... and unreduced axes, which are summed. */
  unreducedSharding: attribute(15, "sharding with unreduced axes", [...sharding, list(reference)]),
  perValueUnreduced: attribute(16, "sharding_per_value with unreduced axes", [list(reference)]),
  /** ... and unreduced axes with what makes their values one. */
  reducedSharding: attribute(17, "sharding with a reduction", [...sharding, list(reference), reductionOp]),
} as const;
