/** @file One program by both sides, each in a process of its own, and what is asked of the ratio. */
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countModule, findChip, moduleFromText, roofline } from "../../src/cost/index.js";
import { pythonSide, type Side, typescriptSide } from "../sides.js";
import { figuresOf } from "./figures.js";
import type { ProgramName } from "./programs.js";

/** Figures of one program on one chip, by name. */
export type Figures = Readonly<Record<string, number>>;

/** What both sides are; the reference is missing where no Python was given. */
export interface Comparison {
  readonly program: ProgramName;
  readonly ours: Side;
  readonly reference: Side | undefined;
}

const script = (name: string): URL => new URL(name, import.meta.url);

/** Lowers, compiles and counts one program of ours. */
export const measureOurs = (program: ProgramName, topology: string): Promise<Side> =>
  typescriptSide(script("./ours.ts"), [program, topology]);

/** Compiles one program of the reference, and counts the HLO that JAX prints as ours is counted. */
export async function measureReference(python: string, program: string, topology: string): Promise<Side> {
  const file = join(tmpdir(), `griffin-reference-${process.pid}-${program}.txt`);
  try {
    const { figures, versions } = await pythonSide(python, script("./reference.py"), [
      program,
      file,
      "--topology",
      topology,
    ]);
    const cost = countModule(moduleFromText(await readFile(file, "utf8"), file));
    return { figures: { ...figures, ...figuresOf(cost) }, versions };
  } finally {
    await rm(file, { force: true });
  }
}

/** The least time of one execution, ms: cycles by clock, or bytes by bandwidth, or operations by peak. */
export function leastMs(figures: Figures, chip: string): number {
  const { cycles = 0, flops = 0, "HBM bytes": hbm = 0 } = figures;
  const nothing = { hbm: 0, chip: 0, host: 0 };
  const sum = {
    instructions: 0,
    read: { ...nothing, hbm },
    written: nothing,
    flops,
    cycles,
    unestimated: { instructions: 0, hbmBytes: 0 },
  };
  return roofline(sum, findChip(chip)).seconds * 1000;
}
