/** @file Checkpoints in the Hugging Face layout, and safetensors files. */
export { type BoundParameter, type BoundWeights, bindWeights } from "./bind.js";
export { type Checkpoint, hasWeights, openCheckpoint, readModelConfig } from "./checkpoint.js";
export { type ModelConfig, parseConfig } from "./config.js";
export type { BlockType } from "./config-fields.js";
export { convertFloats } from "./convert.js";
export { type FloatType, isStoredType, type StoredType } from "./dtype.js";
export { CheckpointError, type Problem } from "./errors.js";
export { formulaCheckpoint } from "./formula.js";
export { fromHuggingFace, type Parameter, toHuggingFace } from "./mapping.js";
export { openSafetensors, type SafetensorsFile, type StoredTensor } from "./safetensors.js";
export { type TensorData, writeSafetensors } from "./write.js";
