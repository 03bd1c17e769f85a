/** @file What a target's pipeline may be asked for. */
import type { Precision } from "../ir/precision.js";
import type { AddedName, AttentionName, MatrixStateName, ScanName } from "./names.js";
import type { Strategy } from "./strategy.js";
import type { OptionNames } from "../support/options.js";

/** What a pipeline may be asked for; everything has a default that suits the target. */
export interface PipelineOptions {
  /** How linear and selective scans walk time: a strategy of this package or of an extension; `auto` takes the one that the target prefers. */
  readonly scan?: ScanName | AddedName | undefined;
  /** Time steps a block of the blocked scan; with `scan` "blocked" alone. */
  readonly scanBlock?: number | undefined;
  /** Time steps per iteration of the sequential scan; with `scan` "sequential" alone. */
  readonly scanUnroll?: number | undefined;
  /** How recurrences with matrix states walk time, linear attention and the delta rule, in the same way. */
  readonly matrixStates?: MatrixStateName | AddedName | undefined;
  /** Tokens a chunk of chunked recurrences with matrix states, a power of two; with `matrixStates` "chunked" alone. */
  readonly matrixStatesChunk?: number | undefined;
  /** How attention is computed, in the same way. */
  readonly attention?: AttentionName | AddedName | undefined;
  /** Factor of the strided time layout, however few the tokens; 1 keeps the order of time. Default: the target's. */
  readonly strideTime?: number | undefined;
  /**
   * Of products that state none, those that lowerings emit included. Default: the program's, else the plugin's choice, as JAX has it: f32
   * operands are TF32 on NVIDIA GPUs and bf16 on TPUs then.
   */
  readonly precision?: Precision | undefined;
  /** Whether the RG-LRU gates are fused (default true). */
  readonly fuseGates?: boolean | undefined;
  /**
   * Whether what depends on weights alone moves into a program of its own, which runs once and gives `@main` its `prepared` arguments.
   * Default false: the lowered program runs by itself.
   */
  readonly prepare?: boolean | undefined;
}

export const PIPELINE_OPTIONS: OptionNames<PipelineOptions> = {
  scan: true,
  scanBlock: true,
  scanUnroll: true,
  matrixStates: true,
  matrixStatesChunk: true,
  attention: true,
  strideTime: true,
  precision: true,
  fuseGates: true,
  prepare: true,
};

/** What a target makes a pipeline for. */
export interface PipelineRequest extends PipelineOptions {
  /** Tokens that the program reads of each sequence. */
  readonly time: number;
  /** Those of the extensions that were handed in. */
  readonly strategies?: readonly Strategy[];
}

export const PIPELINE_REQUEST: OptionNames<PipelineRequest> = {
  ...PIPELINE_OPTIONS,
  time: true,
  strategies: true,
};
