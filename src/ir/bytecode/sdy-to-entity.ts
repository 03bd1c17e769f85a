/** @file Shardy's attributes as bytecode has them. */
import type { OpShardingRule, ShardyAttribute, TensorSharding } from "../sdy/attributes.js";
import { builtinAttributes } from "./builtin.js";
import type { Entity, EntityPool } from "./entity.js";
import { sdyAttributes as sdy } from "./sdy-codecs.js";

/** An attribute of Shardy in `pool`. */
export function shardyToEntity(value: ShardyAttribute, pool: EntityPool): Entity {
  const all = (items: readonly ShardyAttribute[]): Entity[] =>
    items.map((item) => shardyToEntity(item, pool));
  switch (value.kind) {
    case "mesh_axis":
      return pool.make(sdy.meshAxis, value.name, value.size);
    case "mesh":
      return pool.make(sdy.mesh, all(value.axes), value.deviceIds);
    case "sub_axis_info":
      return pool.make(sdy.subAxis, value.preSize, value.size);
    case "axis_ref":
      return pool.make(
        sdy.axis,
        value.name,
        value.subAxis === undefined ? undefined : shardyToEntity(value.subAxis, pool),
      );
    case "dimension_sharding":
      return pool.make(sdy.dimension, all(value.axes), value.isClosed, value.priority);
    case "sharding":
      return sharding(value, pool);
    case "sharding_per_value": {
      const isUnreduced = value.shardings.some(({ unreduced }) => unreduced.length > 0);
      return pool.make(isUnreduced ? sdy.perValueUnreduced : sdy.perValue, all(value.shardings));
    }
    case "manual_axes":
      return pool.make(
        sdy.manualAxes,
        value.axes.map((name) => pool.make(builtinAttributes.string, name)),
      );
    case "dim_mapping":
      return pool.make(sdy.dimMapping, value.factors.map(BigInt));
    case "tensor_mapping":
      return pool.make(sdy.tensorMapping, all(value.dimensions));
    case "op_sharding_rule":
      return rule(value, pool);
    case "axis_ref_list":
      return pool.make(sdy.axisList, all(value.axes));
    case "list_of_axis_ref_lists":
      return pool.make(sdy.listOfAxisLists, all(value.lists));
    case "all_to_all_param":
      return pool.make(sdy.allToAll, all(value.axes), value.sourceDimension, value.targetDimension);
    case "all_to_all_param_list":
      return pool.make(sdy.allToAllList, all(value.params));
  }
}

function sharding(value: TensorSharding, pool: EntityPool): Entity {
  const all = (items: readonly ShardyAttribute[]): Entity[] =>
    items.map((item) => shardyToEntity(item, pool));
  const { string, symbol } = builtinAttributes;
  const mesh =
    typeof value.mesh === "string"
      ? pool.make(symbol, pool.make(string, value.mesh))
      : shardyToEntity(value.mesh, pool);
  const head = [mesh, all(value.dimensions), all(value.replicated)] as const;
  if (value.unreduced.length === 0) return pool.make(sdy.sharding, ...head);
  const unreduced = all(value.unreduced);
  return value.reductionOp === "sum"
    ? pool.make(sdy.unreducedSharding, ...head, unreduced)
    : pool.make(sdy.reducedSharding, ...head, unreduced, value.reductionOp);
}

function rule(value: OpShardingRule, pool: EntityPool): Entity {
  const all = (items: readonly ShardyAttribute[]): Entity[] =>
    items.map((item) => shardyToEntity(item, pool));
  return pool.make(
    sdy.shardingRule,
    value.factorSizes,
    all(value.operands),
    all(value.results),
    value.reduction.map(BigInt),
    value.needReplication.map(BigInt),
    value.permutation.map(BigInt),
    value.blockedPropagation.map(BigInt),
    value.isCustom,
  );
}
