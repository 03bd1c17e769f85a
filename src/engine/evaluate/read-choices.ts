/** @file How likely the choices of questions are: each read whole after its question, or all after one reading of it. */
import {
  closeAll,
  closeResults,
  type LoadedProgram,
  type ProgramKey,
  type ResidentModel,
  rowAxesOf,
  Session,
  type SessionMark,
  type Tensors,
} from "../../serving/index.js";
import { UsageError } from "../../support/errors.js";
import { longestOf } from "../../support/longest.js";
import type { Tokenizer } from "../../tokens/index.js";
import { answersOf, type Choice, type SpeltQuestion, speltQuestions } from "./choices.js";
import { logLikelihoods, noStates, type ScoredRow, scoreRows, scoring } from "./log-likelihoods.js";

type Model = ResidentModel<LoadedProgram>;

interface ChoiceReading {
  readonly tokenizer: Pick<Tokenizer, "encode">;
  /** Questions or answers side by side. */
  readonly batch: number;
  readonly signal?: AbortSignal | undefined;
}

/** A choice that was read. */
interface ReadChoice {
  /** Index of its question. */
  readonly q: number;
  /** The natural logarithm of its probability after the question. */
  readonly logLikelihood: number;
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

const sumFrom = (values: Float64Array, begin: number): number =>
  values.subarray(begin).reduce((sum, value) => sum + value, 0);

/** Every choice of every question, in order, each read after its question. @throws what `logLikelihoods` and `answersOf` throw */
export async function* readWhole(
  model: Model,
  questions: readonly Choice[],
  { tokenizer, batch, signal }: ChoiceReading,
): AsyncGenerator<ReadChoice> {
  for (const part of parts(answersOf(questions, tokenizer), batch)) {
    const texts = part.map(({ tokens }) => tokens);
    const begins = part.map(({ begin }) => begin);
    const found = await logLikelihoods(model, texts, { begins, signal });
    for (const [i, { q, begin }] of part.entries()) yield { q, logLikelihood: sumFrom(found[i]!, begin) };
  }
}

/** Whether what was read of a text can be copied to several rows. */
export async function canReadOnce(model: Model): Promise<boolean> {
  try {
    await rowAxesOf(model, model.batch ?? 1);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/**
 * The same, with each question read once: choices go on from copies of the states that it leaves. Sums are taken in other chunks than
 * `readWhole` takes them, and differ by rounding.
 */
export async function* readOnce(
  model: Model,
  questions: readonly Choice[],
  { tokenizer, batch, signal }: ChoiceReading,
): AsyncGenerator<ReadChoice> {
  const rows = model.batch ?? Math.min(batch, questions.length);
  for (const part of parts(speltQuestions(questions, tokenizer), rows)) {
    const tokens = longestOf(
      part.flatMap(({ asked, answers }) =>
        answers.map((answer) => ({ length: asked.length + answer.length })),
      ),
    );
    // Whose states the session has, and what goes on from them.
    const sized = model.forTokens?.(tokens) ?? model;
    using mark = await readQuestions(model, part, { rows, tokens, signal });
    const answers = part.flatMap(({ asked, answers }, source) =>
      answers.map((answer) => ({
        source,
        q: part[source]!.q,
        // The question's last token predicts the first of the choice.
        row: { tokens: [asked.at(-1)!, ...answer], position: asked.length - 1, begin: 1 },
      })),
    );
    for (const some of parts(answers, model.batch ?? batch)) {
      const scored = some.map(({ row }) => row);
      const key = scoring(sized, Math.max(some.length, rows), longestOf(scored.map(({ tokens }) => tokens)));
      const states = await statesFor(sized, key, mark, some);
      const found = await scoreRows(sized, key, { rows: scored, states, signal });
      for (const [i, { q }] of some.entries()) yield { q, logLikelihood: sumFrom(found[i]!, 1) };
    }
  }
}

/** Reads all but the last token of each question. Rows that no question has, and questions of one token, read something short. */
async function readQuestions(
  model: Model,
  questions: readonly SpeltQuestion[],
  {
    rows,
    tokens,
    signal,
  }: { readonly rows: number; readonly tokens: number; readonly signal: AbortSignal | undefined },
): Promise<SessionMark> {
  using session = new Session(model, rows, { tokens });
  const texts = Array.from({ length: rows }, (_, row) => {
    const asked = questions[row]?.asked ?? questions[0]!.asked;
    return asked.slice(0, row < questions.length ? Math.max(1, asked.length - 1) : 1);
  });
  closeResults(await session.read(texts, { signal }));
  return await session.mark({ signal });
}

/** States of rows that go on where the questions of choices end. */
async function statesFor(
  model: Model,
  key: ProgramKey,
  { states: from }: SessionMark,
  choices: readonly { readonly source: number; readonly row: ScoredRow }[],
): Promise<Tensors> {
  const axes = await rowAxesOf(model, key.batch);
  let states = await noStates(model, key);
  try {
    for (const [row, { source, row: scored }] of choices.entries()) {
      // Nothing comes before a question of one token.
      if (scored.position > 0)
        states = await model.tensors.place({ tensors: states, row }, { tensors: from, row: source }, axes);
    }
    return states;
  } catch (error) {
    closeAll(states.values());
    throw error;
  }
}
