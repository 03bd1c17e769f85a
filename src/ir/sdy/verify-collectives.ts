/**
 * @file Shardy's collectives: what a collective does to the sharding of its operand must give `out_sharding`. The result's sharding is held
 * against its mesh and type before (verify-shardings.ts).
 */
import { type Violation, violation } from "../errors.js";
import type { Operation } from "../operation.js";
import { isOp, type OperationOf } from "../ops/index.js";
import type { AxisRef, Mesh, ReductionOp, TensorSharding } from "./attributes.js";
import {
  inMeshOrder,
  overlap,
  sameAxes,
  shardsOf,
  showAxes,
  showAxis,
  withAxis,
  withoutEnd,
} from "./axes.js";
import { type Meshes, meshOf, sameDevices, sameMesh, sameMeshAxes } from "./meshes.js";
import { shardingOf } from "./value-sharding.js";
import { axesProblem } from "./verify-axes.js";
import { unreducedProblem } from "./verify-unreduced.js";

/** What a collective is judged by: the shardings of its operand and its result, and their meshes. */
interface Collective {
  readonly mesh: Mesh;
  readonly operand: TensorSharding;
  readonly operandMesh: Mesh;
  readonly result: TensorSharding;
}

/** Collectives whose operand may have no sharding: it is then whole on each device. */
const onWhole = ["sdy.all_slice", "sdy.all_reduce", "sdy.reduce_scatter"] as const;

const names = [
  ...onWhole,
  "sdy.all_gather",
  "sdy.all_to_all",
  "sdy.collective_permute",
  "sdy.replicated_to_unreduced",
  "sdy.sharded_to_unreduced",
] as const;

/** What is wrong with a collective of Shardy; nothing for any other op. */
export function collectiveProblem(operation: Operation, meshes: Meshes): Violation | undefined {
  if (!isOp(operation, ...names)) return undefined;
  const { out_sharding: result } = operation.attributes;
  const given = shardingOf(operation.operands[0]!);
  const mesh = meshOf(result, meshes);
  if (given === "unknown" || mesh === undefined) return undefined;
  if (given === "unstated" && !isOp(operation, ...onWhole))
    return violation("collective_operand", "the operand has no sharding");
  const operand = given === "unstated" ? replicatedLike(result) : given;
  const operandMesh = meshOf(operand, meshes);
  if (operandMesh === undefined) return undefined;
  if (!isOp(operation, "sdy.collective_permute") && !sameMesh(mesh, operandMesh))
    return violation("collective_mesh", "the meshes of operand and result are not the same");
  if (operand.dimensions.length !== result.dimensions.length)
    return violation(
      "collective_rank",
      `the operand's sharding has ${operand.dimensions.length} dimensions, the result's ${result.dimensions.length}`,
    );
  return problemOf(operation, { mesh, operand, operandMesh, result });
}

const replicatedLike = ({ mesh, dimensions }: TensorSharding): TensorSharding => ({
  kind: "sharding",
  mesh,
  dimensions: dimensions.map(() => ({ kind: "dimension_sharding", axes: [], isClosed: true })),
  replicated: [],
  unreduced: [],
  reductionOp: "sum",
});

function problemOf(operation: OperationOf<(typeof names)[number]>, sides: Collective): Violation | undefined {
  if (isOp(operation, "sdy.all_gather"))
    return perDimensionProblem(sides, listsOf(operation.attributes.gathering_axes), without);
  if (isOp(operation, "sdy.all_slice"))
    return perDimensionProblem(sides, listsOf(operation.attributes.slicing_axes), withAll);
  if (isOp(operation, "sdy.reduce_scatter")) {
    const { reduce_scatter_axes: axes, reduction_op: by = "sum" } = operation.attributes;
    return unreducedBy(sides, by) ?? perDimensionProblem(sides, listsOf(axes), withAll);
  }
  if (isOp(operation, "sdy.all_reduce")) return allReduceProblem(operation, sides);
  if (isOp(operation, "sdy.all_to_all")) return allToAllProblem(operation, sides);
  if (isOp(operation, "sdy.collective_permute")) return permuteProblem(sides);
  if (isOp(operation, "sdy.sharded_to_unreduced")) {
    const lists = listsOf(operation.attributes.axes);
    return perDimensionProblem(sides, lists, without) ?? unreducedWith(sides, lists.flat());
  }
  return isOp(operation, "sdy.replicated_to_unreduced")
    ? replicatedToUnreducedProblem(operation.attributes.axes.axes, sides)
    : undefined;
}

