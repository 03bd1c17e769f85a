/** @file Values of options: parsed, checked, and refused with what was expected. */
import { type Command, Option } from "commander";
import type { LoweringOptions } from "../engine/index.js";
import { attentionNames, defaultNames, matrixStateNames, scanNames, targetNames } from "../targets/names.js";
import { precisionNames } from "../ir/precision.js";
import { UsageError } from "../support/errors.js";
import { didYouMean } from "../support/suggest.js";

/** A parser of whole numbers from `least` up. */
export const wholeNumber =
  (option: string, least: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new UsageError({
      message: `${option} is not valid`,
      expected: `a whole number, ${least} or more`,
      got: text,
    });
  };

/** A parser of decimal numbers; which ones make sense is for who uses them to say. */
export const decimalNumber =
  (option: string) =>
  (text: string): number => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value)) return value;
    throw new UsageError({ message: `${option} is not valid`, expected: "a number", got: text });
  };

/** A parser of decimal numbers above 0. */
const positiveNumber =
  (option: string) =>
  (text: string): number => {
    const value = decimalNumber(option)(text);
    if (value > 0) return value;
    throw new UsageError({ message: `${option} is not valid`, expected: "a number above 0", got: text });
  };

/** `--timeout`: how long the program of somebody else, or its compiler, may take. */
export const timeoutOption = (what: string): Option =>
  new Option("--timeout <seconds>", what).argParser(positiveNumber("--timeout")).default(600);

/** How the command line says how long a command may take. */
export interface DeadlineFlags {
  readonly timeout?: number;
}

/** `--timeout` of the commands that give no program of somebody else a process of its own: how long all of it may take. */
export const deadlineOption = (): Option =>
  new Option("--timeout <seconds>", "the command may take so long (default: no limit)").argParser(
    positiveNumber("--timeout"),
  );

const byteUnits = ["KiB", "MiB", "GiB", "TiB"];

/** A parser of sizes in bytes: `8GiB`, `1.5GiB`, `500MiB`, `1000000`. */
export const byteSize =
  (option: string) =>
  (text: string): number => {
    const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([KMGT]iB)?$/.exec(text) ?? [];
    const bytes = Math.floor(Number(digits) * 1024 ** (unit === undefined ? 0 : byteUnits.indexOf(unit) + 1));
    if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
    throw new UsageError({
      message: `${option} is not valid`,
      expected: `a size above 0: bytes, or a number with ${byteUnits.join(", ")}`,
      got: text,
    });
  };

/** A parser of one of several words, which shells complete. */
export function oneOf<T extends string>(option: string, choices: readonly T[]): WordParser<T> {
  const parse = (text: string): T => {
    const choice = choices.find((name) => name === text);
    if (choice !== undefined) return choice;
    throw new UsageError({
      message: `${option} is not valid`,
      expected: choices.join(", "),
      got: text,
      hint: didYouMean(text, choices),
    });
  };
  return Object.assign(parse, { words: choices });
}

/** A parser that takes any text; shells complete these words. */
export const usually = (words: readonly string[]): WordParser<string> =>
  Object.assign((text: string) => text, { words });

/** A parser that says which words it takes, or knows. */
export interface WordParser<T> {
  (text: string): T;
  readonly words: readonly string[];
}

/** `--chunk`: in what pieces prompts are read. */
export const chunkOption = (usual: string): Option =>
  new Option("--chunk <tokens>", `longest piece in which prompts are read (default: ${usual})`).argParser(
    wholeNumber("--chunk", 1),
  );

/** `--capacity`: how long a sequence may grow. */
export const capacityOption = (usual: string): Option =>
  new Option(
    "--capacity <tokens>",
    `tokens that a sequence may have, where caches grow: memory is taken for so many (default: ${usual})`,
  ).argParser(wholeNumber("--capacity", 1));

/** `--dtype`: what a model is computed in. */
export const dtypeOption = (what = "compute in f32, bf16, f16 (default: the checkpoint's)"): Option =>
  new Option("--dtype <type>", what).argParser(oneOf("--dtype", ["f32", "bf16", "f16"] as const));

/** A parser of regular expressions. */
export const regularExpression =
  (option: string) =>
  (text: string): RegExp => {
    try {
      return new RegExp(text);
    } catch (cause) {
      const got = (cause as Error).message;
      throw new UsageError({
        message: `${option} is not valid`,
        expected: "a regular expression",
        got,
        cause,
      });
    }
  };

/** Token ids as `1,2,3`. @throws UsageError for anything but whole numbers between commas */
export function parseTokenIds(text: string): number[] {
  if (text.trim() === "")
    throw new UsageError({ message: "--tokens is empty", expected: "at least one token id, e.g. 2,17,5" });
  return text.split(",").map((word) => {
    if (/^\s*-?\d+\s*$/.test(word)) return Number(word);
    throw new UsageError({
      message: "--tokens is not valid",
      expected: "whole numbers between commas",
      got: text,
    });
  });
}

/** `--allow-custom-call`, which may be given several times. */
export const addCustomCallOption = (command: Command): Command =>
  command.option(
    "--allow-custom-call <name>",
    "pass calls of this target on to the plugin, which may trust their operands; repeatable",
    repeated((name) => name),
  );

