/** @file Manual computations: their bodies see the shards that the manual axes make of the values, and shardings are of one mesh. */
import { type Violation, violation } from "../errors.js";
import type { Value } from "../operation.js";
import type { OperationOf } from "../ops/index.js";
import { DYNAMIC, formatType, type TensorType, tensorType } from "../types.js";
import type { Mesh, TensorSharding } from "./attributes.js";
import { shardsOf, showAxis } from "./axes.js";
import { type Meshes, meshOf, sameMesh } from "./meshes.js";

/** A value as the whole has it, as the body has it, and how it is sharded. */
interface Side {
  readonly name: string;
  readonly whole: Value;
  readonly local: Value;
  readonly sharding: TensorSharding;
}

/** What is wrong between the values of a manual computation, whose shardings are right for them, and those of its body. */
export function shardsProblem(
  operation: OperationOf<"sdy.manual_computation">,
  meshes: Meshes,
): Violation | undefined {
  const { manual_axes, in_shardings, out_shardings } = operation.attributes;
  const block = operation.regions[0]!.entry;
  const sides = [
    ...sidesOf("operand", operation.operands, block.arguments, in_shardings.shardings),
    ...sidesOf("result", operation.results, block.last?.operands ?? [], out_shardings.shardings),
  ];
  const manual: ReadonlySet<string> = new Set(manual_axes.axes);
  const meshProblem = commonMeshProblem(
    sides.map(({ sharding }) => meshOf(sharding, meshes)!),
    manual_axes.axes,
  );
  if (meshProblem !== undefined) return meshProblem;
  for (const side of sides) {
    const problem = sideProblem(side, meshOf(side.sharding, meshes)!, manual);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Manual axes are of the one mesh of all shardings, but for those of a mesh without devices. */
function commonMeshProblem(meshes: readonly Mesh[], manual: readonly string[]): Violation | undefined {
  if (meshes.length === 0 || manual.length === 0) return undefined;
  const used = meshes.filter(({ axes, deviceIds }) => axes.length > 0 || deviceIds.length > 0);
  if (used.some((mesh) => !sameMesh(mesh, used[0]!)))
    return violation("manual_mesh", "all shardings must be of one mesh");
  const unknown = manual.find((name) => used[0]?.axes.every((axis) => axis.name !== name) ?? true);
  return unknown === undefined
    ? undefined
    : violation("manual_axes_mesh", `the mesh has no axis "${unknown}"`);
}

const sidesOf = (
  kind: string,
  wholes: readonly Value[],
  locals: readonly Value[],
  shardings: readonly TensorSharding[],
): Side[] =>
  wholes.map((whole, i) => ({ name: `${kind} ${i}`, whole, local: locals[i]!, sharding: shardings[i]! }));

function sideProblem(
  { name, whole, local, sharding }: Side,
  mesh: Mesh,
  manual: ReadonlySet<string>,
): Violation | undefined {
  const isManual = (axis: { readonly name: string }): boolean => manual.has(axis.name);
  for (const [i, { axes }] of sharding.dimensions.entries()) {
    const free = axes.findIndex((axis) => !isManual(axis));
    const late = free < 0 ? undefined : axes.slice(free).find(isManual);
    if (late !== undefined)
      return violation(
        "manual_axes_order",
        `manual axis ${showAxis(late)} of ${name}, dimension ${i}, must stand before ${showAxis(axes[free]!)}`,
      );
  }
  const { type } = whole;
  if (type.kind !== "tensor") return undefined;
  const parts = manualParts(sharding, mesh, manual);
  const uneven = type.shape.findIndex((size, i) => size !== DYNAMIC && size % parts[i]! !== 0);
  if (uneven >= 0)
    return violation(
      "manual_axes_size",
      `dimension ${uneven} of ${name}, ${formatType(type)}, does not divide by the ${parts[uneven]} parts of its manual axes`,
    );
  const shard = shardOf(type, parts);
  return local.type === shard
    ? undefined
    : violation(
        "manual_shard",
        `the body must have ${formatType(shard)} for ${name}, ${formatType(type)}, got ${formatType(local.type)}`,
      );
}

/** Into how many parts the manual axes cut each dimension. */
export const manualParts = (
  sharding: TensorSharding,
  mesh: Mesh,
  manual: ReadonlySet<string>,
): readonly number[] =>
  sharding.dimensions.map(({ axes }) =>
    Number(
      shardsOf(
        mesh,
        axes.filter(({ name }) => manual.has(name)),
      ),
    ),
  );

const shardOf = ({ shape, element }: TensorType, parts: readonly number[]): TensorType =>
  tensorType(
    shape.map((size, i) => (size === DYNAMIC ? size : size / parts[i]!)),
    element,
  );
