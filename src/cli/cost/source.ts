/** @file What `griffin cost` looks at: a model's program, StableHLO to compile, or HLO that is compiled already. */
import { HloError, isHloText, type Module, moduleFromProto, moduleFromText } from "../../cost/index.js";
import { type LoweringOptions, lowerProgram } from "../../engine/index.js";
import { isBytecode } from "../../ir/bytecode/index.js";
import type { Operation } from "../../ir/operation.js";
import { decodeHloFile } from "../../runtime-pjrt/index.js";
import { UsageError } from "../../support/errors.js";
import type { CommandContext } from "../context.js";
import { chooseProgram } from "../model-choice.js";
import { moduleReference } from "../modules/reference.js";
import type { ModelFlags } from "../model-options.js";
import { moduleOf, readBytes } from "../program-file.js";
import type { Progress } from "../progress.js";

/** A program to compile, or one that is compiled. */
export type Source = { readonly stablehlo: Operation } | { readonly hlo: Module };

/** Lowers the program of a model, or one of a module, as the engine would run it. @throws what `chooseProgram` throws */
async function lowerChosen(
  context: CommandContext,
  own: string | undefined,
  options: ModelFlags & Omit<LoweringOptions, "prepare">,
  progress: Progress,
): Promise<Source> {
  const program = await chooseProgram(context, own, options);
  const lowered = lowerProgram(
    program,
    { ...options, prepare: true, extensions: context.extensions },
    ({ name, index, total }) => progress.update("lower", `pass ${index + 1} of ${total}: ${name}`),
  );
  progress.done(program.name);
  return { stablehlo: lowered.module };
}

/**
 * What a word names, a module or another file, or the model of options.
 * @throws UsageError; what `chooseProgram` and `readSource` throw
 */
export async function chooseSource(
  context: CommandContext,
  word: string | undefined,
  options: ModelFlags & Omit<LoweringOptions, "prepare">,
  progress: Progress,
): Promise<Source> {
  if (word === undefined || moduleReference(word) !== undefined)
    return lowerChosen(context, word, options, progress);
  return readSource(context, word);
}

/**
 * Reads a file by what is in it, whatever it is called.
 * @throws EnvironmentError when it cannot be read; HloError, ParseError, BytecodeError or VerifyError for what is in it
 */
async function readSource(context: CommandContext, file: string): Promise<Source> {
  const bytes = await readBytes(context, file);
  const text = textOf(bytes);
  if (text !== undefined && isHloText(text)) return { hlo: moduleFromText(text, file) };
  if (text !== undefined || isBytecode(bytes)) return { stablehlo: moduleOf(context, bytes, file) };
  const proto = decodeHloFile(bytes);
  if (proto === undefined) {
    throw new HloError({
      message: `${file} is no program`,
      expected: "StableHLO text or a portable artifact, HLO text, or an HLO module in protobuf",
      where: file,
    });
  }
  return { hlo: moduleFromProto(proto) };
}

/** Bytes as text, if they are text: UTF-8 without control characters other than white space. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell bytes from text
    return /[\x00-\x08\x0e-\x1f]/.test(text.slice(0, 10_000)) ? undefined : text;
  } catch {
    return undefined;
  }
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
