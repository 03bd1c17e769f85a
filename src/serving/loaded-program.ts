/** @file A compiled program, and what its arguments mean. */
import type { Executable } from "../runtime-pjrt/index.js";
import type { Interface } from "../program/interface.js";

/** A compiled program, and what its arguments mean. */
export interface LoadedProgram {
  readonly interface: Interface;
  readonly executable: Executable;
  /** Give its `prepared` arguments; none for a program that runs by itself. */
  readonly preparations: readonly WeightPreparation[];
}

/** How what programs take as `prepared` arguments is computed from the weights. */
export interface WeightPreparation {
  /** What the preparing program takes and gives. It runs once for all programs whose preparations have the same object here. */
  readonly interface: Interface;
  load(): Promise<Executable>;
}
