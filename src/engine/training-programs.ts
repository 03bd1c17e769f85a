/** @file The programs of a step of training, compiled: one, or one for each part of a batch and one for the update. */
import type { TracedProgram } from "../dsl/index.js";
import type { ConfiguredModel, Parameter } from "../model/index.js";
import type { Argument } from "../program/index.js";
import { type Client, type CompileCache, hostBytes, neededBytes } from "../runtime-pjrt/index.js";
import { type LoweringOptions, resolveTarget, type TargetLike } from "../targets/index.js";
import {
  accumulationStep,
  checkCount,
  trainStep,
  type TrainStepOptions,
  updateStep,
} from "../training/index.js";
import { CompiledProgram } from "./compiled.js";
import { lowerProgram } from "./family.js";
import type { LoweredProgram } from "./lowered-program.js";
import type { InitialBytes } from "./training-buffers.js";
import { type OptionNames, withoutOptions, pickOptions } from "../support/options.js";
import { LOWERING_WITHOUT_PREPARE, loweringOf } from "../targets/options.js";
import { TRAIN_STEP_OPTIONS, stepOf, UPDATE_OPTIONS } from "../training/train-step.js";
import { lossOf } from "../training/loss.js";

/** What a program of training is made of, and how it is lowered and compiled. */
export interface TrainerOptions
  extends Omit<LoweringOptions, "prepare">,
    Omit<TrainStepOptions, "tellsNorm"> {
  /**
   * Batches of one step, whose gradients are summed one after the other, so that memory is needed for one of them only. Together they are what
   * one batch of all rows is. Default: 1.
   */
  readonly accumulate?: number | undefined;
  /** What arguments hold at first, where that is neither what the checkpoint says nor zeros: states of an earlier training, adapters. */
  readonly initial?: InitialBytes | undefined;
  /** Parameters that the model has beside those of its checkpoint (`withLora`). */
  readonly adapters?: readonly Parameter[] | undefined;
  /** Told what the programs take, before anything is put on the device; what it throws ends the start. */
  readonly onPlanned?: ((memory: TrainingMemory) => void) | undefined;
  /** Where compiled programs are looked for and kept. */
  readonly cache?: CompileCache | undefined;
  /** Ends the upload of the weights when it is aborted; a compilation under way is finished first. */
  readonly signal?: AbortSignal | undefined;
}

export const TRAINER_OPTIONS: OptionNames<TrainerOptions> = {
  ...LOWERING_WITHOUT_PREPARE,
  ...withoutOptions(TRAIN_STEP_OPTIONS, "tellsNorm"),
  accumulate: true,
  initial: true,
  adapters: true,
  onPlanned: true,
  cache: true,
  signal: true,
};

/** Device memory in bytes that a step takes, by the compiler's statistics. */
export interface TrainingMemory {
  /** Parameters that are trained. */
  readonly trained: number;
  /** What the optimiser keeps of them, and gradients that are summed. */
  readonly optimizer: number;
  /** Parameters that stay as they are. */
  readonly frozen: number;
  /** Of the program that takes most. */
  readonly temporaries: number;
  /** All together, with the batch and the code. */
  readonly total: number;
}

/** The programs of one step. */
export interface StepPrograms {
  /** Run on each batch, where several make a step. */
  readonly accumulate: CompiledProgram | undefined;
  /** Updates parameters: by a batch, or by what was accumulated. */
  readonly update: CompiledProgram;
}

/** In the order in which they run. */
export const inTurn = ({ accumulate, update }: StepPrograms): readonly CompiledProgram[] =>
  accumulate === undefined ? [update] : [accumulate, update];

/** Lowers one program of training for a device's platform, unless a target is given. @throws UsageError for an unknown target or strategy */
export function lowerForTraining(
  device: TargetLike,
  traced: TracedProgram,
  options: Omit<LoweringOptions, "prepare">,
): LoweredProgram {
  const { target } = resolveTarget(options.target ?? device, options.extensions);
  return lowerProgram(traced, { ...loweringOf(options), target, prepare: false });
}

/** Lowers and compiles one program of training. @throws UsageError as `lowerForTraining`; PjrtError */
export function compileProgram(
  client: Client,
  traced: TracedProgram,
  options: Pick<TrainerOptions, Exclude<keyof LoweringOptions, "prepare"> | "cache">,
): Promise<CompiledProgram> {
  return CompiledProgram.compile(client, lowerForTraining(client, traced, options), options.cache);
}

/** Compiles what a step is made of. @throws TrainingError, PjrtError */
export async function compileStep(
  client: Client,
  definition: ConfiguredModel,
  options: TrainerOptions,
): Promise<StepPrograms> {
  const compile = (traced: TracedProgram) => compileProgram(client, traced, options);
  const { accumulate = 1 } = options;
  // Each step tells it.
  const steps = { ...stepOf(options), tellsNorm: true };
  checkCount("accumulate", accumulate);
  if (accumulate === 1) return { accumulate: undefined, update: await compile(trainStep(definition, steps)) };
  const accumulation = accumulationStep(definition, lossOf(options));
  const update = await compile(updateStep(definition, pickOptions(steps, UPDATE_OPTIONS), accumulation));
  try {
    return { accumulate: await compile(accumulation), update };
  } catch (error) {
    update.close();
    throw error;
  }
}

/** Whether a state is a parameter, not something that an optimiser keeps or that is summed for it. */
export const isParameter = (state: string): boolean => !/^(?:optimizer|accumulated)\./.test(state);

/** What the programs of a step take. */
export function memoryOf(programs: StepPrograms): TrainingMemory {
  const { state, parameter } = argumentsOf(programs);
  const bytes = (args: readonly Argument[]) => args.reduce((sum, one) => sum + hostBytes(one), 0);
  const stats = inTurn(programs).map(({ executable }) => executable.program.memoryStats());
  const resident = bytes(state) + bytes(parameter);
  // A program's arguments are among what is resident; what it needs beside them is its own.
  const beside = stats.map((one) => neededBytes(one) - one.arguments);
  return {
    trained: bytes(state.filter(({ name }) => isParameter(name))),
    optimizer: bytes(state.filter(({ name }) => !isParameter(name))),
    frozen: bytes(parameter),
    temporaries: Math.max(...stats.map(({ temporary }) => temporary)),
    total: resident + Math.max(...beside),
  };
}

/** Arguments of programs by name: what one of them updates is a state of all. */
export function argumentsOf(
  programs: StepPrograms,
): Readonly<Record<"state" | "parameter", readonly Argument[]>> {
  const all = inTurn(programs).flatMap(({ interface: { arguments: wanted } }) => wanted);
  const named = (role: Argument["role"]) =>
    new Map(all.flatMap((argument) => (argument.role === role ? [[argument.name, argument] as const] : [])));
  const states = named("state");
  const parameters = [...named("parameter").values()].filter(({ name }) => !states.has(name));
  return { state: [...states.values()], parameter: parameters };
}
