/** @file Costs by the part of the model that they come from, or by opcode: what each group does, how long it takes at least, and its share. */
import { groupBy } from "../support/group-by.js";
import type { Chip } from "./chips.js";
import type { InstructionCost, ProgramCost } from "./count.js";
import { type Roofline, roofline } from "./roofline.js";
import { scopeOf } from "./scope.js";
import { type CostSum, costliest, hbmBytes, sumCosts } from "./summary.js";

/** What costs are grouped by: parts of the model, with layers of a kind together (scope) or each by itself (layer), or opcodes. */
export const groupings = ["scope", "layer", "op"] as const;
export type Grouping = (typeof groupings)[number];

/** How costs are grouped. */
export interface GroupOptions {
  readonly by: Grouping;
  /** Names of a path that are kept, from the outside: layer, block, part ... Default: 3. Says nothing of opcodes. */
  readonly depth?: number | undefined;
  /** Whose bounds make the times. */
  readonly chip?: Chip | undefined;
}

/** A group and what it costs. */
export interface CostGroup extends CostSum {
  /** Of a part of the model, its names between slashes; empty for what nothing names. */
  readonly name: string;
  /** The least that the chip allows the group by itself; undefined where no chip is known. */
  readonly time: Roofline | undefined;
  /** From 0 to 1, of the sum over all groups: of their times; without a chip, of cycles; without estimates of those, of bytes of HBM. */
  readonly share: number;
}

/** Groups, the costliest first. */
export function groupCosts(
  { instructions }: ProgramCost,
  { by, depth, chip }: GroupOptions,
): readonly CostGroup[] {
  const keyOf = ({ path, opcode }: InstructionCost): string =>
    by === "op" ? opcode : scopeOf(path, { depth, together: by === "scope" });
  const groups = [...groupBy(instructions, keyOf)];
  const timed = groups.map(([name, costs]) => ({ name, ...timedSum(costs, chip) }));
  return withShares(timed).sort((a, b) => b.share - a.share || costliest(a, b));
}

/**
 * Costs with the share of each: of their times; without a chip, of cycles; without estimates of those, of bytes of HBM.
 * @param whole those whose sum is all; default: these
 */
export function withShares<T extends TimedSum>(
  costs: readonly T[],
  whole: readonly TimedSum[] = costs,
): (T & Pick<CostGroup, "share">)[] {
  const hasCycles = whole.some(({ cycles }) => cycles !== undefined);
  const weight = ({ time, ...sum }: TimedSum): number =>
    time?.seconds ?? (hasCycles ? (sum.cycles ?? 0) : hbmBytes(sum));
  const total = whole.reduce((sum, cost) => sum + weight(cost), 0);
  return costs.map((cost) => ({ ...cost, share: total === 0 ? 0 : weight(cost) / total }));
}

type TimedSum = CostSum & Pick<CostGroup, "time">;

/** What some instructions do together, and how long it takes at least. */
export const timedSum = (costs: readonly InstructionCost[], chip: Chip | undefined): TimedSum => {
  const sum = sumCosts(costs);
  return { ...sum, time: chip === undefined ? undefined : roofline(sum, chip) };
};
