/**
 * @file Training: a loss, optimisers as pure functions over traced tensors, and one program a step that leaves parameters and what the
 * optimiser keeps of them where they were.
 */
export { accumulationStep, updateStep } from "./accumulation.js";
export { adafactor, type AdafactorOptions } from "./adafactor.js";
export { adamW, type AdamWOptions } from "./adamw.js";
export { averaged, averagedParameter, averageState, keepsAverages } from "./averaged.js";
export { checkBatch, type TrainingBatch } from "./batch.js";
export { type Targets, tokenCrossEntropy } from "./cross-entropy.js";
export { checkCount, checkSetting, TrainingError } from "./errors.js";
export { clipByGlobalNorm, globalNorm } from "./global-norm.js";
export { batchInputs, type LossOptions } from "./loss.js";
export { lion, type LionOptions } from "./lion.js";
export { type Adapter, type LoraModel, type LoraOptions, mergedWeights, withLora } from "./lora.js";
export type { Optimizer, ParameterStep } from "./optimizer.js";
export {
  constantRate,
  cosineRate,
  type CosineOptions,
  type Schedule,
  warmupRate,
  type WarmupOptions,
} from "./schedule.js";
export { momentum, type MomentumOptions, sgd } from "./sgd.js";
export type { ByPath, ParameterTensor, Scalar } from "./tensors.js";
export {
  gradientProgram,
  lossProgram,
  stepOutputs,
  trainStep,
  type TrainStepOptions,
} from "./train-step.js";
