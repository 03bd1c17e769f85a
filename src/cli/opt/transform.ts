/** @file One program of `griffin opt`: read, verified, changed by the pipeline, written. */
import { serializePortable } from "../../ir/bytecode/index.js";
import type { Operation } from "../../ir/operation.js";
import { readModule } from "../../ir/read-module.js";
import { printModule } from "../../ir/text/index.js";
import { lowerForArtifact } from "../../lowering/portable.js";
import { type PassEvent, type Pipeline, runPipeline, verifyAfter } from "../../passes/index.js";
import { GriffinError } from "../../support/errors.js";
import { createPassPrinter, type PassPrinterFlags } from "../print-passes.js";
import type { CommandContext } from "../context.js";
import type { emitForms } from "./forms.js";
import type { Section } from "./sections.js";

export interface TransformOptions extends PassPrinterFlags {
  readonly emit: (typeof emitForms)[number];
  /** Write locations too (text only: an artifact has them). */
  readonly locations?: boolean;
  /** StableHLO version of an artifact. */
  readonly targetVersion?: string;
}

/** What became of a program: its text or artifact, or the error that stopped it. */
export interface Outcome {
  readonly section: Section;
  readonly output?: string | Uint8Array;
  readonly error?: GriffinError;
  readonly passes: readonly PassEvent[];
}

const read = ({ dialects }: CommandContext, { artifact, text, ...place }: Section): Operation =>
  readModule(artifact ?? text, { ...place, dialects });

function runPasses(
  context: CommandContext,
  module: Operation,
  pipeline: Pipeline,
  options: TransformOptions,
  events: PassEvent[],
): void {
  const print = createPassPrinter(context, module, options);
  runPipeline(module, pipeline, (event) => {
    events.push(event);
    print(event);
    verifyAfter(event);
  });
}

/** As jax.export writes artifacts: they have no chlo, of which some ops are composites, and resources stay what they are. */
function writePortable(module: Operation, targetVersion: string | undefined): Uint8Array {
  lowerForArtifact(module, targetVersion);
  return serializePortable(module, { targetVersion, resources: true, verify: false });
}

function write(module: Operation, { emit, locations, targetVersion }: TransformOptions): string | Uint8Array {
  if (emit === "portable") return writePortable(module, targetVersion);
  return printModule(module, { form: emit, locations, resources: true });
}

/** Runs the pipeline on a program. Errors of ours are an outcome; others are thrown. */
export function transform(
  context: CommandContext,
  section: Section,
  pipeline: Pipeline,
  options: TransformOptions,
): Outcome {
  const passes: PassEvent[] = [];
  try {
    const module = read(context, section);
    runPasses(context, module, pipeline, options, passes);
    return { section, output: write(module, options), passes };
  } catch (error) {
    if (!(error instanceof GriffinError)) throw error;
    return { section, error, passes };
  }
}
