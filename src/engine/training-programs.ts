/** @file The programs of a step of training, compiled: one, or one for each part of a batch and one for the update. */
import type { TracedProgram } from "../dsl/index.js";
import type { ConfiguredModel } from "../model/index.js";
import type { Argument } from "../program/index.js";
import type { Client, CompileCache } from "../runtime-pjrt/index.js";
import { type LoweringOptions, resolveTarget } from "../targets/index.js";
import {
  accumulationStep,
  checkCount,
  trainStep,
  type TrainStepOptions,
  updateStep,
} from "../training/index.js";
import { CompiledProgram } from "./compiled.js";
import { lowerProgram } from "./family.js";

/** What a program of training is made of, and how it is lowered and compiled. */
export interface TrainerOptions extends Omit<LoweringOptions, "prepare">, TrainStepOptions {
  /**
   * Batches of one step, whose gradients are summed one after the other, so that memory is needed for one of them only. Together they are what
   * one batch of all rows is. Default: 1.
   */
  readonly accumulate?: number | undefined;
  /** Where compiled programs are looked for and kept. */
  readonly cache?: CompileCache | undefined;
  /** Ends the upload of the weights when it is aborted; a compilation under way is finished first. */
  readonly signal?: AbortSignal | undefined;
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

/** Compiles what a step is made of. @throws TrainingError, PjrtError */
export async function compileStep(
  client: Client,
  definition: ConfiguredModel,
  options: TrainerOptions,
): Promise<StepPrograms> {
  const { target } = resolveTarget(options.target ?? client);
  const compile = (traced: TracedProgram) =>
    CompiledProgram.compile(
      client,
      lowerProgram(traced, { ...options, target, prepare: false }),
      options.cache,
    );
  const { accumulate = 1 } = options;
  checkCount("accumulate", accumulate);
  if (accumulate === 1)
    return { accumulate: undefined, update: await compile(trainStep(definition, options)) };
  const update = await compile(updateStep(definition, options));
  try {
    return { accumulate: await compile(accumulationStep(definition, options)), update };
  } catch (error) {
    update.close();
    throw error;
  }
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
