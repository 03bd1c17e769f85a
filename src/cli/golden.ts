/** @file griffin golden check: the model's numbers on golden cases against the reference's. */
import {
  checkFineTuningCase,
  checkGoldenCase,
  checkTrainingCase,
  type GoldenOptions,
  openDevice,
} from "../engine/index.js";
import {
  type CaseReport,
  formatReport,
  formatTrainingReport,
  isFineTuningCase,
  isTrainingCase,
  openCase,
  openFineTuningCase,
  openTrainingCase,
  type TrainingReport,
} from "../golden/index.js";
import type { ModelDefinition } from "../model/index.js";
import type { Client } from "../runtime-pjrt/index.js";
import { GriffinError, UsageError } from "../support/errors.js";
import { AbortedError } from "../support/wait.js";
import { deviceOptions } from "./device.js";
import { chooseDefinitions } from "./model-choice.js";
import { modelCallbacks } from "./model-progress.js";
import { moduleReference } from "./modules/reference.js";
import { cacheOf } from "./cache.js";
import type { Colors } from "./colors.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";
import type { CacheFlags, LoweringFlags } from "./options.js";
import { pickOptions } from "../support/options.js";
import { GOLDEN_OPTIONS } from "../engine/golden.js";
import { TRAINING_CHECK_OPTIONS } from "../engine/golden-training.js";

interface Options extends LoweringFlags, CacheFlags {
  readonly dtype?: GoldenOptions["dtype"] | "both";
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

type Result = CaseReport | TrainingReport | BrokenCase;

export async function runGoldenCheck(
  context: CommandContext,
  words: readonly string[],
  options: Options,
): Promise<ExitStatus> {
  const { own, folders } = readCases(words);
  const models = await chooseDefinitions(context, own);
  using progress = context.progress({ leavesLines: false });
  await using device = await openDevice(options.plugin, deviceOptions(context, progress));
  const cache = cacheOf(context, options, progress);
  const results: Result[] = [];
  const add = (result: Result) => {
    results.push(result);
    progress.done();
    if (options.json !== true) for (const line of linesOf(result, context.colors)) context.print(line);
  };
  for (const folder of folders) {
    context.signal.throwIfAborted();
    try {
      const { signal, extensions } = context;
      const lowering = { ...options, extensions, cache, signal, ...modelCallbacks(progress) };
      for (const { dtype, check } of await checksOf(folder, models, options.dtype))
        add(await attempt(folder, dtype, () => check(device.client, lowering)));
    } catch (error) {
      add(broken(folder, undefined, error));
    }
  }
  const passed = results.filter((result) => result.passed).length;
  const failed = results.length - passed;
  if (options.json === true) context.printJson({ cases: results, passed, failed });
  else context.print(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

/** Folders of cases, and the module whose model they are of. @throws UsageError without a folder */
function readCases(words: readonly string[]) {
  const isModule = (word: string) => moduleReference(word) !== undefined;
  const folders = words.filter((word) => !isModule(word));
  const [own, second] = words.filter(isModule);
  if (folders.length > 0 && second === undefined) return { own, folders };
  throw new UsageError({
    message: second === undefined ? "no case given" : "several modules given",
    expected: "folders of golden cases, and one module if their model is your own",
    got: words.join(" "),
  });
}

/** One run of a case: in which dtype, and how. */
interface Check {
  readonly dtype: GoldenOptions["dtype"];
  check(client: Client, lowering: Omit<GoldenOptions, "dtype">): Promise<CaseReport | TrainingReport>;
}

/** What is to be run of a folder, which may hold a case of training. */
async function checksOf(
  folder: string,
  models: readonly ModelDefinition[],
  asked: Options["dtype"],
): Promise<readonly Check[]> {
  if (await isFineTuningCase(folder)) {
    const golden = await openFineTuningCase(folder, models);
    const { lossesBf16 } = golden.tolerance;
    return dtypesOf(lossesBf16 !== undefined, asked).map((dtype) => ({
      dtype,
      check: (client, lowering) =>
        checkFineTuningCase(client, golden, { ...pickOptions(lowering, TRAINING_CHECK_OPTIONS), dtype }),
    }));
  }
  if (await isTrainingCase(folder)) {
    const golden = await openTrainingCase(folder, models);
    return dtypesOf(false, asked).map((dtype) => ({
      dtype,
      check: (client, lowering) =>
        checkTrainingCase(client, golden, { ...pickOptions(lowering, TRAINING_CHECK_OPTIONS), dtype }),
    }));
  }
  const golden = await openCase(folder, models);
  return dtypesOf(golden.toleranceBf16 !== undefined, asked).map((dtype) => ({
    dtype,
    check: (client, lowering) =>
      checkGoldenCase(client, golden, { ...pickOptions(lowering, GOLDEN_OPTIONS), dtype }),
  }));
}

/** f32 always, bf16 where the case says how far off it may be; or what was asked for. */
function dtypesOf(boundsBf16: boolean, asked: Options["dtype"]): readonly GoldenOptions["dtype"][] {
  if (asked === "f32" || asked === "bf16") return [asked];
  return asked === "both" || boundsBf16 ? ["f32", "bf16"] : ["f32"];
}

async function attempt(
  folder: string,
  dtype: GoldenOptions["dtype"],
  check: () => Promise<CaseReport | TrainingReport>,
): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    return broken(folder, dtype, error);
  }
}

function broken(folder: string, dtype: GoldenOptions["dtype"] | undefined, error: unknown): BrokenCase {
  if (!(error instanceof GriffinError) || error instanceof AbortedError) throw error;
  return { case: folder, dtype, passed: false, error };
}

function linesOf(result: Result, { red }: Colors): readonly string[] {
  if ("error" in result)
    return [
      `${result.case}${result.dtype === undefined ? "" : ` (${result.dtype})`}`,
      red(result.error.message),
    ];
  const lines = "kind" in result ? formatTrainingReport(result) : formatReport(result);
  return lines.map((line) => line.replace(/\bFAIL(ED)?$|\bFAIL(?= )/, (word) => red(word)));
}