/** Collects a repeatable option. */
export const repeated =
  <T>(parse: (text: string) => T) =>
  (text: string, previous: readonly T[] = []): readonly T[] => [...previous, parse(text)];

/** How the command line says what `LoweringOptions` holds. */
export interface LoweringFlags {
  readonly scan?: LoweringOptions["scan"];
  readonly scanBlock?: number;
  readonly matrixStates?: LoweringOptions["matrixStates"];
  readonly matrixStatesChunk?: number;
  readonly attention?: LoweringOptions["attention"];
  readonly precision?: LoweringOptions["precision"];
}

/** Those of a command's options that say how it lowers: all of them, which the compiler checks. */
export const loweringOf = ({
  scan,
  scanBlock,
  matrixStates,
  matrixStatesChunk,
  attention,
  precision,
}: LoweringFlags): Pick<LoweringOptions, keyof LoweringFlags> =>
  ({ scan, scanBlock, matrixStates, matrixStatesChunk, attention, precision }) satisfies Record<
    keyof LoweringFlags,
    unknown
  >;

/** `--scan`, `--matrix-states`, `--attention` and the like: how a model is lowered; what it computes stays the same, but for `--precision`. */
export function addLoweringOptions(command: Command): Command {
  return command
    .option(
      "--scan <strategy>",
      `how linear and selective scans walk time: ${scanNames.join(", ")}, or a strategy of an extension`,
      usually(scanNames),
    )
    .option("--scan-block <steps>", "time steps a block of the blocked scan", wholeNumber("--scan-block", 2))
    .option(
      "--matrix-states <strategy>",
      `how linear attention and delta rules walk time: ${matrixStateNames.join(", ")}, or a strategy of an extension`,
      usually(matrixStateNames),
    )
    .option(
      "--matrix-states-chunk <tokens>",
      "tokens a chunk of chunked matrix states, a power of two",
      wholeNumber("--matrix-states-chunk", 2),
    )
    .option(
      "--attention <strategy>",
      `attention: ${attentionNames.join(", ")}, or a strategy of an extension`,
      usually(attentionNames),
    )
    .option(
      "--precision <name>",
      `bits of f32 operands that products keep: ${precisionNames.join(", ")} (default is the plugin's choice)`,
      oneOf("--precision", precisionNames),
    );
}

/** How the command line names modules that extend it. */
export interface LoadFlags {
  readonly load?: readonly string[];
}

/** `--load`: passes, models and the like of one's own, which the command then knows. */
export const addLoadOption = (command: Command): Command =>
  command.option(
    "--load <module>",
    "know what this module exports too, .ts or .js: extensions, passes, models, targets ...; repeatable",
    repeated((file) => file),
  );

/** `--plugin`: where programs run. */
export function addPluginOption(command: Command): Command {
  const names = targetNames.map(({ plugin }) => plugin);
  const help = `PJRT plugin: ${names.join(", ")}, or a shared library`;
  return command.option("--plugin <name|path>", help, usually(names), defaultNames.plugin);
}

/** How the command line says whether compiled programs are kept. */
export interface CacheFlags {
  readonly cache: boolean;
}

/** `--no-cache`: compile everything anew. */
export function addCacheOption(command: Command): Command {
  return command.option("--no-cache", "compile programs anew, and do not keep them for the next time");
}

/** Options of what text is to be. */
export interface FormatFlags {
  readonly regex?: string;
  readonly jsonSchema?: string;
  readonly jsonWhitespace?: number;
}

/** `--json-schema`, `--json-whitespace`, `--regex`: what does not fit is not chosen. */
export function addFormatOptions(command: Command): Command {
  return command
    .option(
      "--json-schema <file|json>",
      "make a JSON document of this schema; keywords that cannot be held to are refused",
    )
    .option(
      "--json-whitespace <n>",
      "with --json-schema: so many spaces, tabs and line feeds at most between two parts (default: 0)",
      wholeNumber("--json-whitespace", 0),
    )
    .option("--regex <expression>", "make a text that this regular expression matches as a whole");
}

/** Options of how tokens are chosen; the seed is each command's own. */
export interface SamplingFlags {
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
}

export function addSamplingOptions(command: Command): Command {
  return command
    .option(
      "--temperature <t>",
      "0 takes the best token (default, unless --top-k, --top-p or --min-p)",
      decimalNumber("--temperature"),
    )
    .option("--top-k <k>", "draw from the k best tokens", wholeNumber("--top-k", 1))
    .option(
      "--top-p <p>",
      "draw from the best tokens with this probability together",
      decimalNumber("--top-p"),
    )
    .option(
      "--min-p <p>",
      "draw from tokens with this part of the best one's probability",
      decimalNumber("--min-p"),
    )
    .option(
      "--repetition-penalty <r>",
      "above 1: make tokens of the text and its prompt less likely",
      decimalNumber("--repetition-penalty"),
    )
    .option(
      "--presence-penalty <x>",
      "taken off the logits of tokens that were made",
      decimalNumber("--presence-penalty"),
    )
    .option(
      "--frequency-penalty <x>",
      "the same, each time that they were made",
      decimalNumber("--frequency-penalty"),
    );
}
