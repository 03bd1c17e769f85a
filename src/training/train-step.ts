/** @file trainStep: one program that takes parameters, an optimiser's state and a batch, and leaves the next ones in their memory. */
import { abs, program, type TracedProgram } from "../dsl/index.js";
import type { ConfiguredModel } from "../model/index.js";
import { clipByGlobalNorm, globalNorm } from "./global-norm.js";
import { lossAndGradients, type LossOptions, meanLoss, trainingOf, LOSS_OPTIONS } from "./loss.js";
import type { Optimizer } from "./optimizer.js";
import type { ByPath, Scalar } from "./tensors.js";
import { updateAlong } from "./update.js";
import { expectGiven, hasMethods } from "../support/given.js";
import { checkWord } from "../support/members.js";
import { type OptionNames, checkOptions, pickOptions } from "../support/options.js";

/** How parameters are updated once there are gradients. */
export interface UpdateOptions extends Pick<LossOptions, "stored"> {
  readonly optimizer: Optimizer;
  /** Gradients whose global norm is above are scaled down to it. Default: they stay as they are. */
  readonly clipNorm?: number | undefined;
  /**
   * An update is not made where these are not finite. Default: gradients, all of which are then there before the first parameter is updated.
   * With the loss alone each can be used up as soon as it is computed, if nothing is clipped.
   */
  readonly guard?: "gradients" | "loss" | undefined;
  /**
   * Whether the norm of all gradients is a result. Default: yes. Without it, guarded by the loss and not clipped, no gradient is read but where
   * it is used up.
   */
  readonly tellsNorm?: boolean | undefined;
}

export const UPDATE_OPTIONS: OptionNames<UpdateOptions> = {
  stored: true,
  optimizer: true,
  clipNorm: true,
  guard: true,
  tellsNorm: true,
};

export interface TrainStepOptions extends LossOptions, UpdateOptions {}

export const TRAIN_STEP_OPTIONS: OptionNames<TrainStepOptions> = {
  ...LOSS_OPTIONS,
  ...UPDATE_OPTIONS,
};

/** @throws UsageError for no optimiser, and another word than guards have */
export function checkUpdate(by: string, { optimizer, guard }: UpdateOptions): void {
  const fits = hasMethods(optimizer, "learningRate", "slots", "update");
  const expected = "what adamW(schedule), or another of stablegriffin/training, gives";
  expectGiven(fits, optimizer, { by, what: "optimizer", expected });
  checkWord(by, "guard", guard, ["gradients", "loss"]);
}

/** What of larger options says what a step is. */
export const stepOf = (given: TrainStepOptions): TrainStepOptions => pickOptions(given, TRAIN_STEP_OPTIONS);

/** Names of the results of training programs: each one f32 number. */
export const stepOutputs = { loss: "loss", gradientNorm: "gradient_norm" } as const;

/** Updates parameters; the program's results. */
export function updatedBy(
  model: ConfiguredModel,
  { optimizer, clipNorm, guard = "gradients", stored = "f32", tellsNorm = true }: UpdateOptions,
  { loss, gradients }: { readonly loss: Scalar; readonly gradients: ByPath },
): Readonly<Record<string, Scalar>> {
  const { decays } = trainingOf(model);
  const isNeeded = tellsNorm || guard === "gradients" || clipNorm !== undefined;
  const norm = isNeeded ? globalNorm(gradients) : undefined;
  const isClipped = norm !== undefined && clipNorm !== undefined;
  const used = isClipped ? clipByGlobalNorm(gradients, norm, clipNorm) : gradients;
  const guarded = guard === "loss" ? loss : (norm ?? loss);
  updateAlong(used, { optimizer, decays, stored, holds: finite(guarded) });
  return { [stepOutputs.loss]: loss, ...(norm && { [stepOutputs.gradientNorm]: norm }) };
}

/** Whether x is a number, and finite. */
const finite = (x: Scalar) => abs(x).lt(Number.POSITIVE_INFINITY);

/**
 * Traces one step of training. Inputs: `batchInputs`. States, all donated, zeros at first but for the parameters: every parameter that is
 * trained, by its path, as it is stored; `optimizer.SLOT.PATH` f32 for what the optimiser keeps of it; `optimizer.count` i32, the updates
 * made. Results: `stepOutputs`, before the update (the norm unless `tellsNorm` says no and nothing needs it); the norm is that of the gradients as they are, before they are clipped. A step whose
 * gradients are not finite, or whose norm is not, changes nothing (see `guard`): what the loss shows to be lost is then not lost.
 * @throws TrainingError for a model that says nothing of training, or settings that are none; UsageError without an optimiser
 */
export function trainStep(model: ConfiguredModel, options: TrainStepOptions): TracedProgram {
  checkOptions("trainStep", options, TRAIN_STEP_OPTIONS);
  checkUpdate("trainStep", options);
  return program({ name: `${model.name}_train`, parameterType: options.stored ?? "f32" }, () =>
    updatedBy(model, options, lossAndGradients(model, options, "mean")),
  );
}

/**
 * Traces the loss of a batch and its gradients, for those who look at them. Inputs: `batchInputs`; parameters are as they are stored. Results:
 * `stepOutputs`, and the gradient of each parameter that is trained, f32, by its path.
 * @throws TrainingError as trainStep
 */
export function gradientProgram(model: ConfiguredModel, options: LossOptions): TracedProgram {
  checkOptions("gradientProgram", options, LOSS_OPTIONS);
  return program({ name: `${model.name}_gradient`, parameterType: options.stored ?? "f32" }, () => {
    const { loss, gradients } = lossAndGradients(model, options, "mean");
    const norm = globalNorm(gradients);
    return { [stepOutputs.loss]: loss, [stepOutputs.gradientNorm]: norm, ...gradients };
  });
}

/**
 * Traces the loss of a batch alone, for those who test. Inputs: `batchInputs`; parameters are as they are stored. Result: `stepOutputs.loss`.
 * @param probes whether what the model's probes see becomes results as well
 * @throws TrainingError for a model that says nothing of training, or settings that are none
 */
export function lossProgram(model: ConfiguredModel, options: LossOptions, probes = false): TracedProgram {
  checkOptions("lossProgram", options, LOSS_OPTIONS);
  const name = `${model.name}_loss`;
  return program({ name, parameterType: options.stored ?? "f32", probes: () => probes }, () => ({
    [stepOutputs.loss]: meanLoss(model, options),
  }));
}
