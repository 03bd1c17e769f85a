/** @file The lowerings as passes: griffin.* ops become stablehlo.*. */
import { z } from "zod";
import { shapeOf } from "../ir/emit.js";
import { decompositions } from "./decompose/index.js";
import { lowerLocalAttention } from "./attention/lower.js";
import { definePass, type Pass } from "../passes/pass.js";
import type { ModelOpName, OperationOf } from "../ir/ops/index.js";
import type { Operation, Value } from "../ir/operation.js";
import type { Emitter } from "../ir/emit.js";
import { griffinExample, linearScanExample, localAttentionExample } from "./examples.js";
import { decomposeChloPass } from "./chlo/pass.js";
import { flattenDots } from "./flatten-dots.js";
import { interleaveTime } from "./interleave-time.js";
import { byMatrixUnit } from "./matrix-unit/index.js";
import { replaceEach } from "./lower-each.js";
import { lowerLinearScan, type ScanChoice } from "./scan/lower.js";
import { splitRows } from "./split-rows.js";
import { findTarget, targetNames } from "./targets.js";

const target = z.enum(targetNames).default("cpu").describe("whose habits `auto` follows");

const scanOptions = z.object({
  strategy: z
    .enum(["auto", "sequential", "associative", "blocked", "strided"])
    .default("auto")
    .describe("how time is walked"),
  block: z.coerce.number().int().min(2).default(64).describe("time steps a block, for blocked"),
  unroll: z.coerce.number().int().min(1).default(4).describe("time steps a turn of the loop, for sequential"),
  target,
});

function scanChoice(options: z.output<typeof scanOptions>, time: number): ScanChoice {
  switch (options.strategy) {
    case "auto":
      return findTarget(options.target).scan(time);
    case "sequential":
      return { strategy: "sequential", unroll: options.unroll };
    case "associative":
      return { strategy: "associative" };
    case "strided":
      return { strategy: "strided" };
    case "blocked":
      return { strategy: "blocked", block: options.block };
  }
}

const lowerScanPass = definePass({
  name: "lower-linear-scan",
  summary: "nn.linear_scan becomes a loop, an associative scan or a blocked one, as the target likes it.",
  options: scanOptions,
  example: linearScanExample,
  run(module, context, options) {
    replaceEach(module, context, "nn.linear_scan", (e, op) =>
      lowerLinearScan(e, op, scanChoice(options, shapeOf(op.operands[0]!)[op.attributes.axis]!)),
    );
  },
});

const lowerAttentionPass = definePass({
  name: "lower-local-attention",
  summary: "nn.local_attention becomes bands of the window (or all pairs, for a few queries).",
  options: z.object({
    strategy: z
      .enum(["auto", "dense", "banded"])
      .default("auto")
      .describe("which pairs of query and key are computed"),
    block: z.coerce.number().int().min(1).optional().describe("queries a band"),
    target,
  }),
  example: localAttentionExample,
  run(module, context, { strategy, block, target: name }) {
    const totals = findTarget(name).matrixUnit ? "product" : "reduce";
    const choice =
      strategy === "auto"
        ? findTarget(name).attention
        : strategy === "dense"
          ? ({ strategy } as const)
          : ({ strategy, block } as const);
    replaceEach(module, context, "nn.local_attention", (e, op) => lowerLocalAttention(e, op, choice, totals));
  },
});

const lowerGriffinPass = definePass({
  name: "lower-griffin",
  summary: "Every griffin op that is left becomes its meaning in stablehlo.",
  options: z.object({
    "matrix-unit": z.boolean().default(false).describe("prefer forms made of products of matrices"),
  }),
  example: griffinExample,
  run(module, context, options) {
    if (options["matrix-unit"]) {
      for (const name of ["nn.rms_norm", "nn.rotary", "griffin.rg_lru_gates"] as const)
        replaceEach(module, context, name, (e, op) => byMatrixUnit(e, op as Operation));
    }
    for (const name of Object.keys(decompositions) as ModelOpName[]) lowerByMeaning(module, context, name);
  },
});

function lowerByMeaning<K extends ModelOpName>(
  module: Parameters<typeof replaceEach>[0],
  context: Parameters<typeof replaceEach>[1],
  name: K,
): void {
  const rule: (e: Emitter, op: OperationOf<K>) => readonly Value[] = decompositions[name];
  replaceEach(module, context, name, rule);
}

/** The passes of this folder, for the registry. */
export const loweringPasses: readonly Pass[] = [
  lowerScanPass,
  lowerAttentionPass,
  lowerGriffinPass,
  interleaveTime,
  splitRows,
  flattenDots,
  decomposeChloPass,
];
