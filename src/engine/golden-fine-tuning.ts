/** @file Trains a model on the examples of a golden case and has the numbers judged: each loss, the test before and after, what is changed. */
import { Batches, openData } from "../data/index.js";
import { checkFineTuning, type FineTuningCase, type TrainingReport } from "../golden/index.js";
import type { Client } from "../runtime-pjrt/index.js";
import { checkNotAborted } from "../support/wait.js";
import type { TargetLike } from "../targets/index.js";
import { lossProgram, trainStep } from "../training/index.js";
import { dataEncoder } from "./data-encoder.js";
import {
  initialParameters,
  optimizerOf,
  optionsOf,
  type TrainingCheckOptions,
  TRAINING_CHECK_OPTIONS,
} from "./golden-training.js";
import type { LoweredProgram } from "./lowered-program.js";
import { testLoss } from "./test-loss.js";
import { Trainer } from "./trainer.js";
import { lowerForTraining } from "./training-programs.js";
import { checkOptions } from "../support/options.js";
import { lossOf } from "../training/loss.js";
import { stepOf } from "../training/train-step.js";

/** How a case is trained. */
const trainerOptionsOf = (
  { batch, tokens: width, adamw }: FineTuningCase,
  options: TrainingCheckOptions,
) => ({
  ...optionsOf({ batch, time: width - 1 }, options),
  optimizer: optimizerOf({ name: "adamw", ...adamw }),
});

/** Every program that a check of the case runs on a device, lowered as it lowers them. @throws TrainingError, UsageError for an unknown target */
export function fineTuningCasePrograms(
  device: TargetLike,
  golden: FineTuningCase,
  options: TrainingCheckOptions,
): readonly LoweredProgram[] {
  checkOptions("fineTuningCasePrograms", options, TRAINING_CHECK_OPTIONS);
  const all = trainerOptionsOf(golden, options);
  const traced = [trainStep(golden.model, stepOf(all)), lossProgram(golden.model, lossOf(all))];
  return traced.map((program) => lowerForTraining(device, program, all));
}

/**
 * Computes a case and compares. @throws GoldenError for bf16 where the case does not bound it, and for tensors that the case or the model
 * lacks; GriffinError when the case cannot be run; AbortedError between two steps
 */
export async function checkFineTuningCase(
  client: Client,
  golden: FineTuningCase,
  options: TrainingCheckOptions,
): Promise<TrainingReport> {
  checkOptions("checkFineTuningCase", options, TRAINING_CHECK_OPTIONS);
  const { model, batch, tokens: width, steps } = golden;
  await using checkpoint = await golden.openWeights();
  await using data = await openData([golden.train]);
  await using test = await openData([golden.eval]);
  const encoder = await dataEncoder(golden.modelFolder, model.generation);
  using trainer = await Trainer.start(client, model, checkpoint, trainerOptionsOf(golden, options));
  const shape = { batch, width, padId: model.generation.padId };
  const tested = async () => (await testLoss(trainer, new Batches(test, encoder, shape))).loss;
  const before = await tested();
  const batches = new Batches(data, encoder, shape);
  const losses: number[] = [];
  while (losses.length < steps) {
    checkNotAborted(`golden case ${golden.name}`, options);
    losses.push((await trainer.step(await batches.next())).loss);
  }
  const after = await tested();
  const trained = new Map<string, Float32Array>();
  for (const parameter of model.parameters)
    trained.set(model.names.nameOf(parameter).name, await trainer.read(parameter.path));
  const initial = await initialParameters(golden, checkpoint);
  const computed = {
    losses: Float32Array.from(losses),
    eval: Float32Array.of(before, after),
    initial,
    trained,
  };
  return checkFineTuning(golden, computed, options.dtype);
}
