/** @file Models as values: what an author of one imports beside the DSL. */
export type { LanguageModel, ProgramKey } from "../serving/index.js";
export {
  CheckpointError,
  type ConfigFiles,
  type ComputeDType,
  computeDTypes,
  type FormulaRanges,
  type JsonObject,
  type Parameter,
  type Problem,
  type TensorNames,
  type TensorView,
} from "../weights/index.js";
export { type ConfigFields, type ConfigValues, mergedConfig, readConfigFields } from "./config-fields.js";
export type {
  CheckpointFormat,
  ConfiguredModel,
  ConfiguredTraining,
  InitialNumber,
  ModelDefinition,
  ModelSpec,
  ProgramKind,
  TraceKey,
  Head,
  TrainingForward,
  TrainingInputs,
  TrainingSpec,
} from "./definition.js";
export { chooseModel, type ModelChoice } from "./choose.js";
export { completeKey } from "./complete-key.js";
export { defineModel } from "./define-model.js";
export { ModelError } from "./errors.js";
export { normalNumber, sameNumber } from "./initial.js";
export { configureCheckpoint } from "./find.js";
export { type CausalLanguageModelSpec, causalLanguageModel } from "./language-model.js";
