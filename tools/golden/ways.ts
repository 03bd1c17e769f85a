/** @file Every way in which a model can be lowered that has code of its own. */
import type { GoldenOptions } from "../../src/engine/index.js";

/** A name, and the options that ask for it; what they leave open is the target's choice. */
export type Way = readonly [name: string, options: Partial<GoldenOptions>];

export const ways: readonly Way[] = [
  ["as the device's target chooses", {}],
  ["sequential", { scan: "sequential" }],
  ["sequential by one", { scan: "sequential", scanUnroll: 1, attention: "dense" }],
  ["associative", { scan: "associative" }],
  ["blocked by 16", { scan: "blocked", scanBlock: 16 }],
  ["read in chunks of 7", { chunk: 7 }],
  ["strided, attention in bands", { scan: "strided", attention: "banded" }],
  ["in chunks of 16 strided by 4, scanned associatively", { scan: "associative", strideTime: 4, chunk: 16 }],
  ["blocked by 8", { scan: "blocked", scanBlock: 8 }],
  ["as a TPU likes it, time strided by 8", { target: "tpu", strideTime: 8, chunk: 64 }],
];

/** Whether a way leaves all to the device's target, as users do who ask for nothing. */
export const isChosen = ([, options]: Way): boolean => Object.keys(options).length === 0;

/** The options of the way of a name. */
export const wayCalled = (name: string): Way[1] => new Map(ways).get(name)!;
