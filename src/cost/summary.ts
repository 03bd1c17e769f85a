/** @file Costs added up, and the costliest instructions. */
import type { InstructionCost, ProgramCost } from "./count.js";
import { addBytes, type MemoryBytes, NO_BYTES } from "./memory.js";

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

/** The costliest instructions. */
export const topInstructions = ({ instructions }: ProgramCost, count: number): readonly InstructionCost[] =>
  [...instructions].sort(costliest).slice(0, count);

type Comparable = Pick<CostSum, "cycles" | "read" | "written">;

/** By cycles, then by bytes of HBM, then by bytes on the chip. */
export const costliest = (a: Comparable, b: Comparable): number =>
  (b.cycles ?? 0) - (a.cycles ?? 0) || hbmBytes(b) - hbmBytes(a) || chipBytes(b) - chipBytes(a);
