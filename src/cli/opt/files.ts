/** @file Files in and out of `griffin opt`: one program each, or several between separators. */
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { isBytecode } from "../../ir/bytecode/index.js";
import { EnvironmentError, UsageError } from "../../support/errors.js";
import { decodeUtf8 } from "../../support/utf8.js";
import type { CommandContext } from "../context.js";
import { readBytes } from "../program-file.js";
import { sourceName } from "../read-input.js";
import { separator } from "./forms.js";
import { type Section, sectionsOf } from "./sections.js";
import type { Outcome } from "./transform.js";

/** The programs of a text file, or the one of a portable artifact; `-` is stdin. @throws EnvironmentError, UsageError for what is no UTF-8 */
export async function readSections(
  context: CommandContext,
  file: string,
  split: boolean,
): Promise<readonly Section[]> {
  const bytes = await readBytes(context, file);
  const name = sourceName(file);
  if (isBytecode(bytes)) return [{ file: name, text: "", firstLine: 1, artifact: bytes }];
  return sectionsOf(name, decodeUtf8(bytes, name), split);
}

/** The name of a file's result in --out-dir: artifacts end in `.bc`, text does not. */
export function outputName(file: string, portable: boolean): string {
  const name = file === "-" ? "stdin.mlir" : basename(file).replace(/\.bc$/, "");
  return portable ? `${name}.bc` : name;
}

/** Makes a folder, and those above it. @throws EnvironmentError */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError({ message: `cannot make the folder ${folder}`, details: [reason], cause });
  }
}

/** Writes the programs that went well to one place, which stays as it is when there are none. */
export async function writePrograms(
  context: CommandContext,
  path: string | undefined,
  outcomes: readonly Outcome[],
): Promise<void> {
  const outputs = outcomes.flatMap(({ output }) => output ?? []);
  const texts = outputs.filter((output) => typeof output === "string");
  if (texts.length > 0) return context.writeTo(path, texts.join(`${separator}\n`));
  if (outputs.length > 1)
    throw new UsageError({
      message: `${outputs.length} portable artifacts cannot go to one place`,
      hint: "give one program, or one a file and --out-dir",
    });
  if (outputs.length === 1) await context.writeTo(path, outputs[0]!);
}

/** Writes a file's programs into a folder, under the file's name. */
export const writeInto = (
  context: CommandContext,
  folder: string,
  file: string,
  outcomes: readonly Outcome[],
  portable: boolean,
): Promise<void> => writePrograms(context, join(folder, outputName(file, portable)), outcomes);
