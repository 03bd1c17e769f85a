/** @file Shardy's attributes as text. */
import {
  type AxisRef,
  type DimensionSharding,
  factorSymbol,
  type Mesh,
  type OpShardingRule,
  type ShardyAttribute,
  type TensorSharding,
} from "../sdy/attributes.js";
import { formatSymbol, quote } from "./strings.js";

const list = <T>(items: readonly T[], format: (item: T) => string): string => items.map(format).join(", ");

/** `{"x", "y":(1)2}` */
const axisSet = (axes: readonly AxisRef[]): string => `{${list(axes, formatShardy)}}`;

function dimension({ axes, isClosed, priority }: DimensionSharding): string {
  const items = [...axes.map(formatShardy), ...(isClosed ? [] : ["?"])];
  return `{${items.join(", ")}}${priority === undefined ? "" : `p${priority}`}`;
}

function mesh({ axes, deviceIds }: Mesh): string {
  const ids = deviceIds.length === 0 ? "" : `, device_ids=[${deviceIds.join(", ")}]`;
  return `<[${list(axes, formatShardy)}]${ids}>`;
}

function sharding({ mesh: where, dimensions, replicated, unreduced, reductionOp }: TensorSharding): string {
  const place = typeof where === "string" ? formatSymbol([where]) : `mesh${mesh(where)}`;
  const first = replicated.length === 0 ? "" : `, replicated=${axisSet(replicated)}`;
  const word = reductionOp === "sum" ? "" : reductionOp;
  const second = unreduced.length === 0 ? "" : `, unreduced=${word}${axisSet(unreduced)}`;
  return `<${place}, [${list(dimensions, dimension)}]${first}${second}>`;
}

function rule(value: OpShardingRule): string {
  const { operands, results, factorSizes, isCustom } = value;
  const sizes = list(Array.from(factorSizes.entries()), ([i, size]) => `${factorSymbol(i)}=${size}`);
  const factors = (word: string, of: readonly number[]): string =>
    of.length === 0 ? "" : ` ${word}={${list(of, factorSymbol)}}`;
  return [
    `<(${list(operands, formatShardy)})->(${list(results, formatShardy)})`,
    factorSizes.length === 0 ? "" : ` {${sizes}}`,
    factors("reduction", value.reduction),
    factors("need_replication", value.needReplication),
    factors("permutation", value.permutation),
    factors("blocked_propagation", value.blockedPropagation),
    isCustom ? ", custom>" : ">",
  ].join("");
}

/** An attribute as pretty forms have it, without its name: `<@mesh, [{"x"}]>`, `{"x"}`, `"x":(1)2`. */
export function formatShardy(value: ShardyAttribute): string {
  switch (value.kind) {
    case "mesh_axis":
      return `${quote(value.name)}=${value.size}`;
    case "mesh":
      return mesh(value);
    case "sub_axis_info":
      return `(${value.preSize})${value.size}`;
    case "axis_ref":
      return quote(value.name) + (value.subAxis === undefined ? "" : `:${formatShardy(value.subAxis)}`);
    case "dimension_sharding":
      return dimension(value);
    case "sharding":
      return sharding(value);
    case "sharding_per_value":
      return `<[${list(value.shardings, sharding)}]>`;
    case "manual_axes":
      return `{${list(value.axes, quote)}}`;
    case "dim_mapping":
      return value.factors.map(factorSymbol).join("");
    case "tensor_mapping":
      return `[${list(value.dimensions, formatShardy)}]`;
    case "op_sharding_rule":
      return rule(value);
    case "axis_ref_list":
      return axisSet(value.axes);
    case "list_of_axis_ref_lists":
      return `[${list(value.lists, formatShardy)}]`;
    case "all_to_all_param":
      return `${axisSet(value.axes)}: ${value.sourceDimension}->${value.targetDimension}`;
    case "all_to_all_param_list":
      return `[${list(value.params, formatShardy)}]`;
  }
}

/** A whole attribute: `#sdy.sharding<@mesh, [{"x"}]>`, `#sdy<manual_axes{"x"}>`. */
export function formatShardyAttribute(value: ShardyAttribute): string {
  const body = formatShardy(value);
  if (body.startsWith("<")) return `#sdy.${value.kind}${body}`;
  return value.kind === "dim_mapping" ? `#sdy<${value.kind} ${body}>` : `#sdy<${value.kind}${body}>`;
}
