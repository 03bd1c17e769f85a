/** @file The public face of the targets: declare one, find one, see what it makes of a program. */
export { commonLimits } from "./common-limits.js";
export { type Limit, verifyLimits } from "./limits.js";
export type { Refusal } from "../ir/verify-program/index.js";
export {
  type AttentionName,
  attentionNames,
  type MatrixStateName,
  matrixStateNames,
  type ScanName,
  scanNames,
  targetExamples,
} from "./names.js";
export type { LoweringOptions, TargetLike } from "./options.js";
export type { PipelineOptions, PipelineRequest } from "./pipeline-options.js";
export type { LoweringExtension } from "./extension.js";
export { standardStages } from "./pipeline.js";
export { pipelineFor } from "./pipeline-for.js";
export { plainPreferences, type Preferences } from "./preferences.js";
export {
  defaultTarget,
  findTargetOf,
  type ResolvedTarget,
  resolveTarget,
  targets,
  targetsWith,
} from "./resolve.js";
export { allPasses, passesWith } from "./registry.js";
export {
  attentionRule,
  commonRules,
  fromRows,
  type LoweringRule,
  type LoweringRules,
  scanRule,
} from "./rules.js";
export { describeStrategies } from "./strategies.js";
export type { AddedStage, Stage } from "./stages.js";
export { defineStrategy, type Strategy } from "./strategy.js";
export { defineTarget, type TargetDefinition } from "./define-target.js";
export type { Target } from "./target.js";
export type { Topologies, TopologyRequest } from "./topologies.js";
export { type ClientFacts, verifyForClient } from "./verify-for-client.js";
