/** @file Collectives: whom they name must take part in the run, and there must be something to exchange. XLA aborts otherwise. */
import type { Integer } from "../integers.js";
import type { Operation } from "../operation.js";
import type { IntegerMatrix } from "../ops/kinds.js";
import { type Groups, groupMatrix } from "../ops/replica-groups.js";
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

/** How many devices run the program, as its module says: replicas times partitions. */
export function participantsOf(module: Operation): number {
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

/** A collective of nobody or of nothing, or undefined. */
export function checkCollective(operation: Operation, participants: number): Refusal | undefined {
  if (!collectives.has(operation.name)) return undefined;
  if (operation.operands.some(({ type }) => type.kind === "tensor" && type.shape.includes(0))) {
    return {
      constraint: "collective_empty",
      message: "exchanges no elements, which XLA divides by",
      hint: "leave it out: there is nothing to exchange",
    };
  }
  const stranger = idsOf(operation).find((id) => id >= participants);
  if (stranger === undefined) return undefined;
  return {
    constraint: "collective_participant",
    message: `names device ${stranger}, which takes no part`,
    expected: `ids below ${participants}, the module's replicas times its partitions`,
    got: `${stranger}`,
    hint: "set mhlo.num_replicas or mhlo.num_partitions of the module, or leave the device out",
  };
}
