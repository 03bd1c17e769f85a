/** @file Multiple choice: the answer that the model takes to be the most likely one after the question. */
import type { LoadedProgram, ResidentModel } from "../../serving/index.js";
import type { Tokenizer } from "../../tokens/index.js";
import { type Choice, speltQuestions } from "./choices.js";
import { canReadOnce, readOnce, readWhole } from "./read-choices.js";

export interface ChoiceReport {
  readonly task: "choice";
  readonly questions: number;
  /** The part of questions whose right answer has the largest probability. */
  readonly accuracy: number;
  /** The same by the logarithm of the probability over the bytes of the answer, without spaces in front: longer answers are not at a disadvantage. */
  readonly accuracyByByte: number;
  /** Of each question, the natural logarithm of the probability of each choice after it. */
  readonly answers: readonly {
    readonly where: string;
    readonly logLikelihoods: readonly number[];
    /** Which choice is right, from 0. */
    readonly expected: number;
  }[];
}

/** The space between question and choice is no part of either: lm-evaluation-harness, which adds it itself, counts without it. */
export const bytesOf = (choice: string): number => Math.max(1, Buffer.byteLength(choice.trimStart()));

/** The first of the largest. */
const best = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** Reading questions once takes programs that reading answers whole does not: as many tokens take as long to read as those to compile. */
const FEWEST_SAVED_TOKENS = 2048;

/** Tokens that are not read again when each question is read once, by the first questions. */
function savedTokens(
  questions: readonly Choice[],
  tokenizer: Pick<Tokenizer, "encode">,
  sample: number,
): number {
  const first = [...speltQuestions(questions.slice(0, sample), tokenizer)];
  const saved = first.reduce((sum, { asked, answers }) => sum + asked.length * (answers.length - 1), 0);
  return (saved / first.length) * questions.length;
}

/**
 * Asks all questions; `batch` questions or answers are read side by side, and where that saves much, questions once for all their choices. Question and
 * answer are spelt by themselves, as what is generated after a prompt is.
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
    readonly tokenizer: Pick<Tokenizer, "encode">;
    readonly batch: number;
    readonly signal?: AbortSignal | undefined;
    /** Answers that are read. */
    readonly onProgress?: ((answers: number) => void) | undefined;
  },
): Promise<ChoiceReport> {
  const likelihoods = questions.map((): number[] => []);
  const isWorth = savedTokens(questions, tokenizer, batch) >= FEWEST_SAVED_TOKENS;
  const read = isWorth && (await canReadOnce(model)) ? readOnce : readWhole;
  let done = 0;
  for await (const { q, logLikelihood } of read(model, questions, { tokenizer, batch, signal })) {
    likelihoods[q]!.push(logLikelihood);
    onProgress?.(++done);
  }
  const rightBy = (score: (sum: number, choice: string) => number) =>
    questions.filter(
      ({ choices, right }, q) => best(likelihoods[q]!.map((sum, c) => score(sum, choices[c]!))) === right,
    ).length / questions.length;
  return {
    task: "choice",
    questions: questions.length,
    accuracy: rightBy((sum) => sum),
    accuracyByByte: rightBy((sum, choice) => sum / bytesOf(choice)),
    answers: questions.map(({ where, right }, q) => ({
      where,
      logLikelihoods: likelihoods[q]!,
      expected: right,
    })),
  };
}
