/**
 * @file Shardings against the meshes they name and the values they stand for. The rules are Shardy's: each axis is in the mesh and used once;
 * parts of an axis divide it and do not overlap; there is one list of axes for each dimension; a manual computation binds axes that are free.
 */
import type { Attribute, AttributeDictionary } from "../attribute.js";
import { type Violation, violation, violationError } from "../errors.js";
import { definingOp, type Operation, type Value } from "../operation.js";
import { isOp } from "../ops/index.js";
import { formatType, type Type } from "../types.js";
import type { Mesh, ShardingPerValue, TensorSharding } from "./attributes.js";
import { meshesIn, meshOf, sameMesh } from "./meshes.js";
import { ownSharding, shardingOf } from "./value-sharding.js";
import { axesProblem, meshProblem } from "./verify-axes.js";
import { collectiveProblem } from "./verify-collectives.js";
import { edgeProblem } from "./verify-edges.js";
import { shardsProblem } from "./verify-manual.js";
import { propagationProblem } from "./verify-propagation.js";
import { ruleProblem } from "./verify-rule.js";
import { unreducedProblem } from "./verify-unreduced.js";

/** What is around an operation. */
interface Around {
  readonly meshes: ReadonlyMap<string, Mesh>;
  /** Axes that manual computations around have bound. */
  readonly manual: ReadonlySet<string>;
}

/** The size of a value's shape, or undefined when it has none. */
function rankOf(type: Type): number | undefined {
  if (type.kind === "tuple" && type.elements.length === 1) return rankOf(type.elements[0]!);
  return type.kind === "tensor" || type.kind === "buffer" ? type.shape.length : undefined;
}

const isMaximal = ({ axes, deviceIds }: Mesh): boolean => axes.length === 0 && deviceIds.length === 1;

/** What is wrong with a sharding for a value. */
function shardingProblem(
  sharding: TensorSharding,
  type: Type,
  { meshes, manual }: Around,
): Violation | undefined {
  const mesh = meshOf(sharding, meshes);
  if (mesh === undefined)
    return violation("sharding_mesh", `the module does not define the mesh @${String(sharding.mesh)}`);
  const wrongMesh = typeof sharding.mesh === "string" ? undefined : meshProblem(mesh);
  if (wrongMesh !== undefined) return wrongMesh;
  if (type.kind === "unranked")
    return violation("sharding_rank", `a tensor without a rank cannot be sharded: ${formatType(type)}`);
  const { dimensions, replicated, unreduced } = sharding;
  const rank = isMaximal(mesh) ? 0 : (rankOf(type) ?? 0);
  // Of a type of another dialect nobody here knows the shape.
  const isKnown = type.kind !== "opaque";
  if (isKnown && dimensions.length !== rank)
    return violation(
      "sharding_rank",
      `a sharding of ${dimensions.length} dimensions stands for ${formatType(type)}`,
    );
  if (isKnown && (isMaximal(mesh) || rankOf(type) === undefined) && replicated.length + unreduced.length > 0)
    return violation("sharding_rank", `${formatType(type)} has no axes to be replicated or reduced along`);
  const bare = dimensions.findIndex(
    ({ priority, isClosed, axes }) => priority !== undefined && isClosed && axes.length === 0,
  );
  if (bare >= 0)
    return violation("sharding_priority", `dimension ${bare} is empty and closed but has a priority`);
  const wrong = axesProblem(mesh, [
    ...dimensions.map(({ axes }) => axes),
    { sorted: "replicated", axes: replicated },
    { sorted: "unreduced", axes: unreduced },
  ]);
  if (wrong !== undefined) return wrong;
  const all = [...dimensions.flatMap(({ axes }) => axes), ...replicated, ...unreduced];
  const bound = all.find(({ name }) => manual.has(name));
  return bound === undefined
    ? undefined
    : violation("sharding_manual_axis", `axis "${bound.name}" is bound by a manual computation around`);
}

