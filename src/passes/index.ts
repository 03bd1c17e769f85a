/** @file The public face of the passes: declare one, name a pipeline, run it. */
export { passChanges } from "./changes.js";
export { type PassCallback, type PassEvent, runPipeline } from "./manager.js";
export { type PassOption, passOptions } from "./option-list.js";
export {
  definePass,
  type Pass,
  type PassContext,
  type PassExample,
  type Pipeline,
  type PipelineStep,
} from "./pass.js";
export { parsePipeline, printPipeline } from "./pipeline.js";
export { canonicalize } from "./canonicalize.js";
export { cse } from "./cse.js";
export { dce } from "./dce.js";
export { dropPrints } from "./drop-prints.js";
export { finishCacheReads } from "./finish-cache-reads.js";
export { finishReads } from "./finish-reads.js";
export { fold } from "./fold.js";
export { fuseRgLruGates } from "./fuse-rglru-gates.js";
export { hoistLoopInvariants } from "./hoist-loop-invariants.js";
export { hoistParameters } from "./hoist-parameters.js";
export { inline } from "./inline.js";
export { joinReductions } from "./join-reductions.js";
export { outlineOps } from "./outline-ops.js";
export { outlineRepeated } from "./outline-repeated.js";
export { refineShapes, refineShapesPass } from "./refine-shapes.js";
export { unfilledStacks } from "./unfilled-stacks.js";
export { RefineError } from "./refine-shapes/errors.js";
export type { ShapeInput } from "./refine-shapes/inputs.js";
export { isDynamicProgram } from "./refine-shapes/is-dynamic.js";
export { PassRegistry, standardPasses } from "./registry.js";
export { applyRules, type Rule, rule } from "./rewrite.js";
export { PassError, verifyAfter } from "./verify-each.js";
