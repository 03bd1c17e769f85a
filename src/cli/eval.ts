/** @file griffin eval: prints how a model does. */
import { evaluate, type EvalReport, type EvalRequest } from "../engine/index.js";
import { keyFolder } from "../runtime-pjrt/index.js";
import { cacheOf } from "./cache.js";
import type { CommandContext } from "./context.js";
import { deviceOptions } from "./device.js";
import type { ExitStatus } from "./io.js";
import { chooseDefinitions } from "./model-choice.js";
import { modelCallbacks } from "./model-progress.js";
import { openSource } from "./model-source.js";
import { type CacheFlags, type LoweringFlags, loweringOf } from "./options.js";
import { promptBound, readFileWithin } from "./read-input.js";

interface Options
  extends LoweringFlags,
    CacheFlags,
    Pick<EvalRequest, "task" | "dtype" | "batch" | "template"> {
  readonly model?: string;
  readonly artifact?: string;
  readonly weights?: string;
  readonly publicKey?: string;
  readonly trustExecutables?: boolean;
  readonly data?: readonly string[];
  readonly preamble?: string;
  readonly stop?: readonly string[];
  readonly extract?: readonly RegExp[];
  readonly expect?: RegExp;
  readonly number?: boolean;
  readonly maxNewTokens?: number;
  readonly plugin: string;
  readonly json?: boolean;
}

export async function runEval(
  context: CommandContext,
  own: string | undefined,
  options: Options,
): Promise<ExitStatus> {
  const { task, data = [], preamble, plugin, json = false } = options;
  const models = await chooseDefinitions(context, own);
  using progress = context.progress();
  const { env, signal, onEvent: onDevice } = deviceOptions(context, progress);
  const { model, artifact, ...taken } = {
    ...loweringOf(options),
    model: options.model,
    artifact: options.artifact,
    dtype: options.dtype,
    weights: options.weights,
    publicKey: options.publicKey,
    trustExecutables: options.trustExecutables,
    cache: cacheOf(context, options, progress),
    extensions: context.extensions,
  };
  const { batch, template, stop, extract, expect, number, maxNewTokens } = options;
  await using source = await openSource({ model, artifact, ...taken }, models);
  const report = await evaluate(source, {
    ...{ task, data, batch, template, stop, extract, expect, number, maxNewTokens },
    preamble: preamble === undefined ? undefined : `${await readFileWithin(context, preamble, promptBound)}`,
    ...taken,
    keyFolder: keyFolder(context.env),
    ...modelCallbacks(progress),
    ...{ plugin, env, signal, onDevice },
    onNote: (note) => progress.note(note),
    onProgress: (done) => progress.update(task, `${COUNTED[task]}: ${done}`),
  });
  progress.done();
  if (json) context.printJson(report);
  else for (const line of linesOf(report)) context.print(line);
  return 0;
}

/** What progress counts. */
const COUNTED: Readonly<Record<EvalRequest["task"], string>> = {
  perplexity: "examples",
  choice: "choices",
  generate: "answers",
};

const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;

function linesOf(report: EvalReport): readonly string[] {
  if (report.task === "perplexity") {
    const { examples, tokens, loss, perplexity, logLikelihood } = report;
    return [
      `${examples} ${examples === 1 ? "example" : "examples"}, ${tokens} tokens`,
      `loss ${loss.toFixed(4)}, perplexity ${perplexity.toPrecision(5)}, log-likelihood ${logLikelihood.toFixed(2)}`,
    ];
  }
  if (report.task === "choice") {
    const { questions, accuracy, accuracyByByte } = report;
    return [
      `${questions} questions: ${percent(accuracy)} right, ${percent(accuracyByByte)} by likelihood a byte`,
    ];
  }
  const { questions, accuracy, answers } = report;
  const wrong = answers.filter(({ right }) => !right).slice(0, 5);
  return [
    `${questions} questions: ${percent(accuracy)} right`,
    ...wrong.map(
      ({ where, answer, expected }) => `  ${where}: expected ${expected}, got ${answer ?? "no answer"}`,
    ),
  ];
}
