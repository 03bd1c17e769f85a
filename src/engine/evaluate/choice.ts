/** @file Multiple choice: the answer that the model takes to be the most likely one after the question. */
import type { LoadedProgram, ResidentModel } from "../../serving/index.js";
import type { Tokenizer } from "../../tokens/index.js";
import { answersOf, type Choice } from "./choices.js";
import { logLikelihoods } from "./log-likelihoods.js";

export interface ChoiceReport {
  readonly task: "choice";
  readonly questions: number;
  /** The part of questions whose right answer has the largest probability. */
  readonly accuracy: number;
  /** The same by the logarithm of the probability over the bytes of the answer: longer answers are not at a disadvantage. */
  readonly accuracyByByte: number;
  /** Of each question, the natural logarithm of the probability of each choice after it. */
  readonly answers: readonly {
    readonly where: string;
    readonly logLikelihoods: readonly number[];
    /** Which choice is right, from 0. */
    readonly expected: number;
  }[];
}

/** What a generator gives, so many at once. */
function* parts<T>(all: Iterable<T>, size: number): Generator<readonly T[]> {
  let part: T[] = [];
  for (const one of all) {
    part.push(one);
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

/** The first of the largest. */
const best = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/**
 * Asks all questions; `batch` answers are read side by side. Question and answer are spelt by themselves, as what is generated after a
 * prompt is.
 * @throws DataError for an answer without a token; UsageError for a model that cannot score; GriffinError for logits that are not finite; AbortedError
 */
export async function multipleChoice(
  model: ResidentModel<LoadedProgram>,
  questions: readonly Choice[],
  {
    tokenizer,
    batch,
    signal,
    onProgress,
  }: {
    readonly tokenizer: Tokenizer;
    readonly batch: number;
    readonly signal?: AbortSignal | undefined;
    /** Answers that are read. */
    readonly onProgress?: ((answers: number) => void) | undefined;
  },
): Promise<ChoiceReport> {
  const likelihoods = questions.map((): number[] => []);
  let done = 0;
  for (const part of parts(answersOf(questions, tokenizer), batch)) {
    const texts = part.map(({ tokens }) => tokens);
    const found = await logLikelihoods(model, texts, signal);
    for (const [i, { q, begin }] of part.entries())
      likelihoods[q]!.push(found[i]!.subarray(begin).reduce((sum, value) => sum + value, 0));
    done += part.length;
    onProgress?.(done);
  }
  const rightBy = (score: (sum: number, choice: string) => number) =>
    questions.filter(
      ({ choices, right }, q) => best(likelihoods[q]!.map((sum, c) => score(sum, choices[c]!))) === right,
    ).length / questions.length;
  return {
    task: "choice",
    questions: questions.length,
    accuracy: rightBy((sum) => sum),
    accuracyByByte: rightBy((sum, choice) => sum / Buffer.byteLength(choice)),
    answers: questions.map(({ where, right }, q) => ({
      where,
      logLikelihoods: likelihoods[q]!,
      expected: right,
    })),
  };
}
