/** @file Costs added up: of a whole program, by scope, by opcode, and the costliest instructions. */
import type { InstructionCost, ProgramCost } from "./count.js";
import { addBytes, type MemoryBytes, NO_BYTES } from "./memory.js";
import { scopeOf } from "./scope.js";

/** What several instructions do together. */
export interface CostSum {
  /** How many instructions. */
  readonly instructions: number;
  readonly read: MemoryBytes;
  readonly written: MemoryBytes;
  readonly flops: number;
  /** The compiler's estimates; undefined where no instruction has one. */
  readonly cycles: number | undefined;
  /** Instructions that are not asynchronous and that the compiler has no estimate for: their cycles are missing. */
  readonly unestimated: { readonly instructions: number; readonly hbmBytes: number };
}

const NOTHING: CostSum = {
  instructions: 0,
  read: NO_BYTES,
  written: NO_BYTES,
  flops: 0,
  cycles: undefined,
  unestimated: { instructions: 0, hbmBytes: 0 },
};

/** Bytes that cross HBM, both ways. */
export const hbmBytes = ({ read, written }: Pick<CostSum, "read" | "written">): number =>
  read.hbm + written.hbm;

/** Bytes that cross memory on the chip, both ways. */
export const chipBytes = ({ read, written }: Pick<CostSum, "read" | "written">): number =>
  read.chip + written.chip;

export const sumCosts = (costs: readonly InstructionCost[]): CostSum => costs.reduce(add, NOTHING);

function add(sum: CostSum, cost: InstructionCost): CostSum {
  const missing = cost.cycles === undefined && !cost.asynchronous;
  return {
    instructions: sum.instructions + 1,
    read: addBytes(sum.read, cost.read),
    written: addBytes(sum.written, cost.written),
    flops: sum.flops + cost.flops,
    cycles: cost.cycles === undefined ? sum.cycles : (sum.cycles ?? 0) + cost.cycles,
    unestimated: {
      instructions: sum.unestimated.instructions + (missing ? 1 : 0),
      hbmBytes: sum.unestimated.hbmBytes + (missing ? hbmBytes(cost) : 0),
    },
  };
}

/** What costs are grouped by. */
export const groupings = ["scope", "op"] as const;
export type Grouping = (typeof groupings)[number];

const KEYS: Readonly<Record<Grouping, (cost: InstructionCost) => string>> = {
  scope: ({ path }) => scopeOf(path),
  op: ({ opcode }) => opcode,
};

/** A group and what it costs. */
export interface CostGroup extends CostSum {
  readonly name: string;
}

/** Groups, the costliest first. What nothing names is in the group "". */
export function groupCosts({ instructions }: ProgramCost, by: Grouping): readonly CostGroup[] {
  const groups = new Map<string, InstructionCost[]>();
  for (const cost of instructions) {
    const key = KEYS[by](cost);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cost]);
    else group.push(cost);
  }
  return [...groups].map(([name, costs]) => ({ name, ...sumCosts(costs) })).sort(costliest);
}

/** The costliest instructions. */
export const topInstructions = ({ instructions }: ProgramCost, count: number): readonly InstructionCost[] =>
  [...instructions].sort(costliest).slice(0, count);

type Comparable = Pick<CostSum, "cycles" | "read" | "written">;

/** By cycles, then by bytes of HBM, then by bytes on the chip. */
const costliest = (a: Comparable, b: Comparable): number =>
  (b.cycles ?? 0) - (a.cycles ?? 0) || hbmBytes(b) - hbmBytes(a) || chipBytes(b) - chipBytes(a);
