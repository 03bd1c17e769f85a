/** @file Sequences over compiled programs: sessions, generation, models whose weights stay on a device. Needs no compiler of ours. */
export { callProgram, type ProgramBuffers } from "./call.js";
export { checkCapacity, newTokensAfter } from "./capacity.js";
export { planChunks } from "./chunks.js";
export type { ModelEvent, ProgramSource } from "./events.js";
export {
  type BatchShape,
  decodingProgram,
  readingPrograms,
  sessionPrograms,
} from "./generation-programs.js";
export type { GenerationPrograms, LanguageModel } from "./language-model.js";
export {
  batchOf,
  DEFAULT_NEW_TOKENS,
  type GeneratedToken,
  type GenerateOptions,
  generate,
} from "./generate.js";
export { checkTokensPerCall, loopFor } from "./loop-choice.js";
export {
  canLoop,
  LOOP_INPUTS,
  LOOP_KIND,
  LOOP_OUTPUTS,
  type LoopKey,
  loopKeyOf,
  NO_TOKEN,
  ofSampler,
} from "./loop-key.js";
export type { TokenLogprobs } from "./logprobs.js";
export { type AnswerOptions, Chat, type ChatOptions, type ChatPart, type ChatWords } from "./chat.js";
export { type Completion, completions } from "./completions.js";
export { expectKey } from "./given.js";
export { closeAll } from "./close-all.js";
export { DeviceTensors, type Tensors } from "./device-tensors.js";
export {
  describeProgram,
  type ProgramKey,
  type ProgramResults,
  type ProgramSet,
} from "./program-set.js";
export type { LoadedProgram, WeightPreparation } from "./loaded-program.js";
export { DEFAULT_CHUNK, ResidentModel, runPreparation } from "./resident-model.js";
export {
  canDraw,
  exportedSamplers,
  SAMPLER_KIND,
  type SamplerKey,
  samplerKeyOf,
} from "./sampler-key.js";
export { Session, type SessionOptions } from "./session.js";
export { SessionMark } from "./session-mark.js";
export {
  type RestoredSession,
  restoreSession,
  type SaveOptions,
  saveSession,
  SessionFileError,
} from "./session-file.js";
export { rowAxesOf } from "./states.js";
export { closeResults, type StepResults } from "./step-results.js";
export { type ResidentWeights, uploadWeights } from "./weights.js";
