/** @file The pipeline that targets share, from a traced program to StableHLO; preferences and options decide its variable parts. */
import { decomposeChloPass } from "../lowering/chlo/pass.js";
import { decomposeAdded } from "../lowering/decompose-added.js";
import { barrierDots } from "../lowering/dots/barrier-dots.js";
import { fewRowDots } from "../lowering/dots/few-row-dots.js";
import { flattenDots } from "../lowering/dots/flatten-dots.js";
import { lowerLinearScanPass, lowerLocalAttentionPass } from "../lowering/passes.js";
import { setPrecision } from "../lowering/set-precision.js";
import { splitRows } from "../lowering/split-rows.js";
import { stridedTime } from "../lowering/strided-time.js";
import {
  canonicalize,
  cse,
  dce,
  dropPrints,
  fold,
  fuseRgLruGates,
  hoistLoopInvariants,
  hoistParameters,
  inline,
  outlineOps,
  outlineRepeated,
  type Pipeline,
} from "../passes/index.js";
import { lowerModelOps } from "./lower-model-ops.js";
import type { PipelineRequest } from "./pipeline-options.js";
import type { Preferences } from "./preferences.js";
import type { Target } from "./target.js";

/** The strided time layout, only of long programs unless a factor was asked for. */
const strided = (factor: number, chosen: number | undefined): Pipeline =>
  factor === 1 ? [] : [stridedTime.with({ factor, ...(chosen === undefined ? {} : { "least-rows": 1 }) })];

/**
 * What repeats becomes functions, and is lowered once. If layers will be inlined again, ops are outlined first, so that their functions
 * survive the inlining.
 */
const outlining = (calls: boolean, barriers: boolean): Pipeline =>
  calls
    ? [outlineRepeated.with({ barriers }), outlineOps.with()]
    : [outlineOps.with(), outlineRepeated.with()];

/** Strategies that were asked for by name; what is left to the target is lowered by its rules after that. */
function askedFor(
  { scan, scanBlock, scanUnroll, attention }: PipelineRequest,
  sums: Preferences["sums"],
): Pipeline {
  return [
    ...(scan === undefined || scan === "auto"
      ? []
      : [lowerLinearScanPass.with({ strategy: scan, block: scanBlock, unroll: scanUnroll })]),
    ...(attention === undefined || attention === "auto"
      ? []
      : [lowerLocalAttentionPass.with({ strategy: attention, sums })]),
  ];
}

/** The passes from a traced program to StableHLO for a target that has no order of its own. */
export function standardPipeline(target: Target, request: PipelineRequest): Pipeline {
  const { leastRows, swapOperandsUpTo, barriers, sums, ...preferences } = target.preferences;
  const { precision = "default" } = request;
  const calls = request.time >= preferences.callsLayersFrom;
  const factor = request.strideTime ?? preferences.strideTime;
  return [
    decomposeAdded.with(),
    decomposeChloPass.with(),
    dropPrints.with(),
    inline.with(),
    canonicalize.with(),
    ...(request.fuseGates === false ? [] : [fuseRgLruGates.with()]),
    ...(request.prepare === true ? [hoistParameters.with()] : []),
    ...strided(factor, request.strideTime),
    ...outlining(calls, preferences.barrierAfterLayers),
    ...(factor === 1 ? [] : [splitRows.with(), canonicalize.with()]),
    ...askedFor(request, sums),
    lowerModelOps(target),
    ...(barriers ? [barrierDots.with()] : []),
    flattenDots.with(),
    fewRowDots.with({
      "min-rows": leastRows.f32,
      "min-half-rows": leastRows.half,
      "swap-up-to": swapOperandsUpTo,
    }),
    ...(precision === "default" ? [] : [setPrecision.with({ precision })]),
    canonicalize.with(),
    fold.with(),
    cse.with(),
    hoistLoopInvariants.with(),
    ...(calls ? [] : [inline.with({ nested: false }), cse.with()]),
    dce.with(),
  ];
}
