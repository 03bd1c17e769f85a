/** @file Where compiled functions run: a plugin's device, or the interpreter. */
import type { Argument, ResultRole } from "../../program/index.js";
import type { HeldMemory } from "./host-tensor.js";

/** Memory by name. */
export type Memories = ReadonlyMap<string, HeldMemory>;

/** What a run takes. */
export interface RunArguments {
  readonly inputs: Memories;
  /** Those that were not bound. */
  readonly parameters: Memories;
  /** Used up: what the results hold takes their place. */
  readonly states: Memories;
}

/** What a run gives, by role and name. */
export type RunResults = Readonly<Record<ResultRole, Memories>>;

/** One program, ready to run somewhere. */
export interface Place {
  /** Brings an argument there. */
  upload(argument: Argument, bytes: Uint8Array<ArrayBuffer>): Promise<HeldMemory>;
  /** Keeps parameters for all runs; closes them when it is closed. */
  bind(parameters: Memories): Promise<void>;
  /** Whether memory is of this place, so that a run can take it. */
  holds(memory: HeldMemory): boolean;
  run(given: RunArguments): Promise<RunResults>;
  close(): Promise<void>;
}
