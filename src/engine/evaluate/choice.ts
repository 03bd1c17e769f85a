/** @file Multiple choice: the answer that the model takes to be the most likely one after the question. */
import { z } from "zod";
import { DataError } from "../../data/index.js";
import type { LoadedProgram, ResidentModel } from "../../serving/index.js";
import type { Tokenizer } from "../../tokens/index.js";
import { logLikelihoods } from "./log-likelihoods.js";
import { type Question, type QuestionText, textOf } from "./questions.js";

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

/** A question and the answers to choose from. */
interface Choice {
  readonly where: string;
  readonly prompt: string;
  readonly choices: readonly string[];
  /** Index of the right one. */
  readonly right: number;
}

const choiceFields = z.looseObject({
  choices: z.array(z.string().min(1)).min(2),
  answer: z.union([z.int().nonnegative(), z.string()]),
});

/** @throws DataError for a line that is no such question */
export function choiceOf(question: Question, text: QuestionText): Choice {
  const { fields, where } = question;
  const { success, data, error } = choiceFields.safeParse(fields);
  if (!success) {
    const [issue] = error.issues;
    throw new DataError({
      message: "a line is no question with choices",
      expected: '{"choices": [TEXT, TEXT, ...], "answer": NUMBER FROM 0 OR TEXT} beside the question',
      got: `${issue!.path.join(".")}: ${issue!.message}`,
      where,
    });
  }
  const { choices, answer } = data;
  const right = typeof answer === "number" ? answer : choices.indexOf(answer);
  if (right >= 0 && right < choices.length) return { where, prompt: textOf(question, text), choices, right };
  throw new DataError({
    message: "the right answer is none of the choices",
    expected: `a number from 0 to ${choices.length - 1}, or one of the choices as it is written there`,
    got: JSON.stringify(answer),
    where,
  });
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
  const all = questions.flatMap((question, q) => question.choices.map((choice) => ({ question, q, choice })));
  const likelihoods = questions.map((): number[] => []);
  for (let from = 0; from < all.length; from += batch) {
    const part = all.slice(from, from + batch);
    const texts = part.map(({ question, choice }) => {
      const prompt = tokenizer.encode(question.prompt);
      const answer = tokenizer.encode(choice).slice(1);
      if (answer.length > 0) return { tokens: [...prompt, ...answer], begin: prompt.length };
      const message = `the tokenizer makes no token of the choice ${JSON.stringify(choice)}`;
      throw new DataError({ message, expected: "choices of one token or more", where: question.where });
    });
    const found = await logLikelihoods(
      model,
      texts.map(({ tokens }) => tokens),
      signal,
    );
    for (const [i, { q }] of part.entries())
      likelihoods[q]!.push(found[i]!.subarray(texts[i]!.begin).reduce((sum, value) => sum + value, 0));
    onProgress?.(from + part.length);
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
