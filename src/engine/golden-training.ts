/** @file Trains the model on a golden case and has the numbers judged: loss and gradients of the first batch, then every optimiser's steps. */
import {
  checkTraining,
  type ComputedTraining,
  GoldenError,
  type OptimizerSettings,
  type TrainingCase,
  type TrainingReport,
} from "../golden/index.js";
import type { Client, CompileCache } from "../runtime-pjrt/index.js";
import { closeAll } from "../serving/index.js";
import { checkNotAborted } from "../support/wait.js";
import type { LoweringOptions, TargetLike } from "../targets/index.js";
import {
  adamW,
  checkBatch,
  constantRate,
  gradientProgram,
  type Optimizer,
  sgd,
  trainStep,
} from "../training/index.js";
import { type Checkpoint, bindWeights } from "../weights/index.js";
import type { LoweredProgram } from "./lowered-program.js";
import { Trainer } from "./trainer.js";
import { readFigures, readGradients, uploadArguments, uploadBatch } from "./training-buffers.js";
import { compileProgram, lowerForTraining } from "./training-programs.js";
import { type OptionNames, checkOptions } from "../support/options.js";
import { LOWERING_WITHOUT_PREPARE } from "../targets/options.js";
import { lossOf } from "../training/loss.js";

export interface TrainingCheckOptions extends Omit<LoweringOptions, "prepare"> {
  /** Computed in; cases bound f32. */
  readonly dtype: "f32" | "bf16";
  readonly cache?: CompileCache | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const TRAINING_CHECK_OPTIONS: OptionNames<TrainingCheckOptions> = {
  ...LOWERING_WITHOUT_PREPARE,
  dtype: true,
  cache: true,
  signal: true,
};

/** The options of a case's programs. The reference computed f32 products in f32. */
export const optionsOf = (
  { batch, time }: Pick<TrainingCase, "batch" | "time">,
  options: TrainingCheckOptions,
) => ({
  ...options,
  precision: options.precision ?? ("highest" as const),
  batch,
  time,
});

/**
 * Computes every tensor of a case and compares. @throws GoldenError for bf16, which the case does not bound, and for tensors that the case or
 * the model lacks; GriffinError when the case cannot be run; AbortedError between two steps
 */
export async function checkTrainingCase(
  client: Client,
  golden: TrainingCase,
  options: TrainingCheckOptions,
): Promise<TrainingReport> {
  checkOptions("checkTrainingCase", options, TRAINING_CHECK_OPTIONS);
  if (options.dtype !== "f32")
    throw new GoldenError(`the case has no tolerance for ${options.dtype}`, golden.folder);
  await using checkpoint = await golden.openWeights();
  const first = await firstGradients(client, golden, checkpoint, options);
  const trained = new Map<string, ComputedTraining>();
  for (const { settings } of golden.optimizers)
    trained.set(settings.name, await trainedBy(client, golden, checkpoint, { ...options, settings }));
  const initial = await initialParameters(golden, checkpoint);
  return checkTraining(golden, { ...first, initial, trained }, options.dtype);
}

/** Every program that a check of the case runs on a device, lowered as it lowers them. @throws TrainingError, UsageError for an unknown target */
export function trainingCasePrograms(
  device: TargetLike,
  golden: TrainingCase,
  options: TrainingCheckOptions,
): readonly LoweredProgram[] {
  checkOptions("trainingCasePrograms", options, TRAINING_CHECK_OPTIONS);
  const { model, optimizers } = golden;
  const all = optionsOf(golden, options);
  const steps = optimizers.map(({ settings }) =>
    trainStep(model, { ...lossOf(all), optimizer: optimizerOf(settings) }),
  );
  return [gradientProgram(model, lossOf(all)), ...steps].map((traced) =>
    lowerForTraining(device, traced, all),
  );
}

/** The optimiser of a case. */
export const optimizerOf = (settings: OptimizerSettings): Optimizer => {
  const rate = constantRate(settings.learning_rate);
  if (settings.name === "sgd") return sgd(rate);
  const { b1, b2, eps, weight_decay: weightDecay } = settings;
  return adamW(rate, { b1, b2, eps, weightDecay });
};

/** What a parameter is called in checkpoints, by its path. */
function namesByPath({
  model: { parameters, names },
}: Pick<TrainingCase, "model">): ReadonlyMap<string, string> {
  return new Map(parameters.map((parameter) => [parameter.path, names.nameOf(parameter).name]));
}

/** f32 numbers of all parameters of a checkpoint, by their names there. */
export async function initialParameters(
  golden: Pick<TrainingCase, "model">,
  checkpoint: Checkpoint,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { model } = golden;
  const names = namesByPath(golden);
  const { parameters } = bindWeights(checkpoint, model.parameters, model.names);
  const initial = new Map<string, Float32Array>();
  for (const [path, parameter] of parameters) {
    const { buffer, byteOffset, byteLength } = await parameter.readAs("f32");
    initial.set(names.get(path)!, new Float32Array(buffer, byteOffset, byteLength / 4));
  }
  return initial;
}

/** Loss, norm and gradients of the first batch. */
async function firstGradients(
  client: Client,
  golden: TrainingCase,
  checkpoint: Checkpoint,
  options: TrainingCheckOptions,
) {
  const { model, batches } = golden;
  const [batch] = batches;
  if (batch === undefined) throw new GoldenError("no batches", golden.folder);
  const all = optionsOf(golden, options);
  checkBatch(model, golden, batch);
  using program = await compileProgram(client, gradientProgram(model, lossOf(all)), all);
  const weights = bindWeights(checkpoint, model.parameters, model.names);
  const wanted = program.interface.arguments.filter(({ role }) => role === "parameter");
  const parameters = await uploadArguments(client, wanted, weights, options);
  const open = [...parameters.values()];
  try {
    const inputs = await uploadBatch(client, golden, batch);
    open.push(...inputs.values());
    const { outputs } = await program.run({ inputs, parameters });
    open.push(...outputs.values());
    const names = namesByPath(golden);
    const gradients = new Map<string, Float32Array>();
    for await (const [path, numbers] of readGradients(outputs)) gradients.set(names.get(path)!, numbers);
    return { ...(await readFigures(outputs)), gradients };
  } finally {
    closeAll(open);
  }
}

/** The losses of all steps with an optimiser, and the parameters after them. */
async function trainedBy(
  client: Client,
  golden: TrainingCase,
  checkpoint: Checkpoint,
  { settings, ...options }: TrainingCheckOptions & { readonly settings: OptimizerSettings },
): Promise<ComputedTraining> {
  const optimizer = optimizerOf(settings);
  using trainer = await Trainer.start(client, golden.model, checkpoint, {
    ...optionsOf(golden, options),
    optimizer,
  });
  const losses: number[] = [];
  for (const batch of golden.batches) {
    checkNotAborted(`golden case ${golden.name}`, options);
    losses.push((await trainer.step(batch)).loss);
  }
  const trained = new Map<string, Float32Array>();
  for (const [path, name] of namesByPath(golden)) trained.set(name, await trainer.read(path));
  return { losses: Float32Array.from(losses), trained };
}
