/** @file What `griffin cost` looks at: a model's program, StableHLO to compile, or HLO that is compiled already. */
import { type CostSource, type LoweringOptions, lowerProgram, readCostSource } from "../../engine/index.js";
import { UsageError } from "../../support/errors.js";
import type { CommandContext } from "../context.js";
import { chooseProgram } from "../model-choice.js";
import { moduleReference } from "../modules/reference.js";
import type { ModelFlags } from "../model-options.js";
import { readBytes } from "../program-file.js";
import { sourceName } from "../read-input.js";
import type { Progress } from "../progress.js";
import { loweringOf } from "../../targets/options.js";

/** Lowers the program of a model, or one of a module, as the engine would run it. @throws what `chooseProgram` throws */
async function lowerChosen(
  context: CommandContext,
  own: string | undefined,
  options: ModelFlags & Omit<LoweringOptions, "prepare">,
  progress: Progress,
): Promise<CostSource> {
  const program = await chooseProgram(context, own, options);
  const lowered = lowerProgram(
    program,
    { ...loweringOf(options), prepare: true, extensions: context.extensions },
    ({ name, index, total }) => progress.update("lower", `pass ${index + 1} of ${total}: ${name}`),
  );
  progress.done(program.name);
  return { stablehlo: lowered.module };
}

/**
 * What a word names, a module or another file, or the model of options.
 * @throws UsageError; EnvironmentError when a file cannot be read; what `chooseProgram` and `readCostSource` throw
 */
export async function chooseSource(
  context: CommandContext,
  word: string | undefined,
  options: ModelFlags & Omit<LoweringOptions, "prepare">,
  progress: Progress,
): Promise<CostSource> {
  if (word === undefined || moduleReference(word) !== undefined)
    return lowerChosen(context, word, options, progress);
  return readCostSource(await readBytes(context, word), {
    file: sourceName(word),
    dialects: context.dialects,
  });
}

/** @throws UsageError unless a file or a model is given, and not both; a module's model may be configured by options */
export function checkSource(file: string | undefined, { model, preset }: ModelFlags): void {
  if (file !== undefined && moduleReference(file) !== undefined) return;
  if (file !== undefined && (model !== undefined || preset !== undefined)) {
    throw new UsageError({
      message: "a file and a model are both given",
      expected: "one of FILE, --model DIR, --preset NAME",
    });
  }
  if (file === undefined && model === undefined && preset === undefined) {
    throw new UsageError({
      message: "nothing to look at",
      expected: "one of FILE, --model DIR, --preset NAME",
      hint: "griffin cost --preset recurrentgemma-2b --program decode",
    });
  }
}
