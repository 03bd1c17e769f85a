/** @file One program of `griffin opt`: read, verified, changed by the pipeline, printed. */
import type { Operation } from "../../ir/operation.js";
import { parseModule, printModule } from "../../ir/text/index.js";
import { verifyModule } from "../../ir/verify.js";
import { type PassEvent, type Pipeline, runPipeline, verifyAfter } from "../../passes/index.js";
import { GriffinError } from "../../support/errors.js";
import { createPassPrinter, type PassPrinterFlags } from "../print-passes.js";
import type { Section } from "./sections.js";

export const emitForms = ["pretty", "generic"] as const;

export interface TransformOptions extends PassPrinterFlags {
  readonly emit: (typeof emitForms)[number];
  /** Write locations too. */
  readonly locations?: boolean;
}

/** What became of a section: its text, or the error that stopped it. */
export interface Outcome {
  readonly section: Section;
  readonly text?: string;
  readonly error?: GriffinError;
  readonly passes: readonly PassEvent[];
}

function runPasses(
  module: Operation,
  pipeline: Pipeline,
  options: TransformOptions,
  events: PassEvent[],
): void {
  const print = createPassPrinter(module, options);
  runPipeline(module, pipeline, (event) => {
    events.push(event);
    print(event);
    verifyAfter(event);
  });
}

/** Runs the pipeline on a section. Errors of ours are an outcome; others are thrown. */
export function transform(section: Section, pipeline: Pipeline, options: TransformOptions): Outcome {
  const passes: PassEvent[] = [];
  try {
    const module = parseModule(section.text, section);
    verifyModule(module);
    runPasses(module, pipeline, options, passes);
    const text = printModule(module, { form: options.emit, locations: options.locations });
    return { section, text, passes };
  } catch (error) {
    if (!(error instanceof GriffinError)) throw error;
    return { section, error, passes };
  }
}
