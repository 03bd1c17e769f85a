/** @file Strategies of scans, matrix states and attention, asked for by name, as passes; targets choose theirs by rules (src/targets). */
import { z } from "zod";
import { lowerAttention } from "./attention/lower.js";
import { definePass, type Pass } from "../passes/pass.js";
import {
  attentionExample,
  linearScanExample,
  matrixStatesExample,
  selectiveScanExample,
} from "./examples.js";
import { decomposeChloPass } from "./chlo/pass.js";
import { barrierDots } from "./dots/barrier-dots.js";
import { fewRowDots } from "./dots/few-row-dots.js";
import { flattenDots } from "./dots/flatten-dots.js";
import { replaceEach } from "./lower-each.js";
import { lowerMatrixStates } from "./matrix-states/lower.js";
import { lowerLinearScan, type ScanChoice } from "./scan/lower.js";
import { lowerSelectiveScan } from "./selective-scan/lower.js";
import { setPrecision } from "./set-precision.js";
import { splitRows } from "./split-rows.js";
import { stridedTime } from "./strided-time.js";

const scanOptions = z.object({
  strategy: z
    .enum(["sequential", "associative", "blocked", "strided"])
    .default("sequential")
    .describe("how states are computed: one after the other, or as a prefix sum"),
  block: z.number().int().min(2).default(64).describe("time steps a block, for blocked"),
  unroll: z.number().int().min(1).default(1).describe("time steps per iteration of the loop, for sequential"),
});

function scanChoice({ strategy, block, unroll }: z.output<typeof scanOptions>): ScanChoice {
  switch (strategy) {
    case "sequential":
      return { strategy, unroll };
    case "blocked":
      return { strategy, block };
    default:
      return { strategy };
  }
}

export const lowerLinearScanPass = definePass({
  name: "lower-linear-scan",
  summary: "nn.linear_scan becomes a loop, an associative scan or a blocked one.",
  options: scanOptions,
  example: linearScanExample,
  run(module, context, options) {
    const choice = scanChoice(options);
    replaceEach(module, context, "nn.linear_scan", (e, op) => lowerLinearScan(e, op, choice));
  },
});

export const lowerSelectiveScanPass = definePass({
  name: "lower-selective-scan",
  summary: "nn.selective_scan becomes a loop over steps, or over blocks that are scanned associatively.",
  options: scanOptions,
  example: selectiveScanExample,
  run(module, context, options) {
    const choice = scanChoice(options);
    replaceEach(module, context, "nn.selective_scan", (e, op) => lowerSelectiveScan(e, op, choice));
  },
});

export const lowerMatrixStatesPass = definePass({
  name: "lower-matrix-states",
  summary: "nn.linear_attention and nn.delta_rule become a loop over tokens, or over chunks of them.",
  options: z.object({
    strategy: z
      .enum(["sequential", "chunked"])
      .default("sequential")
      .describe(
        "how states are computed: one after the other, or from chunk to chunk by products of matrices",
      ),
    chunk: z
      .number()
      .int()
      .min(2)
      .refine((tokens) => Number.isInteger(Math.log2(tokens)), { error: "a power of two" })
      .default(64)
      .describe("tokens a chunk, a power of two, for chunked"),
  }),
  example: matrixStatesExample,
  run(module, context, { strategy, chunk }) {
    const choice = strategy === "sequential" ? { strategy } : { strategy, chunk };
    for (const name of ["nn.linear_attention", "nn.delta_rule"] as const)
      replaceEach(module, context, name, (e, op) => lowerMatrixStates(e, op, choice));
  },
});

export const lowerAttentionPass = definePass({
  name: "lower-attention",
  summary: "nn.attention becomes bands of what queries see, or all pairs.",
  options: z.object({
    strategy: z
      .enum(["dense", "banded"])
      .default("banded")
      .describe("which pairs of query and key are computed; a few queries are dense anyway"),
    block: z.number().int().min(1).optional().describe("queries a band"),
    sums: z.enum(["reduce", "product"]).default("reduce").describe("how exponentials are added up"),
    "in-place-up-to": z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe(
        "most queries of a sequence for which keys and values are read in the order in which they lie",
      ),
  }),
  example: attentionExample,
  run(module, context, { strategy, block, sums: totals, "in-place-up-to": inPlaceUpTo }) {
    const choice = strategy === "dense" ? { strategy } : { strategy, block };
    const form = { totals, inPlaceUpTo };
    replaceEach(module, context, "nn.attention", (e, op) => lowerAttention(e, op, choice, form));
  },
});

/** The passes of this folder, for the registry. */
export const loweringPasses: readonly Pass[] = [
  lowerLinearScanPass,
  lowerSelectiveScanPass,
  lowerMatrixStatesPass,
  lowerAttentionPass,
  stridedTime,
  splitRows,
  barrierDots,
  flattenDots,
  fewRowDots,
  setPrecision,
  decomposeChloPass,
];
