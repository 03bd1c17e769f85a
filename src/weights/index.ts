/** @file Checkpoints in the Hugging Face layout, and safetensors files. */
export { type BoundParameter, type BoundWeights, bindWeights } from "./bind.js";
export { type Checkpoint, hasWeights, openCheckpoint } from "./checkpoint.js";
export { type ConfigFiles, type JsonObject, readConfigFiles } from "./config-files.js";
export { convertFloats } from "./convert.js";
export { type FloatType, isStoredType, type StoredType } from "./dtype.js";
export { CheckpointError, type Problem } from "./errors.js";
export { type FormulaModel, type FormulaRanges, formulaCheckpoint } from "./formula.js";
export type { Parameter, TensorNames } from "./names.js";
export { openSafetensors, type SafetensorsFile } from "./safetensors.js";
export type { StoredTensor } from "./stored.js";
export { type TensorData, writeSafetensors } from "./write.js";
