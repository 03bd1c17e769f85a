/** @file What is said between the tier and the processes that check cases. */
import type { GoldenOptions } from "../../src/engine/index.js";

/** Where checks are run. */
export interface Place {
  /** The plugin's library. */
  readonly plugin: string;
  /** Folder of compiled programs, which checks share. */
  readonly cache: string;
}

/** A case, lowered so. */
export interface Check {
  /** The file of its numbers. */
  readonly numbers: string;
  /** Name of a way of lowering (ways.ts). */
  readonly way: string;
  readonly dtype: GoldenOptions["dtype"];
}

/** First a check is lowered; then it is said whether it is run, by who knows the fingerprints of all. */
export type Request =
  | (Check & { readonly kind: "lower"; readonly id: number })
  | { readonly kind: "decide"; readonly id: number; readonly run: boolean };

/** What a check complains of: lines, none when it passed. */
export type Complaints = readonly string[];

export type Reply =
  | { readonly kind: "ready"; readonly platform: string }
  | { readonly kind: "lowered"; readonly id: number; readonly fingerprint: string }
  | { readonly kind: "verdict"; readonly id: number; readonly complaints: Complaints };

/** A check that threw failed. */
export const complaintsOf = (error: unknown): Complaints => [
  error instanceof Error ? (error.stack ?? error.message) : String(error),
];
