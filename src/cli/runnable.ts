/**
 * @file What `griffin run` runs: the program of a file, whose tensors are numbered; of a module of the author's or of an artifact, whose
 * tensors have names.
 */
import { statSync } from "node:fs";
import type { TracedProgram } from "../dsl/index.js";
import { findMain } from "../engine/stablehlo-program.js";
import { tensorType } from "../ir/types.js";
import type { Argument } from "../program/index.js";
import {
  type HostValue,
  type NamedValues,
  openProgram,
  type RunProgramOptions,
  runProgram,
  runTraced,
  takeParameters,
} from "../engine/index.js";
import type { CommandContext } from "./context.js";
import { chooseExport } from "./modules/choose-export.js";
import { moduleReference } from "./modules/reference.js";
import type { WantedArgument } from "./random-inputs.js";
import { readModuleFile } from "./program-file.js";

/** A program, and how its arguments and results are called. */
export interface Runnable {
  /** The arguments that a run asks for in any case: not those that it has of itself, and no states that begin as zeros. */
  wanted(): readonly WantedArgument[];
  /** Whether tensors are called by names of the author's, or "0", "1" ... by their place. */
  readonly named: boolean;
  run(
    device: Parameters<typeof runProgram>[0],
    inputs: NamedValues,
    options: RunProgramOptions,
  ): Promise<NamedValues>;
}

/** @throws what reading the file or the artifact, or loading the module, throws */
export async function readRunnable(context: CommandContext, word: string): Promise<Runnable> {
  const reference = moduleReference(word);
  if (reference !== undefined) {
    const { value } = await chooseExport(context, reference, ["program"]);
    return named(context, value, new Map());
  }
  return isArtifact(word) ? readArtifact(context, word) : readFileProgram(context, word);
}

/** Programs as files are neither folders nor archives. */
const isArtifact = (word: string): boolean =>
  word.endsWith(".zip") || statSync(word, { throwIfNoEntry: false })?.isDirectory() === true;

/** The artifact is read now, its weights too: what is written there meanwhile is of no run. */
async function readArtifact(context: CommandContext, path: string): Promise<Runnable> {
  await using artifact = await openProgram(path);
  const { program, parameters } = artifact;
  const kept = new Map<string, HostValue>();
  if (parameters !== undefined) {
    await takeParameters(program, parameters, {}, async ({ name, elementType, dimensions }, data) => {
      kept.set(name, { elementType, dimensions, data });
    });
  }
  return named(context, program, kept);
}

/** A program whose tensors have names. @param kept those that it has of itself, unless others are given */
function named({ extensions }: CommandContext, program: TracedProgram, kept: NamedValues): Runnable {
  const { updatedParameters = [] } = program;
  const isWanted = ({ role, name }: Argument): boolean =>
    (role !== "state" || updatedParameters.includes(name)) && !kept.has(name);
  return {
    named: true,
    wanted: () =>
      program.arguments.filter(isWanted).map(({ name, dimensions, elementType }) => {
        return { name, type: tensorType(dimensions, elementType) };
      }),
    run: (device, inputs, options) =>
      runTraced(device, program, new Map([...kept, ...inputs]), { ...options, extensions }),
  };
}

async function readFileProgram(context: CommandContext, file: string): Promise<Runnable> {
  const module = await readModuleFile(context, file);
  return {
    named: false,
    wanted: () => findMain(module).attributes.function_type.inputs.map((type, i) => ({ name: `${i}`, type })),
    run: async (device, inputs, options) => {
      const results = await runProgram(device, module, inputs, options);
      return new Map(results.map((value, i) => [`${i}`, value]));
    },
  };
}
