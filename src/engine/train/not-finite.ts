/** @file Why a loss is not a number: the first tensor that is not finite. */
import type { TrainingBatch } from "../../training/index.js";
import { TrainingError } from "../../training/index.js";
import type { Trainer } from "../trainer.js";
import { isParameter } from "../training-programs.js";
import type { TrainingFigures } from "../training-buffers.js";

const allFinite = (values: Float32Array): boolean => values.every((value) => Number.isFinite(value));

const firstOf = (values: Float32Array): string => {
  const at = values.findIndex((value) => !Number.isFinite(value));
  return `${values[at]} at element ${at}`;
};

/** A parameter, else what a probe of the model sees, else a gradient, in the order in which the model meets them. */
async function firstNotFinite(trainer: Trainer, batches: readonly TrainingBatch[]): Promise<string> {
  for (const { name } of trainer.states) {
    if (!isParameter(name)) continue;
    const values = await trainer.read(name);
    if (!allFinite(values)) return `parameter ${name}: ${firstOf(values)}`;
  }
  for (const batch of batches) {
    for await (const [name, values] of trainer.activations(batch))
      if (!allFinite(values)) return `the activation ${name}: ${firstOf(values)}`;
  }
  for (const batch of batches) {
    for await (const [name, values] of trainer.gradients(batch))
      if (!allFinite(values)) return `the gradient of ${name}: ${firstOf(values)}`;
  }
  return "none of the parameters, activations and gradients: the loss alone";
}

/**
 * The error of a step whose loss or gradients are not finite.
 * @param kept the steps of the last state that was kept, if one was
 */
export async function notFiniteError(
  trainer: Trainer,
  {
    step,
    figures,
    batches,
    kept,
    where,
  }: {
    /** Counts from 1. */
    readonly step: number;
    readonly figures: TrainingFigures;
    /** All of the step. */
    readonly batches: readonly TrainingBatch[];
    readonly kept: number | undefined;
    readonly where: string;
  },
): Promise<TrainingError> {
  const what = Number.isFinite(figures.loss) ? "norm of the gradients" : "loss";
  const value = Number.isFinite(figures.loss) ? figures.gradientNorm : figures.loss;
  return new TrainingError({
    message: `the ${what} of step ${step} is ${value}: nothing is learnt any more`,
    expected: "finite numbers",
    got: `not finite, first: ${await firstNotFinite(trainer, batches)}`,
    where: kept === undefined ? undefined : `${where}, as it was after step ${kept}`,
    hint: "a lower --learning-rate, some --warmup steps or a --clip of gradients keep numbers small",
  });
}
