/** @file Collectives: whom they name must take part in the run, and there must be something to exchange. XLA aborts otherwise. */
import type { Integer } from "../integers.js";
import type { Operation } from "../operation.js";
import type { IntegerMatrix } from "../ops/kinds.js";
import { type Groups, groupMatrix } from "../ops/replica-groups.js";
import { axisOf, meshGroupsOf, meshOfStablehlo } from "../sdy/mesh-groups.js";
import { type Meshes, meshesIn } from "../sdy/meshes.js";
import { axesProblem, meshProblem } from "../sdy/verify-axes.js";
import type { Refusal } from "./refusal.js";

const collectives: ReadonlySet<string> = new Set([
  "stablehlo.all_gather",
  "stablehlo.all_reduce",
  "stablehlo.all_to_all",
  "stablehlo.collective_broadcast",
  "stablehlo.collective_permute",
  "stablehlo.collective_reduce",
  "stablehlo.reduce_scatter",
]);

/** What runs the program: how many devices, and the meshes that its module names. */
export interface Run {
  readonly participants: number;
  readonly meshes: Meshes;
}

/** What runs a module. */
export const runOf = (module: Operation): Run => ({
  participants: participantsOf(module),
  meshes: meshesIn(module),
});

/** How many devices run the program, as its module says: replicas times partitions. */
function participantsOf(module: Operation): number {
  const count = (name: string): number => {
    const attribute = module.extra.get(name);
    return attribute?.kind === "integer" ? Number(attribute.value) : 1;
  };
  return count("mhlo.num_replicas") * count("mhlo.num_partitions");
}

/** The ids that a collective names; -1 fills up groups. */
function idsOf({ attributes }: Operation): readonly Integer[] {
  const { replica_groups: groups, source_target_pairs: pairs } = attributes as {
    readonly replica_groups?: Groups;
    readonly source_target_pairs?: IntegerMatrix;
  };
  return [...((groups && groupMatrix(groups)?.values) ?? []), ...(pairs?.values ?? [])];
}

/** What is wrong with groups that the axes of a mesh make; the devices of the mesh are those that run the program. */
function checkMeshGroups(operation: Operation, { participants, meshes }: Run): Refusal | undefined {
  const groups = meshGroupsOf(operation);
  if (groups === undefined) return undefined;
  const { mesh: named } = groups;
  const mesh = named.kind === "symbol" ? meshes.get(named.path[0]!) : meshOfStablehlo(named);
  const hint = "write the groups by their devices, as dense<[[0, 1]]> : tensor<1x2xi64>";
  if (mesh === undefined)
    return { constraint: "collective_mesh", message: "names its devices by what is no mesh", hint };
  const axes = groups.axes.flatMap((axis) => axisOf(axis) ?? []);
  if (axes.length < groups.axes.length)
    return { constraint: "collective_mesh", message: "names its devices by what are no axes", hint };
  const problem = meshProblem(mesh) ?? axesProblem(mesh, [axes]);
  if (problem !== undefined) return { ...problem, constraint: "collective_mesh", hint };
  const devices = mesh.axes.reduce((product, { size }) => product * size, 1n);
  if (devices === BigInt(participants)) return undefined;
  return {
    constraint: "collective_participant",
    message: `names the devices of a mesh, which has ${devices}`,
    expected: `a mesh of ${participants}, the module's replicas times its partitions`,
    got: `${devices}`,
    hint: "set mhlo.num_replicas or mhlo.num_partitions of the module, or take a mesh of the devices that run it",
  };
}

/** A collective of nobody or of nothing, or undefined. */
export function checkCollective(operation: Operation, run: Run): Refusal | undefined {
  const { participants } = run;
  if (!collectives.has(operation.name)) return undefined;
  if (operation.operands.some(({ type }) => type.kind === "tensor" && type.shape.includes(0))) {
    return {
      constraint: "collective_empty",
      message: "exchanges no elements, which XLA divides by",
      hint: "leave it out: there is nothing to exchange",
    };
  }
  const stranger = idsOf(operation).find((id) => id >= participants);
  if (stranger === undefined) return checkMeshGroups(operation, run);
  return {
    constraint: "collective_participant",
    message: `names device ${stranger}, which takes no part`,
    expected: `ids below ${participants}, the module's replicas times its partitions`,
    got: `${stranger}`,
    hint: "set mhlo.num_replicas or mhlo.num_partitions of the module, or leave the device out",
  };
}
