/** @file For tests: the programs of a model with something else in place of a part of it. */
import type { ProgramSet } from "../../src/serving/index.js";

/** What `model` has, and `others` instead. */
export const programSet = (model: ProgramSet, others: Partial<ProgramSet>): ProgramSet => ({
  client: model.client,
  generation: model.generation,
  dtype: model.dtype,
  chunk: model.chunk,
  batch: model.batch,
  tensors: model.tensors,
  identity: () => model.identity(),
  has: (key) => model.has(key),
  sampler: (key) => model.sampler(key),
  tokensPerCall: model.tokensPerCall,
  fewestLoopedTokens: model.fewestLoopedTokens,
  loop: (key) => model.loop(key),
  interfaceOf: (key) => model.interfaceOf(key),
  ready: (key) => model.ready(key),
  run: (...call) => model.run(...call),
  runLoaded: (...call) => model.runLoaded(...call),
  ...others,
});
