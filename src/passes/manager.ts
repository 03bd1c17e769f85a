/** @file Runs a pipeline over a module, with one callback between passes. */
import type { Operation } from "../ir/operation.js";
import type { Pipeline } from "./pass.js";

/** What the callback learns after each pass. Timing, dumps, verification and progress all hang on it. */
export interface PassEvent {
  /** The pass that just ran. */
  readonly name: string;
  /** Its place in the pipeline, from 0. */
  readonly index: number;
  /** Passes in the pipeline. */
  readonly total: number;
  readonly milliseconds: number;
  readonly changed: boolean;
  /** What it did, in its own words, and how often. */
  readonly counts: ReadonlyMap<string, number>;
  readonly module: Operation;
}

export type PassCallback = (event: PassEvent) => void;

/** Runs the passes in order on `module`, in place. Whatever a pass or `onPass` throws ends the run. */
export function runPipeline(module: Operation, pipeline: Pipeline, onPass: PassCallback = () => {}): void {
  pipeline.forEach((step, index) => {
    const counts = new Map<string, number>();
    const context = {
      count(what: string, by = 1): void {
        if (by > 0) counts.set(what, (counts.get(what) ?? 0) + by);
      },
    };
    const start = performance.now();
    step.run(module, context);
    onPass({
      name: step.name,
      index,
      total: pipeline.length,
      milliseconds: performance.now() - start,
      changed: counts.size > 0,
      counts,
      module,
    });
  });
}
