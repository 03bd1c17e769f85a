/** @file Shardy's attributes from bytecode. */
import type { ShardyAttribute, ShardyAttributeOf, TensorSharding } from "../sdy/attributes.js";
import { builtinAttributes } from "./builtin.js";
import { type Entity, isA } from "./entity.js";
import { sdyAttributes as sdy } from "./sdy-codecs.js";
import type { Complaints } from "./complaints.js";

/** More factors than any op has; a larger index is an error of the writer. */
const mostFactors = 1_000_000;

/** The attribute of Shardy that an entity stands for. @throws through `fail` when it, or what it refers to, is none */
export function shardyFromEntity(from: Complaints, entity: Entity): ShardyAttribute {
  if (isA(entity, sdy.meshAxis)) {
    const [name, size] = entity.values;
    return { kind: "mesh_axis", name, size };
  }
  if (isA(entity, sdy.mesh)) {
    const [axes, deviceIds] = entity.values;
    return { kind: "mesh", axes: every(from, axes, "mesh_axis"), deviceIds };
  }
  if (isA(entity, sdy.subAxis)) {
    const [preSize, size] = entity.values;
    return { kind: "sub_axis_info", preSize, size };
  }
  if (isA(entity, sdy.axis)) {
    const [name, part] = entity.values;
    return {
      kind: "axis_ref",
      name,
      subAxis: part === undefined ? undefined : one(from, part, "sub_axis_info"),
    };
  }
  if (isA(entity, sdy.dimension)) {
    const [axes, isClosed, priority] = entity.values;
    return { kind: "dimension_sharding", axes: every(from, axes, "axis_ref"), isClosed, priority };
  }
  if (isA(entity, sdy.perValue) || isA(entity, sdy.perValueUnreduced))
    return { kind: "sharding_per_value", shardings: every(from, entity.values[0], "sharding") };
  if (isA(entity, sdy.manualAxes))
    return { kind: "manual_axes", axes: entity.values[0].map((name) => text(from, name)) };
  if (isA(entity, sdy.axisList))
    return { kind: "axis_ref_list", axes: every(from, entity.values[0], "axis_ref") };
  if (isA(entity, sdy.listOfAxisLists))
    return { kind: "list_of_axis_ref_lists", lists: every(from, entity.values[0], "axis_ref_list") };
  if (isA(entity, sdy.allToAll)) {
    const [axes, sourceDimension, targetDimension] = entity.values;
    return {
      kind: "all_to_all_param",
      axes: every(from, axes, "axis_ref"),
      sourceDimension,
      targetDimension,
    };
  }
  if (isA(entity, sdy.allToAllList))
    return { kind: "all_to_all_param_list", params: every(from, entity.values[0], "all_to_all_param") };
  return ruleFrom(from, entity) ?? shardingFrom(from, entity);
}

/** A rule or a part of one. */
function ruleFrom(from: Complaints, entity: Entity): ShardyAttribute | undefined {
  const factors = (indices: readonly bigint[]): number[] =>
    indices.map((index) =>
      index >= 0n && index < mostFactors ? Number(index) : from.fail(`there is no factor ${index}`),
    );
  if (isA(entity, sdy.dimMapping)) return { kind: "dim_mapping", factors: factors(entity.values[0]) };
  if (isA(entity, sdy.tensorMapping))
    return { kind: "tensor_mapping", dimensions: every(from, entity.values[0], "dim_mapping") };
  if (!isA(entity, sdy.shardingRule)) return undefined;
  const [factorSizes, operands, results, reduced, replicated, permuted, blocked, isCustom] = entity.values;
  return {
    kind: "op_sharding_rule",
    factorSizes,
    operands: every(from, operands, "tensor_mapping"),
    results: every(from, results, "tensor_mapping"),
    reduction: factors(reduced),
    needReplication: factors(replicated),
    permutation: factors(permuted),
    blockedPropagation: factors(blocked),
    isCustom,
  };
}

function shardingFrom(from: Complaints, entity: Entity): TensorSharding {
  const hasUnreduced = isA(entity, sdy.unreducedSharding) || isA(entity, sdy.reducedSharding);
  if (!hasUnreduced && !isA(entity, sdy.sharding))
    return from.fail(`${entity.codec.dialect} ${entity.codec.name} is no attribute of Shardy`);
  const [mesh, dimensions, replicated] = entity.values;
  return {
    kind: "sharding",
    mesh: isA(mesh, builtinAttributes.symbol) ? text(from, mesh.values[0]) : one(from, mesh, "mesh"),
    dimensions: every(from, dimensions, "dimension_sharding"),
    replicated: every(from, replicated, "axis_ref"),
    unreduced: hasUnreduced ? every(from, entity.values[3], "axis_ref") : [],
    reductionOp: isA(entity, sdy.reducedSharding) ? entity.values[4] : "sum",
  };
}

/** An attribute that must be of one kind. */
function one<K extends ShardyAttribute["kind"]>(
  from: Complaints,
  entity: Entity,
  kind: K,
): ShardyAttributeOf<K> {
  const value = shardyFromEntity(from, entity);
  if (value.kind !== kind) return from.fail(`#sdy.${kind} is wanted, got #sdy.${value.kind}`);
  return value as ShardyAttributeOf<K>;
}

const every = <K extends ShardyAttribute["kind"]>(
  from: Complaints,
  entities: readonly Entity[],
  kind: K,
): ShardyAttributeOf<K>[] => entities.map((entity) => one(from, entity, kind));

const text = (from: Complaints, entity: Entity): string =>
  isA(entity, builtinAttributes.string) ? entity.values[0] : from.fail("a name of Shardy must be a string");
