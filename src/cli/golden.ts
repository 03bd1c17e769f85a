/** @file griffin golden check: the model's numbers on golden cases against the reference's. */
import { Command } from "commander";
import pc from "picocolors";
import { checkGoldenCase, type GoldenOptions } from "../engine/index.js";
import { type CaseReport, formatReport, type GoldenCase, openCase } from "../golden/index.js";
import { GriffinError } from "../support/errors.js";
import { openDevice } from "./device.js";
import { modelCallbacks } from "./model-progress.js";
import {
  addCacheOption,
  addLoweringOptions,
  addPluginOption,
  type CacheFlags,
  cacheOf,
  type LoweringFlags,
  oneOf,
  wholeNumber,
} from "./options.js";
import { printJson, printLine } from "./output.js";
import { Progress } from "./progress.js";

const DTYPES = ["f32", "bf16", "both"] as const;

interface Options extends LoweringFlags, CacheFlags {
  readonly dtype?: (typeof DTYPES)[number];
  readonly chunk?: number;
  readonly plugin: string;
  readonly json?: boolean;
}

/** A case that could not be judged. */
interface BrokenCase {
  readonly case: string;
  readonly dtype: GoldenOptions["dtype"] | undefined;
  readonly passed: false;
  readonly error: GriffinError;
}

export function goldenCommand(): Command {
  const check = new Command("check")
    .description(
      "run the model on golden cases and hold every tensor against the reference's; exit code 1 when one is off",
    )
    .argument("<case...>", "folders of golden cases (golden/README.md)")
    .option(
      "--dtype <type>",
      "f32, bf16 or both (default: f32, and bf16 where the case bounds it)",
      oneOf("--dtype", DTYPES),
    )
    .option(
      "--chunk <tokens>",
      "longest piece in which prompts are read before decoding",
      wholeNumber("--chunk", 1),
    );
  const examples =
    "\nExamples:\n  griffin golden check golden/*/\n  griffin golden check golden/bf16 --dtype bf16 --scan blocked --scan-block 16";
  addCacheOption(addLoweringOptions(addPluginOption(check)))
    .addHelpText("after", examples)
    .action(run);
  return new Command("golden")
    .description("hold the model against the reference's numbers")
    .addCommand(check);
}

async function run(folders: readonly string[], options: Options): Promise<void> {
  using progress = new Progress({ leavesLines: false });
  await using device = await openDevice(options.plugin, progress);
  const cache = cacheOf(options);
  const results: (CaseReport | BrokenCase)[] = [];
  const add = (result: CaseReport | BrokenCase) => {
    results.push(result);
    progress.done();
    if (options.json !== true) for (const line of linesOf(result)) printLine(line);
  };
  for (const folder of folders) {
    try {
      const golden = await openCase(folder);
      for (const dtype of dtypesOf(golden, options.dtype)) {
        const lowering = { ...options, cache, target: device.target, ...modelCallbacks(progress) };
        add(
          await attempt(folder, dtype, () => checkGoldenCase(device.client, golden, { ...lowering, dtype })),
        );
      }
    } catch (error) {
      add(broken(folder, undefined, error));
    }
  }
  const passed = results.filter((result) => result.passed).length;
  const failed = results.length - passed;
  if (failed > 0) process.exitCode = 1;
  if (options.json === true) printJson({ cases: results, passed, failed });
  else printLine(`${passed} passed, ${failed} failed`);
}

/** f32 always, bf16 where the case says how far off it may be; or what was asked for. */
function dtypesOf({ toleranceBf16 }: GoldenCase, asked: Options["dtype"]): readonly GoldenOptions["dtype"][] {
  if (asked === "f32" || asked === "bf16") return [asked];
  return asked === "both" || toleranceBf16 !== undefined ? ["f32", "bf16"] : ["f32"];
}

async function attempt(
  folder: string,
  dtype: GoldenOptions["dtype"],
  check: () => Promise<CaseReport>,
): Promise<CaseReport | BrokenCase> {
  try {
    return await check();
  } catch (error) {
    return broken(folder, dtype, error);
  }
}

function broken(folder: string, dtype: GoldenOptions["dtype"] | undefined, error: unknown): BrokenCase {
  if (error instanceof GriffinError) return { case: folder, dtype, passed: false, error };
  throw error;
}

function linesOf(result: CaseReport | BrokenCase): readonly string[] {
  if ("error" in result)
    return [
      `${result.case}${result.dtype === undefined ? "" : ` (${result.dtype})`}`,
      pc.red(result.error.message),
    ];
  return formatReport(result).map((line) => line.replace(/\bFAIL(ED)?$|\bFAIL(?= )/, (word) => pc.red(word)));
}