function perValueProblem(
  { shardings }: ShardingPerValue,
  types: readonly Type[],
  around: Around,
): Violation | undefined {
  if (types.length === 0 && shardings.length === 1) {
    const [{ mesh, dimensions }] = shardings as [TensorSharding];
    const isUnknown = typeof mesh === "string" && !around.meshes.has(mesh);
    if (isUnknown || dimensions.length === 0) return shardingProblem(shardings[0]!, noValue, around);
  }
  if (shardings.length !== types.length)
    return violation("sharding_count", `${shardings.length} shardings stand for ${types.length} values`);
  for (const [i, type] of types.entries()) {
    const wrong = shardingProblem(shardings[i]!, type, around);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const noValue: Type = { kind: "none" };

/** A discardable attribute of Shardy on an operation. */
function attributeProblem(
  operation: Operation,
  key: string,
  value: Attribute,
  around: Around,
): Violation | undefined {
  const shardy = value.kind === "sdy" ? value.value : undefined;
  if (key === "sdy.sharding") {
    if (shardy?.kind !== "sharding_per_value")
      return violation("sharding_kind", "sdy.sharding must be #sdy.sharding_per_value<..> here");
    const types = operation.results.map(({ type }) => type);
    return perValueProblem(shardy, types, around);
  }
  if (key !== "sdy.sharding_rule") return propagationProblem(operation, key, value, around.meshes);
  if (shardy?.kind !== "op_sharding_rule")
    return violation("sharding_kind", "sdy.sharding_rule must be #sdy.op_sharding_rule<..>");
  return ruleProblem(shardy, operation);
}

/** Shardings of the arguments or results of a function. */
function signatureProblem(
  dictionaries: readonly AttributeDictionary[] | undefined,
  types: readonly Type[],
  around: Around,
): Violation | undefined {
  for (const [i, dictionary] of (dictionaries ?? []).entries()) {
    const value = dictionary.get("sdy.sharding");
    if (value === undefined) continue;
    if (value.kind !== "sdy" || value.value.kind !== "sharding")
      return violation("sharding_kind", "sdy.sharding must be #sdy.sharding<..> here");
    const wrong = shardingProblem(value.value, types[i]!, around);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function manualProblem(operation: Operation, around: Around): Violation | undefined {
  if (!isOp(operation, "sdy.manual_computation")) return undefined;
  const {
    manual_axes: { axes },
    in_shardings,
    out_shardings,
  } = operation.attributes;
  const bound = axes.find((name) => around.manual.has(name));
  if (bound !== undefined)
    return violation("manual_axes_bound", `axis "${bound}" is bound by a manual computation around`);
  const operands = operation.operands.map(({ type }) => type);
  const results = operation.results.map(({ type }) => type);
  const wrong =
    perValueProblem(in_shardings, operands, around) ?? perValueProblem(out_shardings, results, around);
  if (wrong !== undefined) return wrong;
  return shardsProblem(operation, around.meshes);
}

/** The sharding that an op itself states for its only value. */
function ownProblem(operation: Operation, around: Around): Violation | undefined {
  const sharding = ownSharding(operation);
  const [result] = operation.results;
  return sharding === undefined || result === undefined
    ? undefined
    : shardingProblem(sharding, result.type, around);
}

/** Unreduced axes of a value that is given another sharding are reduced as they say. */
function reshardProblem(operation: Operation, { meshes }: Around): Violation | undefined {
  if (!isOp(operation, "sdy.reshard", "sdy.sharding_constraint")) return undefined;
  const source = definedBefore(operation.operands[0]!);
  const from = shardingOf(source);
  const { sharding: to } = operation.attributes;
  if (typeof from === "string") return undefined;
  const [mesh, other] = [meshOf(to, meshes), meshOf(from, meshes)];
  if (mesh === undefined || other === undefined || !sameMesh(mesh, other)) return undefined;
  return unreducedProblem(mesh, from, to, { introduces: true, removed: from.reductionOp });
}

/** The value behind propagation barriers. */
function definedBefore(value: Value): Value {
  const operation = definingOp(value);
  return isOp(operation, "sdy.propagation_barrier") ? definedBefore(operation.operands[0]!) : value;
}

/** Shardings that a named computation states for what goes in and comes out. */
function namedProblem(operation: Operation, around: Around): Violation | undefined {
  if (!isOp(operation, "sdy.named_computation")) return undefined;
  const { in_shardings, out_shardings } = operation.attributes;
  const operands = operation.operands.map(({ type }) => type);
  const results = operation.results.map(({ type }) => type);
  return (
    (in_shardings && perValueProblem(in_shardings, operands, around)) ??
    (out_shardings && perValueProblem(out_shardings, results, around))
  );
}

function operationProblem(operation: Operation, around: Around): Violation | undefined {
  if (isOp(operation, "sdy.mesh")) return meshProblem(operation.attributes.mesh);
  for (const [key, value] of operation.extra) {
    const wrong = attributeProblem(operation, key, value, around);
    if (wrong !== undefined) return wrong;
  }
  if (isOp(operation, "func.func")) {
    const { arg_attrs, res_attrs, function_type: type } = operation.attributes;
    return (
      signatureProblem(arg_attrs, type.inputs, around) ?? signatureProblem(res_attrs, type.results, around)
    );
  }
  return (
    manualProblem(operation, around) ??
    namedProblem(operation, around) ??
    ownProblem(operation, around) ??
    collectiveProblem(operation, around.meshes) ??
    reshardProblem(operation, around) ??
    edgeProblem(operation)
  );
}

function verifyBelow(operation: Operation, around: Around): void {
  for (const region of operation.regions)
    for (const block of region.blocks)
      for (const inner of block) {
        const wrong = operationProblem(inner, around);
        if (wrong !== undefined) throw violationError(inner, wrong);
        if (inner.name === "builtin.module") verifyShardings(inner);
        else if (inner.regions.length > 0) verifyBelow(inner, withManual(inner, around));
      }
}

const withManual = (operation: Operation, around: Around): Around =>
  isOp(operation, "sdy.manual_computation")
    ? {
        ...around,
        manual: new Set([...around.manual, ...operation.attributes.manual_axes.axes]),
      }
    : around;

/** Verifies every sharding of a module, and of the modules in it by their own meshes. @throws VerifyError */
export function verifyShardings(module: Operation): void {
  verifyBelow(module, { meshes: meshesIn(module), manual: new Set() });
}