const listsOf = ({
  lists,
}: {
  readonly lists: readonly { readonly axes: readonly AxisRef[] }[];
}): readonly (readonly AxisRef[])[] => lists.map(({ axes }) => axes);

/** What a collective makes of the axes of a dimension; an axis that it cannot take off is the problem. */
type Change = (
  mesh: Mesh,
  axes: readonly AxisRef[],
  by: readonly AxisRef[],
) => readonly AxisRef[] | { readonly fails: AxisRef };

/** Takes axes off the end. */
const without: Change = (mesh, axes, by) => {
  let left = axes;
  for (const axis of [...by].reverse()) {
    const next = withoutEnd(mesh, left, axis);
    if (next === undefined) return { fails: axis };
    left = next;
  }
  return left;
};

/** Puts axes behind the others. */
const withAll: Change = (mesh, axes, by) =>
  by.reduce<readonly AxisRef[]>((all, axis) => withAxis(mesh, all, axis), axes);

/** Whether `change` makes of a dimension of the operand what the result has. */
function dimensionProblem(
  { mesh, operand, result }: Collective,
  dimension: number,
  by: readonly AxisRef[],
  change: Change,
): Violation | undefined {
  const axes = operand.dimensions[dimension]!.axes;
  const made = change(mesh, axes, by);
  if ("fails" in made)
    return violation(
      "collective_axes",
      `dimension ${dimension} of the operand has ${showAxes(axes)}, which do not end with ${showAxis(made.fails)}`,
    );
  const written = result.dimensions[dimension]!.axes;
  return sameAxes(made, written)
    ? undefined
    : violation(
        "collective_result",
        `dimension ${dimension} of the result must have the axes ${showAxes(made)}, got ${showAxes(written)}`,
      );
}

