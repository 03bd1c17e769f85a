/** @file The costs of a program in figures: totals, groups, the dearest instructions, memory, against a chip's roofline. */
import type { Chip } from "./chips.js";
import type { InstructionCost, ProgramCost } from "./count.js";
import { type Roofline, roofline } from "./roofline.js";
import { type CostGroup, groupCosts, type GroupOptions, type Grouping } from "./groups.js";
import { type CostSum, sumCosts, topInstructions } from "./summary.js";
import { type CompiledMemoryStats, neededBytes } from "../runtime-pjrt/index.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** Memory of one execution, bytes, and whether one device has it. */
export interface MemoryReport {
  readonly arguments: number;
  readonly results: number;
  readonly aliased: number;
  readonly temporary: number;
  readonly generatedCode: number;
  /** All of it, what is aliased once. */
  readonly needed: number;
  /** Of one device; undefined where the chip is not known. */
  readonly available: number | undefined;
  readonly fits: boolean | undefined;
}

/** The costs of a program as `griffin cost` tells them. */
export interface CostReport {
  readonly program: string;
  /** What it was compiled for; undefined for HLO that came from a file. */
  readonly target: string | undefined;
  readonly compileMs: number | undefined;
  readonly chip: Chip | undefined;
  readonly total: CostSum;
  /** Undefined where no chip is known. */
  readonly time: Roofline | undefined;
  readonly memory: MemoryReport | undefined;
  readonly groups: readonly CostGroup[];
  readonly top: readonly InstructionCost[];
  readonly unknownLoops: readonly string[];
  readonly conditionals: readonly string[];
}

/** Where the costs come from. */
export interface Counted {
  readonly cost: ProgramCost;
  readonly memory?: CompiledMemoryStats | undefined;
  readonly compileMs?: number | undefined;
  readonly target?: string | undefined;
  readonly chip?: Chip | undefined;
}

/** How instructions are grouped, and how many of the dearest are listed. */
export interface ReportOptions extends Pick<GroupOptions, "depth"> {
  readonly by: Grouping | "none";
  readonly top: number;
}

export const REPORT_OPTIONS: OptionNames<ReportOptions> = {
  depth: true,
  by: true,
  top: true,
};

/** The costs of a program, ready to be told. */
export function makeReport(counted: Counted, options: ReportOptions): CostReport {
  checkOptions("makeReport", options, REPORT_OPTIONS);
  const { cost, memory, compileMs, target, chip } = counted;
  const { by, depth, top } = options;
  const total = sumCosts(cost.instructions);
  return {
    program: cost.name,
    target,
    compileMs,
    chip,
    total,
    time: chip === undefined ? undefined : roofline(total, chip),
    memory: memory === undefined ? undefined : reportMemory(memory, chip),
    groups: by === "none" ? [] : groupCosts(cost, { by, depth, chip }),
    top: topInstructions(cost, top),
    unknownLoops: cost.unknownLoops,
    conditionals: cost.conditionals,
  };
}

function reportMemory(stats: CompiledMemoryStats, chip: Chip | undefined): MemoryReport {
  const { arguments: given, results, aliased, temporary, generatedCode } = stats;
  const needed = neededBytes(stats);
  const available = chip === undefined ? undefined : chip.memory / chip.devices;
  return {
    arguments: given,
    results,
    aliased,
    temporary,
    generatedCode,
    needed,
    available,
    fits: available === undefined ? undefined : needed <= available,
  };
}
