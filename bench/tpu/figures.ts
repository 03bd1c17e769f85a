/** @file Figures of a counted program by name, the same for ours and the reference's: cycles, bytes, operations. */
import { hbmBytes, type ProgramCost, sumCosts } from "../../src/cost/index.js";
import { cyclesByKind } from "./kinds.js";

/** Before the name of a kind. */
export const CYCLES_OF = "cycles of ";

/** Cycles and operations as counted, bytes of HBM both ways. */
export function figuresOf(cost: ProgramCost): Readonly<Record<string, number>> {
  const sum = sumCosts(cost.instructions);
  const kinds = [...cyclesByKind(cost)].map(([kind, cycles]) => [CYCLES_OF + kind, cycles] as const);
  return {
    cycles: sum.cycles ?? 0,
    "HBM bytes": hbmBytes(sum),
    flops: sum.flops,
    "instructions without cycles": sum.unestimated.instructions,
    ...Object.fromEntries(kinds),
  };
}