function perDimensionProblem(
  sides: Collective,
  lists: readonly (readonly AxisRef[])[],
  change: Change,
): Violation | undefined {
  const wrong = axesProblem(sides.mesh, lists);
  if (wrong !== undefined) return wrong;
  const rank = sides.result.dimensions.length;
  if (rank !== lists.length)
    return violation("collective_rank", `axes are given for ${lists.length} dimensions of ${rank}`);
  for (const [i, by] of lists.entries()) {
    const problem = dimensionProblem(sides, i, by, change);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const unreducedBy = ({ mesh, operand, result }: Collective, by: ReductionOp): Violation | undefined =>
  unreducedProblem(mesh, operand, result, { removed: by });

/** The result's unreduced axes must be the operand's and these. */
function unreducedWith(
  { mesh, operand, result }: Collective,
  added: readonly AxisRef[],
): Violation | undefined {
  const expected = inMeshOrder(mesh, [...operand.unreduced, ...added]);
  return sameAxes(expected, result.unreduced)
    ? undefined
    : violation(
        "collective_unreduced",
        `unreduced axes of the result must be ${showAxes(expected)}, got ${showAxes(result.unreduced)}`,
      );
}

/** The first of `axes` that overlaps one of `others`. */
const overlapping = (mesh: Mesh, axes: readonly AxisRef[], others: readonly AxisRef[]): AxisRef | undefined =>
  axes.find((axis) => others.some((other) => overlap(mesh, axis, other)));

const dimensionAxes = ({ dimensions }: TensorSharding): AxisRef[] => dimensions.flatMap(({ axes }) => axes);

function sameDimensions(a: TensorSharding, b: TensorSharding): boolean {
  return a.dimensions.every(({ axes }, i) => sameAxes(axes, b.dimensions[i]!.axes));
}

function allReduceProblem(
  operation: OperationOf<"sdy.all_reduce">,
  sides: Collective,
): Violation | undefined {
  const { mesh, operand, result } = sides;
  const { reduction_axes, reduction_op: by = "sum" } = operation.attributes;
  const { axes } = reduction_axes;
  if (!sameDimensions(operand, result))
    return violation("collective_result", "the dimensions of operand and result must have the same axes");
  const wrong = axesProblem(mesh, [{ sorted: "reduction", axes }]);
  if (wrong !== undefined) return wrong;
  const used = overlapping(mesh, axes, [...dimensionAxes(operand), ...operand.replicated]);
  if (used !== undefined)
    return violation("collective_axes", `${showAxis(used)} shards or replicates the operand`);
  const kept = overlapping(mesh, axes, result.unreduced);
  if (kept !== undefined)
    return violation("collective_axes", `${showAxis(kept)} is reduced, and unreduced in the result`);
  return unreducedBy(sides, by);
}

function allToAllProblem(operation: OperationOf<"sdy.all_to_all">, sides: Collective): Violation | undefined {
  const { params } = operation.attributes.params;
  if (params.length === 0) return violation("collective_axes", "no axes are moved");
  const wrong = axesProblem(
    sides.mesh,
    params.map(({ axes }) => axes),
  );
  if (wrong !== undefined) return wrong;
  const rank = sides.result.dimensions.length;
  const seen = new Set<bigint>();
  let before = -1n;
  for (const { sourceDimension: from, targetDimension: to } of params) {
    for (const dimension of [from, to]) {
      if (dimension < 0n || dimension >= BigInt(rank))
        return violation("all_to_all_dimension", `there is no dimension ${dimension} among ${rank}`);
      if (seen.has(dimension))
        return violation("all_to_all_dimension", `dimension ${dimension} is moved from or to twice`);
      seen.add(dimension);
    }
    if (from <= before)
      return violation("all_to_all_order", `source dimension ${from} stands behind ${before}`);
    before = from;
  }
  for (const { axes, sourceDimension: from, targetDimension: to } of params) {
    const problem =
      dimensionProblem(sides, Number(from), axes, without) ??
      dimensionProblem(sides, Number(to), axes, withAll);
    if (problem !== undefined) return problem;
  }
  for (let i = 0; i < rank; i++) {
    const problem = seen.has(BigInt(i)) ? undefined : dimensionProblem(sides, i, [], withAll);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function permuteProblem({ mesh, operand, operandMesh, result }: Collective): Violation | undefined {
  if (!sameMeshAxes(mesh, operandMesh))
    return violation("collective_mesh", "the meshes of operand and result have other axes");
  if (operand.mesh !== result.mesh && typeof operand.mesh === "string" && sameDevices(mesh, operandMesh))
    return violation("collective_mesh", "the meshes of operand and result differ by name alone");
  for (const [i, { axes }] of operand.dimensions.entries()) {
    const [before, after] = [shardsOf(mesh, axes), shardsOf(mesh, result.dimensions[i]!.axes)];
    if (before !== after)
      return violation(
        "collective_result",
        `dimension ${i} is in ${before} parts in the operand and in ${after} in the result`,
      );
  }
  return undefined;
}

function replicatedToUnreducedProblem(axes: readonly AxisRef[], sides: Collective): Violation | undefined {
  const { mesh, operand, result } = sides;
  if (!sameDimensions(operand, result))
    return violation("collective_result", "the dimensions of operand and result must have the same axes");
  if (axes.length === 0) return violation("collective_axes", "no axes become unreduced");
  const wrong = axesProblem(mesh, [{ sorted: "these", axes }]);
  if (wrong !== undefined) return wrong;
  const used = overlapping(mesh, axes, [...dimensionAxes(operand), ...operand.unreduced]);
  return used === undefined
    ? unreducedWith(sides, axes)
    : violation("collective_axes", `the operand is not replicated along ${showAxis(used)}`);
}
