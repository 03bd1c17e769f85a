/** @file The stages that targets share, from a traced program to StableHLO; preferences and options decide their variable parts. */
import { decomposeChloPass } from "../lowering/chlo/pass.js";
import { barrierDots } from "../lowering/dots/barrier-dots.js";
import { fewRowDots } from "../lowering/dots/few-row-dots.js";
import { flattenDots } from "../lowering/dots/flatten-dots.js";
import {
  lowerAttentionPass,
  lowerLinearScanPass,
  lowerMatrixStatesPass,
  lowerSelectiveScanPass,
} from "../lowering/passes.js";
import { setPrecision } from "../lowering/set-precision.js";
import { splitRows } from "../lowering/split-rows.js";
import { stridedTime } from "../lowering/strided-time.js";
import {
  canonicalize,
  cse,
  dce,
  dropPrints,
  finishCacheReads,
  finishReads,
  fold,
  fuseRgLruGates,
  hoistLoopInvariants,
  hoistParameters,
  inline,
  joinReductions,
  outlineOps,
  outlineRepeated,
  type Pipeline,
  unfilledStacks,
} from "../passes/index.js";
import { UsageError } from "../support/errors.js";
import { flagOf } from "../support/flag-of.js";
import { decomposeAdded } from "./decompose-added.js";
import { lowerByStrategy } from "./lower-by-strategy.js";
import { lowerModelOps } from "./lower-model-ops.js";
import { type PipelineRequest, PIPELINE_REQUEST } from "./pipeline-options.js";
import {
  attentionNames,
  type AttentionName,
  type MatrixStateName,
  matrixStateNames,
  scanNames,
  type ScanName,
} from "./names.js";
import type { Preferences } from "./preferences.js";
import type { Stage } from "./stages.js";
import { strategiesCalled, strategyChoices } from "./known-strategies.js";
import type { Target } from "./target.js";
import { checkOptions } from "../support/options.js";

/** The strided time layout, only of long programs unless a factor was asked for. */
const strided = (factor: number, chosen: number | undefined): Pipeline =>
  factor === 1 ? [] : [stridedTime.with({ factor, ...(chosen === undefined ? {} : { "least-rows": 1 }) })];

/**
 * What repeats becomes functions, and is lowered once. If layers will be inlined again, ops are outlined first, so that their functions
 * survive the inlining.
 */
const outlining = (calls: boolean, barriers: boolean): Pipeline =>
  calls
    ? [outlineRepeated.with({ barriers }), ...(barriers ? [finishReads.with()] : []), outlineOps.with()]
    : [outlineOps.with(), outlineRepeated.with()];

/** Whether a name is of one of this package's strategies. */
const isOwn = <Name extends string>(names: readonly Name[], name: string): name is Name =>
  (names as readonly string[]).includes(name);

/** Sizes, and of which strategy they are, by the option that asks for it. */
const SIZES = [
  ["scanBlock", "scan", "blocked"],
  ["scanUnroll", "scan", "sequential"],
  ["matrixStatesChunk", "matrixStates", "chunked"],
] as const;

/** @throws UsageError for the size of a strategy that is not asked for: nothing would take it */
function checkSizes(request: PipelineRequest): void {
  for (const [size, option, strategy] of SIZES) {
    const { [size]: given, [option]: asked = "auto" } = request;
    if (given === undefined || asked === strategy) continue;
    throw new UsageError({
      message: `${size} is a size of another strategy than is asked for`,
      expected: `${option} "${strategy}", or no ${size}`,
      got: `${option} "${asked}", ${size} ${given}`,
      hint: `ask for ${strategy} by name, ${flagOf(option)} ${strategy} on the command line`,
    });
  }
}

/** Scans by the strategy that was asked for. @throws UsageError for one that nobody has */
function scanAskedFor({ scan = "auto", scanBlock, scanUnroll, strategies = [] }: PipelineRequest): Pipeline {
  if (scan === "auto") return [];
  return isOwn<ScanName>(scanNames, scan)
    ? [lowerLinearScanPass, lowerSelectiveScanPass].map((pass) =>
        pass.with({
          strategy: scan as Exclude<ScanName, "auto">,
          block: scanBlock,
          unroll: scanUnroll,
        }),
      )
    : strategiesCalled(scan, strategyChoices.scan, strategies).map(lowerByStrategy);
}

