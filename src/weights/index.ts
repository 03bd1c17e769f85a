/** @file Checkpoints: safetensors in the Hugging Face layout, PyTorch files, orbax folders of Flax. */
export { type BoundParameter, type BoundWeights, bindWeights } from "./bind.js";
export { type Checkpoint, hasWeights, openCheckpoint } from "./checkpoint.js";
export { type ConfigFiles, type JsonObject, readConfigFiles } from "./config-files.js";
export { convertFloats } from "./convert.js";
export { type FloatType, isStoredType, type StoredType } from "./dtype.js";
export { CheckpointError, type Problem } from "./errors.js";
export { checkFinite } from "./finite.js";
export { type FormulaModel, type FormulaRanges, formulaCheckpoint } from "./formula.js";
export type { OtherLayout, Parameter, TensorNames, TensorView } from "./names.js";
export { arrangeTensors } from "./arrange.js";
export { findOrbax } from "./orbax/open.js";
export { writeOrbax } from "./orbax/write.js";
export { openStore } from "./open-store.js";
export { openSafetensors, type SafetensorsFile } from "./safetensors.js";
export type { StoredTensor, StoreFormat, TensorStore } from "./stored.js";
export { openTorch } from "./torch/open.js";
export { writeTorch } from "./torch/write.js";
export { type TensorData, type TensorToWrite, writeSafetensors, writeSafetensorsStream } from "./write.js";
