/** @file The public face of the passes: declare one, name a pipeline, run it. */
export { type PassCallback, type PassEvent, runPipeline } from "./manager.js";
export { definePass, type Pass, type PassContext, type PassExample } from "./pass.js";
export { parsePipeline, type Pipeline, type PipelineStep } from "./pipeline.js";
export { PassRegistry, standardPasses } from "./registry.js";
export { applyRules, type Rule, rule } from "./rewrite.js";
export { PassError, verifyAfter } from "./verify-each.js";
