/** @file Evaluation: how likely a model takes texts to be, which of several answers it takes, and which it writes. */
import { openData } from "../../data/index.js";
import type { LoadedProgram, ProgramSet, ResidentModel } from "../../serving/index.js";
import { UsageError } from "../../support/errors.js";
import { defaultTarget } from "../../targets/index.js";
import { encoderOf } from "../data-encoder.js";
import { type DeviceOptions, openDevice } from "../open-device.js";
import { type ModelSource, type SourceOptions, SOURCE_OPTIONS } from "../source.js";
import {
  type AnswerOptions,
  answerQuestions,
  type AnswersReport,
  openQuestionOf,
  ANSWER_OPTIONS,
} from "./answers.js";
import { type ChoiceReport, multipleChoice } from "./choice.js";
import { choiceOf } from "./choices.js";
import { perplexity, type PerplexityReport } from "./perplexity.js";
import { type QuestionText, readQuestions } from "./questions.js";
import { type OptionNames, checkOptions, pickOptions } from "../../support/options.js";

export type EvalReport = PerplexityReport | ChoiceReport | AnswersReport;

/** What is asked, and on what device. */
export interface EvalRequest extends SourceOptions, AnswerOptions {
  readonly task: EvalReport["task"];
  /** Files: examples (`openData`) for perplexity, else lines of JSON. */
  readonly data: readonly string[];
  /** Texts side by side. Default: 8, or the artifact's. */
  readonly batch?: number | undefined;
  /** Of a question. Default: `{prompt}`. */
  readonly template?: QuestionText["template"] | undefined;
  readonly preamble?: QuestionText["preamble"] | undefined;
  /** Tokens of an answer that is written. Default: 256. */
  readonly maxNewTokens?: number | undefined;
  readonly plugin?: string | undefined;
  readonly env?: DeviceOptions["env"];
  readonly onDevice?: DeviceOptions["onEvent"];
  /** Lines worth showing, such as tensors that were ignored. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Examples, choices or questions that are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

export const EVAL_REQUEST: OptionNames<EvalRequest> = {
  ...SOURCE_OPTIONS,
  ...ANSWER_OPTIONS,
  task: true,
  data: true,
  batch: true,
  template: true,
  preamble: true,
  maxNewTokens: true,
  plugin: true,
  env: true,
  onDevice: true,
  onNote: true,
  onProgress: true,
};

const USUAL_TEMPLATE = "{prompt}";
const USUAL_BATCH = 8;
const USUAL_NEW_TOKENS = 256;

/** Options that some tasks make nothing of, and those that do. */
const OPTIONS = [
  { option: "template", flag: "--template", tasks: ["choice", "generate"] },
  { option: "preamble", flag: "--preamble", tasks: ["choice", "generate"] },
  { option: "stop", flag: "--stop", tasks: ["generate"] },
  { option: "extract", flag: "--extract", tasks: ["generate"] },
  { option: "expect", flag: "--expect", tasks: ["generate"] },
  { option: "number", flag: "--number", tasks: ["generate"] },
  { option: "maxNewTokens", flag: "--max-new-tokens", tasks: ["generate"] },
] as const satisfies readonly {
  readonly option: keyof EvalRequest;
  readonly flag: string;
  readonly tasks: readonly EvalRequest["task"][];
}[];

/** @throws UsageError for a request without data, a batch of none, or an option that the task makes nothing of */
function checkRequest(request: EvalRequest): void {
  const { task, data, batch = USUAL_BATCH } = request;
  if (data.length === 0) throw new UsageError({ message: "no data given", expected: "--data FILE" });
  if (!Number.isSafeInteger(batch) || batch < 1)
    throw new UsageError({ message: "the batch must be a whole number, 1 or more", got: String(batch) });
  const isForOthers = (tasks: readonly string[]) => !tasks.includes(task);
  const misplaced = OPTIONS.find(({ option, tasks }) => request[option] !== undefined && isForOthers(tasks));
  if (misplaced === undefined) return;
  throw new UsageError({
    message: `${misplaced.flag} does not go with the task ${task}`,
    expected: `the task ${misplaced.tasks.join(" or ")}`,
  });
}

/**
 * Evaluates a model. Files and options are looked at before a device is opened.
 * @throws DataError with file and line; UsageError for a model that cannot do what is asked; GriffinError for logits that are not finite; AbortedError
 */
export async function evaluate(source: ModelSource, request: EvalRequest): Promise<EvalReport> {
  checkOptions("evaluate", request, EVAL_REQUEST);
  checkRequest(request);
  const { task, data: files, signal, onProgress } = request;
  const tokenizer = await source.tokenizer();
  const commonTo = (model: ProgramSet) => ({
    batch: request.batch ?? model.batch ?? USUAL_BATCH,
    signal,
    onProgress,
  });
  if (task === "perplexity") {
    await using data = await openData(files);
    const chat = await source.chatTemplate();
    return await withModel(source, request, (model) =>
      perplexity(model, {
        ...commonTo(model),
        data,
        encoder: encoderOf(tokenizer, chat, model.generation),
      }),
    );
  }
  const { template = USUAL_TEMPLATE, preamble = "" } = request;
  const text = { template, preamble };
  const lines = await readQuestions(files);
  if (task === "choice") {
    const questions = lines.map((line) => choiceOf(line, text));
    return withModel(source, request, (model) =>
      multipleChoice(model, questions, { ...commonTo(model), tokenizer }),
    );
  }
  const questions = lines.map((line) => openQuestionOf(line, text, request));
  const { maxNewTokens = USUAL_NEW_TOKENS, stop, extract, number } = request;
  const options = { tokenizer, maxNewTokens, stop, extract, number };
  return withModel(source, request, (model) =>
    answerQuestions(model, questions, { ...commonTo(model), ...options }),
  );
}

/** Does some work with the model on a device; both are closed when it has ended. */
async function withModel<T>(
  source: ModelSource,
  request: EvalRequest,
  work: (model: ResidentModel<LoadedProgram>) => Promise<T>,
): Promise<T> {
  const { plugin = defaultTarget.plugin, env, signal, onDevice, onNote } = request;
  await using device = await openDevice(plugin, { env, signal, onEvent: onDevice });
  const { model: loaded, notes } = await source.load(device.client, pickOptions(request, SOURCE_OPTIONS));
  using model = loaded;
  for (const note of notes) onNote?.(note);
  return await work(model);
}
