/** @file What `griffin run` runs: the program of a file, whose tensors are numbered, or of a module of the author's, whose tensors have names. */
import { type NamedValues, type RunProgramOptions, runProgram, runTraced } from "../engine/index.js";
import { UsageError } from "../support/errors.js";
import type { CommandContext } from "./context.js";
import { chooseExport } from "./modules/choose-export.js";
import { moduleReference } from "./modules/reference.js";
import { readModule } from "./program-file.js";

/** A program, and how its arguments and results are called. */
export interface Runnable {
  /** Whether tensors are called by names of the author's, or "0", "1" ... by their place. */
  readonly named: boolean;
  run(
    device: Parameters<typeof runProgram>[0],
    inputs: NamedValues,
    options: RunProgramOptions,
  ): Promise<NamedValues>;
  /** The same without a plugin. @throws UsageError for programs of files */
  interpret(inputs: NamedValues): Promise<NamedValues>;
}

/** @throws what reading the file, or loading the module, throws */
export async function readRunnable(context: CommandContext, word: string): Promise<Runnable> {
  const reference = moduleReference(word);
  if (reference === undefined) return readFileProgram(context, word);
  const { value: program } = await chooseExport(context, reference, ["program"]);
  const { extensions } = context;
  return {
    named: true,
    run: (device, inputs, options) => runTraced(device, program, inputs, { ...options, extensions }),
    interpret: (inputs) => runTraced("interpreter", program, inputs),
  };
}

async function readFileProgram(context: CommandContext, file: string): Promise<Runnable> {
  const module = await readModule(context, file);
  return {
    named: false,
    run: async (device, inputs, options) => {
      const results = await runProgram(device, module, inputs, options);
      return new Map(results.map((value, i) => [`${i}`, value]));
    },
    interpret: () => {
      throw new UsageError({
        message: "--interpret goes with --self-check, or with a program of a module",
        got: file,
      });
    },
  };
}
