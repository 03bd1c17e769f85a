/** @file How texts are read into states: prompts from nothing, in chunks that are padded in front, and what follows in whole pieces. */
import { longestOf } from "../support/longest.js";
import { checkPrompt, checkTexts } from "../tokens/index.js";
import { type BatchStates, PADDING } from "./batch-states.js";
import { checkCapacity } from "./capacity.js";
import { followingLengths, planPieces } from "./chunks.js";
import { decodingProgram, readingPrograms } from "./generation-programs.js";
import { closeResults, type StepResults } from "./step-results.js";

/** Texts of token ids, one a row. */
type Texts = readonly (readonly number[])[];

/** How they are read. */
export interface ReadingOptions {
  /** Longest chunk in tokens. */
  readonly chunk: number;
  /** Called between runs. @throws when nobody waits for the results any more */
  readonly checkAwaited: () => void;
}

/** Reads prompts from nothing. @throws UsageError for an empty prompt, tokens outside of the vocabulary, another number of prompts than rows, more tokens than the states hold */
export async function readPrompts(
  states: BatchStates,
  prompts: Texts,
  { chunk, checkAwaited }: ReadingOptions,
): Promise<StepResults> {
  const { batch, model } = states;
  checkTexts("prefill", prompts);
  states.checkRows("prompts", prompts.length);
  for (const prompt of prompts) checkPrompt(prompt, model.generation.vocabSize);
  checkCapacity(
    model.generation,
    prompts.map((prompt) => prompt.length),
  );
  const longest = longestOf(prompts);
  await states.reserve(longest);
  const plan = readingPrograms(model.generation, { batch, chunk }, longest);
  const total = plan.reduce((sum, { time }) => sum + time, 0);
  let results: StepResults | undefined;
  let start = 0;
  try {
    for (const key of plan) {
      checkAwaited();
      const { time } = key;
      const { tokens, positions } = chunkOf(states, prompts, { total, start, time });
      using uploaded = await states.upload(tokens, time);
      if (results !== undefined) closeResults(results);
      results = await states.run(key, uploaded, positions);
      start += time;
    }
  } catch (error) {
    // Half of a prompt is nothing to go on from; the prompts may be read again.
    if (results !== undefined) closeResults(results);
    states.drop();
    throw error;
  }
  states.lengths = prompts.map((prompt) => prompt.length);
  return results!;
}

/** Tokens and positions [batch, time] of padding. */
function padding({ batch, model }: BatchStates, time: number) {
  return {
    tokens: new Int32Array(batch * time).fill(model.generation.padId),
    positions: new Int32Array(batch * time).fill(PADDING),
  };
}

/** `time` columns from `start`, of prompts padded in front to `total` tokens. */
function chunkOf(
  states: BatchStates,
  prompts: Texts,
  { total, start, time }: { readonly total: number; readonly start: number; readonly time: number },
) {
  const { tokens, positions } = padding(states, time);
  prompts.forEach((prompt, row) => {
    const padded = total - prompt.length;
    for (let t = Math.max(0, padded - start); t < time; t++) {
      tokens[row * time + t] = prompt[start + t - padded]!;
      positions[row * time + t] = start + t - padded;
    }
  });
  return { tokens, positions };
}

/**
 * Reads more of each row's text. Whole pieces only: padding is for the front of a text. Rows that a piece is not for are put back to where
 * they were. @throws UsageError as `readPrompts`
 */
export async function readFollowing(
  states: BatchStates,
  texts: Texts,
  { chunk, checkAwaited }: ReadingOptions,
): Promise<StepResults> {
  const { batch, model } = states;
  checkTexts("append", texts);
  states.checkRows("texts", texts.length);
  // A row may be given nothing, but not all of them. Flattened, holes of lists would be lost, and read as tokens.
  const isNothing = (text: readonly number[]) => Array.isArray(text) && text.length === 0;
  if (texts.every(isNothing)) checkPrompt([], model.generation.vocabSize);
  for (const text of texts) if (!isNothing(text)) checkPrompt(text, model.generation.vocabSize);
  await states.makeRoom(texts.map((text) => text.length));
  const { extend } = model.generation.programs;
  const lengths = followingLengths(chunk).filter(
    (time) => time === 1 || model.has({ kind: extend, batch, time }),
  );
  const pieces = planPieces(
    texts.map((text) => text.length),
    lengths,
  );
  const read = texts.map(() => 0);
  let results: StepResults | undefined;
  try {
    for (const { time, rows } of pieces) {
      checkAwaited();
      const decode = decodingProgram(model.generation, batch);
      const key = time === 1 ? decode : { kind: extend, batch, time };
      const { tokens, positions } = pieceOf(states, texts, { rows, read, time });
      using uploaded = await states.upload(tokens, time);
      results = await states.runRows(key, uploaded, positions, rows, results);
      for (const row of rows) read[row]! += time;
      states.lengths = states.lengths.map((length, row) => (rows.includes(row) ? length + time : length));
    }
    return results!;
  } catch (error) {
    if (results !== undefined) {
      closeResults(results);
      // Part of a text is nothing to go on from.
      states.drop();
    }
    throw error;
  }
}

/** What comes next in some rows; the others are padding. */
function pieceOf(
  states: BatchStates,
  texts: Texts,
  {
    rows,
    read,
    time,
  }: { readonly rows: readonly number[]; readonly read: readonly number[]; readonly time: number },
) {
  const { tokens, positions } = padding(states, time);
  for (const row of rows) {
    tokens.set(texts[row]!.slice(read[row]!, read[row]! + time), row * time);
    for (let t = 0; t < time; t++) positions[row * time + t] = states.lengths[row]! + t;
  }
  return { tokens, positions };
}
