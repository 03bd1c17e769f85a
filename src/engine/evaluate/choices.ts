/** @file Questions with choices: lines of JSON, checked, and as tokens. */
import { z } from "zod";
import { DataError, spelledAt } from "../../data/index.js";
import type { Tokenizer } from "../../tokens/index.js";
import { type Question, type QuestionText, textOf } from "./questions.js";

/** A question and the answers to choose from. */
export interface Choice {
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

/** A question and its choices as tokens, each spelt by itself. */
export interface SpeltQuestion {
  /** Its index. */
  readonly q: number;
  readonly asked: readonly number[];
  readonly answers: readonly (readonly number[])[];
}

/**
 * The questions as tokens, in order; a question is spelt once, however many choices it has.
 * @throws DataError for an answer without a token, or text that the tokenizer cannot spell
 */
export function* speltQuestions(
  questions: readonly Choice[],
  tokenizer: Pick<Tokenizer, "encode">,
): Generator<SpeltQuestion> {
  for (const [q, { where, prompt, choices }] of questions.entries()) {
    const asked = spelledAt(where, () => tokenizer.encode(prompt));
    const answers = choices.map((choice) => {
      const answer = spelledAt(where, () => tokenizer.encode(choice)).slice(1);
      if (answer.length > 0) return answer;
      const message = `the tokenizer makes no token of the choice ${JSON.stringify(choice)}`;
      throw new DataError({ message, expected: "choices of one token or more", where });
    });
    yield { q, asked, answers };
  }
}

/** A choice after its question. */
interface Answer {
  /** Index of its question. */
  readonly q: number;
  readonly tokens: readonly number[];
  /** Where the choice begins. */
  readonly begin: number;
}

/** The answers of all questions as tokens, each after its question, in order. @throws DataError as `speltQuestions` */
export function* answersOf(
  questions: readonly Choice[],
  tokenizer: Pick<Tokenizer, "encode">,
): Generator<Answer> {
  for (const { q, asked, answers } of speltQuestions(questions, tokenizer))
    for (const answer of answers) yield { q, tokens: [...asked, ...answer], begin: asked.length };
}
