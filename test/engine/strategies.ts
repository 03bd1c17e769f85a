/** @file For tests: every way in which a model can be lowered that has code of its own. */
import type { GoldenOptions } from "../../src/engine/index.js";

export const strategies: readonly (readonly [string, Partial<GoldenOptions>])[] = [
  ["sequential by one", { scan: "sequential", scanUnroll: 1, attention: "dense" }],
  ["associative", { scan: "associative" }],
  ["blocked by 8", { scan: "blocked", scanBlock: 8 }],
  ["read in chunks of 7", { chunk: 7 }],
  ["as a TPU likes it, time strided by 8", { target: "tpu", strideTime: 8, chunk: 64 }],
  ["in chunks of 16 strided by 4, scanned associatively", { scan: "associative", strideTime: 4, chunk: 16 }],
];
