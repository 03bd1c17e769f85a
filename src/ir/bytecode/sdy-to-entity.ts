/** @file Shardy's attributes as bytecode has them. */
import type { OpShardingRule, ShardyAttribute, TensorSharding } from "../sdy/attributes.js";
import { builtinAttributes } from "./builtin.js";
import type { Entity, EntityPool } from "./entity.js";
import { sdyAttributes as sdy } from "./sdy-codecs.js";

/** An attribute of Shardy in `pool`. */
export function shardyToEntity(value: ShardyAttribute, pool: EntityPool): Entity {
  switch (value.kind) {
    case "mesh_axis":
      return pool.make(sdy.meshAxis, value.name, value.size);
    case "mesh":
      return pool.make(sdy.mesh, each(value.axes, pool), value.deviceIds);
    case "sub_axis_info":
      return pool.make(sdy.subAxis, value.preSize, value.size);
    case "axis_ref":
      return pool.make(
        sdy.axis,
        value.name,
        value.subAxis === undefined ? undefined : shardyToEntity(value.subAxis, pool),
      );
    case "dimension_sharding":
      return pool.make(sdy.dimension, each(value.axes, pool), value.isClosed, value.priority);
    case "sharding":
      return sharding(value, pool);
    case "sharding_per_value": {
      const isUnreduced = value.shardings.some(({ unreduced }) => unreduced.length > 0);
      return pool.make(isUnreduced ? sdy.perValueUnreduced : sdy.perValue, each(value.shardings, pool));
    }
    case "manual_axes":
      return pool.make(
        sdy.manualAxes,
        value.axes.map((name) => pool.make(builtinAttributes.string, name)),
      );
    case "dim_mapping":
      return pool.make(sdy.dimMapping, value.factors.map(BigInt));
    case "tensor_mapping":
      return pool.make(sdy.tensorMapping, each(value.dimensions, pool));
    case "op_sharding_rule":
      return rule(value, pool);
    case "axis_ref_list":
      return pool.make(sdy.axisList, each(value.axes, pool));
    case "list_of_axis_ref_lists":
      return pool.make(sdy.listOfAxisLists, each(value.lists, pool));
    case "all_to_all_param":
      return pool.make(sdy.allToAll, each(value.axes, pool), value.sourceDimension, value.targetDimension);
    case "all_to_all_param_list":
      return pool.make(sdy.allToAllList, each(value.params, pool));
  }
}

const each = (items: readonly ShardyAttribute[], pool: EntityPool): Entity[] =>
  items.map((item) => shardyToEntity(item, pool));

function sharding(value: TensorSharding, pool: EntityPool): Entity {
  const { string, symbol } = builtinAttributes;
  const mesh =
    typeof value.mesh === "string"
      ? pool.make(symbol, pool.make(string, value.mesh))
      : shardyToEntity(value.mesh, pool);
  const head = [mesh, each(value.dimensions, pool), each(value.replicated, pool)] as const;
  if (value.unreduced.length === 0) return pool.make(sdy.sharding, ...head);
  const unreduced = each(value.unreduced, pool);
  return value.reductionOp === "sum"
    ? pool.make(sdy.unreducedSharding, ...head, unreduced)
    : pool.make(sdy.reducedSharding, ...head, unreduced, value.reductionOp);
}

function rule(value: OpShardingRule, pool: EntityPool): Entity {
  return pool.make(
    sdy.shardingRule,
    value.factorSizes,
    each(value.operands, pool),
    each(value.results, pool),
    value.reduction.map(BigInt),
    value.needReplication.map(BigInt),
    value.permutation.map(BigInt),
    value.blockedPropagation.map(BigInt),
    value.isCustom,
  );
}
