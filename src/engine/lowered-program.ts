/** @file StableHLO that a target's pipeline made of a program, and what its arguments and results mean. */
import type { Operation } from "../ir/operation.js";
import { printModule } from "../ir/text/index.js";
import type { Pipeline } from "../passes/index.js";
import type { Interface } from "../program/index.js";
import type { CompilerFlags } from "../support/compiler-flags.js";
import { UsageError } from "../support/errors.js";
import { type LoweringOptions, pipelineFor } from "../targets/index.js";
import { checkOptions } from "../support/options.js";
import { LOWERING_OPTIONS } from "../targets/options.js";
import { checkProgram } from "../program/index.js";

/** StableHLO, and what its arguments and results mean. */
export interface LoweredProgram extends Interface {
  readonly module: Operation;
  /**
   * Compute its `prepared` arguments from parameters, each as the output of the same name; run once when the weights are loaded.
   * Programs of one family that share a preparation have the same object.
   */
  readonly preparations: readonly LoweredProgram[];
  /** What the target asks its compiler for; a compiler that does not know a flag is not given it. */
  readonly compilerFlags: CompilerFlags;
}

/**
 * The passes from a traced program to StableHLO; `printPipeline` writes them as `griffin opt --pass-pipeline` takes them.
 * @param time tokens that the program reads of each sequence; targets may want something else for one than for many
 * @throws UsageError for an unknown target or strategy, and for a stage of an extension that has no place
 */
export function loweringPipeline(options: LoweringOptions = {}, time = 1): Pipeline {
  checkOptions("loweringPipeline", options, LOWERING_OPTIONS);
  return pipelineFor(options, time);
}

/**
 * Finds out whether programs can be lowered so, before anything is opened or read for it.
 * @throws UsageError for an unknown target or strategy, and for a stage of an extension that has no place
 */
export function checkLowering(options: LoweringOptions): void {
  checkOptions("checkLowering", options, LOWERING_OPTIONS);
  loweringPipeline(options);
}

/**
 * The StableHLO text of a lowered program, as plugins take it.
 * @throws UsageError for a program that needs another one beside it, which a text alone would not tell
 */
export function stablehloText(lowered: LoweredProgram): string {
  checkProgram("stablehloText", lowered, "lowered");
  const { name, module, preparations } = lowered;
  if (preparations.length === 0) return printModule(module);
  const parameters = new Set(preparations.flatMap(({ arguments: args }) => args.map((taken) => taken.name)));
  throw new UsageError({
    message: `the text of ${name} would be half a program`,
    expected: "a program that runs by itself",
    got: `one whose arguments a preparing program computes from ${parameters.size} of the parameters`,
    hint: "lower it without `prepare`; or print all: printModule(lowered.module), and that of each of lowered.preparations",
  });
}
