/** @file What a training tells while it goes on. */
import type { TrainingMemory } from "../training-programs.js";
import type { TrainingSettings } from "./settings.js";

/** After each step. */
export interface StepEvent {
  readonly event: "step";
  /** Counts from 1. */
  readonly step: number;
  /** Of the step's batch, before the update. */
  readonly loss: number;
  /** Of all gradients, before they are clipped. */
  readonly gradientNorm: number;
  /** Times that all examples were taken. */
  readonly epoch: number;
  /** Tokens that are to be predicted in the batch. */
  readonly targets: number;
  /** Positions read a second, padding among them, over the last steps. */
  readonly tokensPerSecond: number;
  /** Bytes of this process in memory. */
  readonly residentBytes: number;
  /** Until the last step, tests and saving aside. */
  readonly remainingMs: number;
}

/** After a test. */
export interface EvalEvent {
  readonly event: "eval";
  /** Steps made before. */
  readonly step: number;
  /** The mean over all tokens that are to be predicted. */
  readonly loss: number;
  readonly perplexity: number;
  readonly targets: number;
  /** Whether no test before was better; its model is then in the folder `best`. */
  readonly best: boolean;
}

export type TrainEvent =
  /** What is going to be done. */
  | {
      readonly event: "start";
      readonly model: string;
      readonly trainedParameters: number;
      readonly parameters: number;
      readonly examples: number;
      /** Those of them that are longer than a row, and passed over. */
      readonly longExamples: number;
      /** The same of those that it is tested on. */
      readonly longTestExamples: number;
      /** Steps made before, by a training that is gone on with. */
      readonly step: number;
      readonly settings: TrainingSettings;
    }
  | { readonly event: "compile" }
  | ({ readonly event: "memory" } & TrainingMemory)
  | StepEvent
  | EvalEvent
  | { readonly event: "save"; readonly step: number; readonly folder: string };

/** How a training ended. */
export interface TrainSummary {
  readonly folder: string;
  /** Steps made, also by those before that it went on from. */
  readonly steps: number;
  /** Of the last step. */
  readonly loss: number | undefined;
  readonly best: { readonly step: number; readonly loss: number } | undefined;
  /** Whether it was stopped before the last step. */
  readonly stopped: boolean;
  /** Examples passed over. */
  readonly skipped: number;
}