/** Recurrences with matrix states by the strategy that was asked for. @throws UsageError for one that nobody has */
function matrixStatesAskedFor({
  matrixStates = "auto",
  matrixStatesChunk,
  strategies = [],
}: PipelineRequest): Pipeline {
  if (matrixStates === "auto") return [];
  return isOwn<MatrixStateName>(matrixStateNames, matrixStates)
    ? [
        lowerMatrixStatesPass.with({
          strategy: matrixStates as Exclude<MatrixStateName, "auto">,
          chunk: matrixStatesChunk,
        }),
      ]
    : strategiesCalled(matrixStates, strategyChoices.matrixStates, strategies).map(lowerByStrategy);
}

/** Attention by the strategy that was asked for. @throws UsageError for one that nobody has */
function attentionAskedFor(
  { attention = "auto", strategies = [] }: PipelineRequest,
  { totals, inPlaceUpTo }: Preferences["attention"],
): Pipeline {
  if (attention === "auto") return [];
  return isOwn<AttentionName>(attentionNames, attention)
    ? [
        lowerAttentionPass.with({
          strategy: attention as Exclude<AttentionName, "auto">,
          sums: totals,
          "in-place-up-to": inPlaceUpTo,
        }),
      ]
    : strategiesCalled(attention, strategyChoices.attention, strategies).map(lowerByStrategy);
}

/**
 * The stages from a traced program to StableHLO for a target that has none of its own. All of them are there whatever the request.
 * @throws UsageError for a strategy that nobody has, and for the size of one that is not asked for
 */
export function standardStages(target: Target, request: PipelineRequest): readonly Stage[] {
  checkOptions("standardStages", request, PIPELINE_REQUEST);
  const { leastRows, swapOperandsUpTo, barriers, attention, unfilledFrom, joinsFrom, ...preferences } =
    target.preferences;
  const { precision = "default", strategies = [] } = request;
  checkSizes(request);
  const calls = request.time >= preferences.callsLayersFrom;
  const factor = request.strideTime ?? preferences.strideTime;
  return [
    { name: "decompose", steps: [decomposeAdded(target, strategies), decomposeChloPass.with()] },
    { name: "simplify", steps: [dropPrints.with(), inline.with(), canonicalize.with()] },
    { name: "fuse", steps: request.fuseGates === false ? [] : [fuseRgLruGates.with()] },
    { name: "prepare", steps: request.prepare === true ? [hoistParameters.with()] : [] },
    { name: "layout", steps: strided(factor, request.strideTime) },
    {
      name: "outline",
      steps: [
        ...(preferences.finishesCacheReads ? [finishCacheReads.with()] : []),
        ...outlining(calls, preferences.barrierAfterLayers),
      ],
    },
    { name: "split-rows", steps: factor === 1 ? [] : [splitRows.with(), canonicalize.with()] },
    // What is asked for by name comes first; what is left to the target is lowered by its rules after that.
    {
      name: "asked-for",
      steps: [
        ...scanAskedFor(request),
        ...matrixStatesAskedFor(request),
        ...attentionAskedFor(request, attention),
      ],
    },
    { name: "lower", steps: [lowerModelOps(target, strategies)] },
    {
      name: "products",
      steps: [
        ...(barriers ? [barrierDots.with()] : []),
        flattenDots.with(),
        fewRowDots.with({
          "min-rows": leastRows.f32,
          "min-half-rows": leastRows.half,
          "swap-up-to": swapOperandsUpTo,
        }),
        ...(precision === "default" ? [] : [setPrecision.with({ precision })]),
      ],
    },
    {
      name: "clean-up",
      steps: [
        ...[canonicalize.with(), fold.with(), cse.with(), hoistLoopInvariants.with()],
        ...(calls ? [] : [inline.with({ nested: false }), cse.with()]),
        ...(joinsFrom === undefined ? [] : [joinReductions.with({ "least-bytes": joinsFrom })]),
        ...(unfilledFrom === undefined ? [] : [unfilledStacks.with({ "least-bytes": unfilledFrom })]),
        dce.with(),
      ],
    },
  ];
}
