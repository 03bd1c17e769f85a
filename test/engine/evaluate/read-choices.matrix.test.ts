import { join } from "node:path";
import { expect, test } from "vitest";
import { llama, models } from "../../../models/index.js";
import { llamaPresets } from "../../../models/llama/presets.js";
import { canReadOnce, readOnce, readWhole } from "../../../src/engine/evaluate/read-choices.js";
import { checkpointSource, Model } from "../../../src/engine/index.js";
import { formulaCheckpoint } from "../../../src/weights/index.js";
import { root } from "../../cli/griffin.js";
import { useCpu } from "../../dsl/cpu.js";
import { compiledInThisRun } from "../tiny.js";

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

type Read = typeof readOnce;

/** The likelihood of each choice of each question. */
async function likelihoodsOf(
  read: Read,
  model: Parameters<Read>[0],
  reading: Parameters<Read>[2],
  questions = QUESTIONS,
): Promise<readonly (readonly number[])[]> {
  const found = questions.map((): number[] => []);
  for await (const { q, logLikelihood } of read(model, questions, reading)) found[q]!.push(logLikelihood);
  return found;
}

function expectAlike(once: readonly (readonly number[])[], whole: readonly (readonly number[])[]): void {
  expect(once.map(({ length }) => length)).toEqual(whole.map(({ length }) => length));
  once.forEach((choices, q) => {
    choices.forEach((value, c) => {
      expect(value, `choice ${c} of question ${q}`).toBeCloseTo(whole[q]![c]!, DIGITS);
    });
  });
}

test.each([1, 3, 8])(
  "choices after one reading of their questions are as likely as each read whole, %d side by side",
  async (batch) => {
    await using source = await checkpointSource(join(root, "golden/demo-kjv"), models);
    const tokenizer = await source.tokenizer();
    const { model: loaded } = await source.load(cpu.client);
    using model = loaded;
    expect(await canReadOnce(model)).toBe(true);
    const whole = await likelihoodsOf(readWhole, model, { tokenizer, batch });
    expect(whole.map(({ length }) => length)).toEqual(QUESTIONS.map(({ choices }) => choices.length));
    expectAlike(await likelihoodsOf(readOnce, model, { tokenizer, batch }), whole);
  },
);

test("so they are where caches grow, whatever size the questions need", async () => {
  await using source = await checkpointSource(join(root, "golden/demo-kjv"), models);
  const tokenizer = await source.tokenizer();
  const definition = llama.configure({
    ...llamaPresets["tiny-llama"],
    windows: [null],
    contextSize: 1024,
    vocabSize: source.vocabSize,
    dtype: "f32",
  });
  await using checkpoint = formulaCheckpoint(definition, 5);
  using model = await Model.load(cpu.client, definition, checkpoint, { cache: compiledInThisRun });
  const questions = [
    ...QUESTIONS,
    { prompt: LONG.repeat(8), choices: ["And God said", "7"], where: "q.jsonl:6", right: 0 },
  ];
  const reading = { tokenizer, batch: 2 };
  expectAlike(
    await likelihoodsOf(readOnce, model, reading, questions),
    await likelihoodsOf(readWhole, model, reading, questions),
  );
}, 180_000);
