/** @file Questions read once for all their choices, against each choice read after its question. */
import { readOnce, readWhole } from "../../src/engine/evaluate/read-choices.js";
import type { Model } from "../../src/engine/index.js";
import { somePrompt } from "../griffin88m.js";
import { timed } from "../timed.js";

/** Token ids as text. */
const tokenizer = { encode: (text: string): number[] => text.split(" ").map(Number) };

/** CPU ms of a question with its choices, read once and read for each choice, and the largest difference of their likelihoods. */
export async function questionsOnceAndWhole(
  model: Model,
  {
    batch,
    questions: count,
    choices,
    tokens,
    answer,
  }: {
    readonly batch: number;
    readonly questions: number;
    readonly choices: number;
    /** Of a question, and of a choice. */
    readonly tokens: number;
    readonly answer: number;
  },
): Promise<{ readonly once: number; readonly whole: number; readonly difference: number }> {
  const questions = Array.from({ length: count }, (_, q) => ({
    where: String(q),
    prompt: somePrompt(tokens + q).join(" "),
    choices: Array.from({ length: choices }, (_, c) =>
      [0, ...somePrompt(answer).map((token) => token + c + 1)].join(" "),
    ),
    right: 0,
  }));
  const measure = async (read: typeof readOnce) => {
    const likelihoods: number[] = [];
    const run = async () => {
      likelihoods.length = 0;
      for await (const { logLikelihood } of read(model, questions, { tokenizer, batch }))
        likelihoods.push(logLikelihood);
    };
    // The first compiles.
    await run();
    const [, , cores] = await timed(run);
    return { cpuMs: cores / count, likelihoods };
  };
  const [once, whole] = [await measure(readOnce), await measure(readWhole)];
  const difference = Math.max(...once.likelihoods.map((value, i) => Math.abs(value - whole.likelihoods[i]!)));
  return { once: once.cpuMs, whole: whole.cpuMs, difference };
}
