/** @file Answers that a model writes, greedily, compared with the right ones. */
import { DataError, spelledAt } from "../../data/index.js";
import { completions, generate, type LoadedProgram, type ResidentModel } from "../../serving/index.js";
import { boundedSearch } from "../../support/bounded-pattern.js";
import type { Tokenizer } from "../../tokens/index.js";
import { type Question, type QuestionText, textOf } from "./questions.js";
import type { OptionNames } from "../../support/options.js";

/** What counts as an answer, and as the same one. */
export interface AnswerOptions {
  /** Texts that end an answer; they are no part of it. */
  readonly stop?: readonly string[] | undefined;
  /** Tried in turn; of the first that fits, the last match is the answer: its first group, or all of it. Default: all that was written. */
  readonly extract?: readonly RegExp[] | undefined;
  /** The same for the field `answer` of the line. */
  readonly expect?: RegExp | undefined;
  /** Answers are compared as numbers: without commas, currency and a full stop at the end. */
  readonly number?: boolean | undefined;
}

export const ANSWER_OPTIONS: OptionNames<AnswerOptions> = {
  stop: true,
  extract: true,
  expect: true,
  number: true,
};

export interface AnswersReport {
  readonly task: "generate";
  readonly questions: number;
  /** The part of questions that were answered right. */
  readonly accuracy: number;
  readonly answers: readonly {
    readonly where: string;
    /** What was written, up to what ends an answer. */
    readonly text: string;
    /** What was found in it; null where no pattern fits. */
    readonly answer: string | null;
    readonly expected: string;
    readonly right: boolean;
  }[];
}

/** A question whose answer is known. */
interface OpenQuestion {
  readonly where: string;
  readonly prompt: string;
  readonly expected: string;
}

/** The last match: its first group, or all of it. */
function lastMatch(text: string, pattern: RegExp): string | undefined {
  const everywhere = pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`);
  const last = [...text.matchAll(everywhere)].at(-1);
  return last && (last[1] ?? last[0]);
}

/** What is found by the first pattern that fits. @throws UsageError for a pattern that comes to no end */
export function extractAnswer(text: string, patterns: readonly RegExp[] | undefined): string | undefined {
  if (patterns === undefined) return text.trim();
  return boundedSearch("a pattern of answers", (find) => {
    for (const each of patterns) {
      const found = find(each, (pattern) => lastMatch(text, pattern));
      if (found !== undefined) return found.trim();
    }
    return undefined;
  });
}

/** NaN where it is none. */
const numberOf = (text: string): number => Number(text.replaceAll(/[,$€£\s]|\.$/g, "") || Number.NaN);

/** Whether two answers are the same, as text or as numbers. */
export const isSameAnswer = (a: string, b: string, number: boolean): boolean =>
  number ? numberOf(a) === numberOf(b) : a === b;

/** @throws DataError for a line without an answer, or one in which the pattern finds none */
export function openQuestionOf(
  question: Question,
  text: QuestionText,
  { expect, number = false }: AnswerOptions,
): OpenQuestion {
  const { fields, where } = question;
  const { answer } = fields;
  const given = typeof answer === "string" || typeof answer === "number" ? String(answer) : undefined;
  const expected = given === undefined ? undefined : extractAnswer(given, expect && [expect]);
  if (expected !== undefined && !(number && Number.isNaN(numberOf(expected))))
    return { where, prompt: textOf(question, text), expected };
  throw new DataError({
    message: "a line has no answer to compare with",
    expected: `"answer": a text${number ? " with a number" : ""}${expect === undefined ? "" : ` that fits ${expect}`}`,
    got: given === undefined ? `the fields ${Object.keys(fields).join(", ")}` : JSON.stringify(given),
    where,
  });
}

/**
 * Has all questions answered, `batch` side by side; the next one begins where an answer ends.
 * @throws DataError for text that the tokenizer cannot spell; what generate throws
 */
export async function answerQuestions(
  model: ResidentModel<LoadedProgram>,
  questions: readonly OpenQuestion[],
  {
    tokenizer,
    batch,
    maxNewTokens,
    stop,
    extract,
    number = false,
    signal,
    onProgress,
  }: AnswerOptions & {
    readonly tokenizer: Tokenizer;
    readonly batch: number;
    /** Tokens of an answer, at most. */
    readonly maxNewTokens: number;
    readonly signal?: AbortSignal | undefined;
    /** Questions that are answered. */
    readonly onProgress?: ((questions: number) => void) | undefined;
  },
): Promise<AnswersReport> {
  const answers: AnswersReport["answers"][number][] = [];
  const prompts = questions.map(({ prompt, where }) => spelledAt(where, () => tokenizer.encode(prompt)));
  const tokens = generate(model, prompts, { batch, maxNewTokens, signal, stop, tokenizer });
  let answered = 0;
  for await (const { row, text } of completions(tokens)) {
    const { where, expected } = questions[row]!;
    const answer = extractAnswer(text, extract) ?? null;
    const right = answer !== null && isSameAnswer(answer, expected, number);
    answers[row] = { where, text, answer, expected, right };
    onProgress?.(++answered);
  }
  const { length } = questions;
  const accuracy = answers.filter(({ right }) => right).length / length;
  return { task: "generate", questions: length, accuracy, answers };
}
