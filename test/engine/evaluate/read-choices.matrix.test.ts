import { join } from "node:path";
import { expect, test } from "vitest";
import { models } from "../../../models/index.js";
import { canReadOnce, readOnce, readWhole } from "../../../src/engine/evaluate/read-choices.js";
import { checkpointSource } from "../../../src/engine/index.js";
import { root } from "../../cli/griffin.js";
import { useCpu } from "../../dsl/cpu.js";

const cpu = useCpu();

const LONG =
  "In the beginning God created the heaven and the earth. And the earth was without form, and void. ";

/** Of other lengths, longer than the window of 128 and the longest chunk, and one of no token but the first. */
const QUESTIONS = [
  { prompt: LONG, choices: ["And God said", "And the LORD", "Amen"] },
  {
    prompt: `${LONG}${LONG}${LONG}${LONG}`,
    choices: ["And God said", "7", "Amen. And it came to pass", "x"],
  },
  { prompt: "", choices: ["And", "The"] },
  { prompt: "And the LORD said unto ", choices: ["Moses", "Xerxes"] },
  { prompt: LONG.slice(0, 20), choices: ["a", "the beginning"] },
].map((question, i) => ({ ...question, where: `q.jsonl:${i + 1}`, right: 0 }));

/** Likelihoods are sums of up to 24 terms in f32, which chunks divide elsewhere. */
const DIGITS = 4;

test.each([1, 3, 8])(
  "choices after one reading of their questions are as likely as each read whole, %d side by side",
  async (batch) => {
    await using source = await checkpointSource(join(root, "golden/demo-kjv"), models);
    const tokenizer = await source.tokenizer();
    const { model: loaded } = await source.load(cpu.client);
    using model = loaded;
    expect(await canReadOnce(model)).toBe(true);
    const likelihoodsOf = async (read: typeof readOnce) => {
      const found = QUESTIONS.map((): number[] => []);
      for await (const { q, logLikelihood } of read(model, QUESTIONS, { tokenizer, batch }))
        found[q]!.push(logLikelihood);
      return found;
    };
    const whole = await likelihoodsOf(readWhole);
    const once = await likelihoodsOf(readOnce);
    expect(once.map(({ length }) => length)).toEqual(QUESTIONS.map(({ choices }) => choices.length));
    once.forEach((choices, q) => {
      choices.forEach((value, c) => {
        expect(value, `choice ${c} of question ${q}`).toBeCloseTo(whole[q]![c]!, DIGITS);
      });
    });
  },
);
