/** @file Many prompts through a batch whose rows are filled again as texts end, against one batch after the other, each until its longest text has ended. */
import { generate, type ProgramSet } from "../../src/serving/index.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { somePrompt } from "../griffin88m.js";
import { timed } from "../timed.js";

/** Tokens of a text, and what they took a token. */
interface Pace {
  readonly tokens: number;
  readonly cpuMs: number;
  readonly perSecond: number;
}

/** Draws all tokens alike: weights by formula prefer some, and no text would end. */
const TEMPERATURE = 1000;
const SHORTEST_PROMPT = 8;
const LONGEST_PROMPT = 64;

/**
 * The same texts both ways: `count` prompts of drawn lengths, after which each token ends the text with a probability of 1 / `mean`.
 * @returns with refilled rows, and without
 */
export async function refilledAndNot(
  model: ProgramSet,
  { batch, count, mean }: { readonly batch: number; readonly count: number; readonly mean: number },
): Promise<readonly [refilled: Pace, waiting: Pace]> {
  const { vocabSize } = model.generation;
  const lengths = randomNumbers(1, count, SHORTEST_PROMPT, LONGEST_PROMPT).map(Math.floor);
  const prompts = lengths.map((length, i) => somePrompt(length).map((token) => (token + i) % vocabSize));
  const eosIds = Array.from({ length: Math.round(vocabSize / mean) }, (_, i) => Math.floor(i * mean));
  const options = { batch, eosIds, temperature: TEMPERATURE, maxNewTokens: 4 * mean, tokensPerCall: 1 };
  const made = async (from: number, to: number): Promise<number> => {
    let tokens = 0;
    for await (const _ of generate(model, prompts.slice(from, to), { ...options, seed: from })) tokens += 1;
    return tokens;
  };
  const refilled = () => made(0, count);
  const waiting = async () => {
    let tokens = 0;
    for (let from = 0; from < count; from += batch) tokens += await made(from, from + batch);
    return tokens;
  };
  // Compiles what both run.
  await made(0, batch + 1);
  const both: Pace[] = [];
  for (const run of [refilled, waiting]) {
    const [tokens, clock, cores] = await timed(run);
    both.push({ tokens, cpuMs: cores / tokens, perSecond: (1000 * tokens) / clock });
  }
  const [first, second] = both as [Pace, Pace];
  if (first.tokens !== second.tokens)
    throw new Error(`other texts: ${first.tokens} tokens with refilled rows, ${second.tokens} without`);
  return [first, second];
}
