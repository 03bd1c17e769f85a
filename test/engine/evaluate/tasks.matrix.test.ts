import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EvalReport } from "../../../src/engine/index.js";
import { griffin, griffinJson } from "../../cli/griffin.js";
import { temporaryFolder } from "../../weights/files.js";

const DEMO = ["--model", "golden/demo-kjv"];

async function stored(name: string, content: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

const jsonLines = (lines: readonly unknown[]): string => lines.map((line) => JSON.stringify(line)).join("\n");

const report = async <T extends EvalReport["task"]>(task: T, data: string, ...flags: readonly string[]) =>
  (await griffinJson(["eval", ...DEMO, "--task", task, "--data", data, ...flags])) as Extract<
    EvalReport,
    { readonly task: T }
  >;

/** Scored with transformers 5.24.0 on the same checkpoint, in f32, with a token of end after each text; it is no reference beyond the window of 128. */
const TEXTS = [
  "In the beginning God created the heaven and the earth. And the earth was without form, and void; and darkness was upon t",
  "Blessed are the meek: for they shall inherit the earth.",
];
const TRANSFORMERS = { tokens: 177, logLikelihood: -150.24790477724014 - 67.70791235764985 };

test("log-likelihood and perplexity are those of transformers", async () => {
  const data = await stored("texts.jsonl", jsonLines(TEXTS.map((text) => ({ text }))));
  const { examples, tokens, logLikelihood, loss, perplexity } = await report("perplexity", data);
  expect({ examples, tokens }).toEqual({ examples: 2, tokens: TRANSFORMERS.tokens });
  expect(logLikelihood).toBeCloseTo(TRANSFORMERS.logLikelihood, 3);
  expect(loss).toBeCloseTo(-TRANSFORMERS.logLikelihood / TRANSFORMERS.tokens, 5);
  expect(perplexity).toBeCloseTo(Math.exp(loss), 9);
  const { stdout } = await griffin(["eval", ...DEMO, "--data", data]);
  expect(stdout.split("\n")).toEqual([
    "2 examples, 177 tokens",
    "loss 1.2314, perplexity 3.4260, log-likelihood -217.96",
  ]);
});

test("of several choices the likelihoods are those of transformers, and the likeliest is taken", async () => {
  const questions = [
    {
      prompt: "In the beginning God created the ",
      choices: ["heaven", "computer", "house"],
      answer: "heaven",
    },
    { prompt: "And the LORD said unto ", choices: ["Moses", "Xerxes"], answer: 0 },
  ];
  const data = await stored("questions.jsonl", jsonLines(questions));
  const { accuracy, accuracyByByte, answers } = await report("choice", data, "--batch", "3");
  expect({ accuracy, accuracyByByte }).toEqual({ accuracy: 0.5, accuracyByByte: 0.5 });
  const expected = [
    [-5.727769143760872, -21.509896960463813, -4.163810208647285],
    [-0.7069579763196525, -43.596320399897444],
  ];
  answers.forEach(({ logLikelihoods }, i) => {
    logLikelihoods.forEach((value, c) => {
      expect(value).toBeCloseTo(expected[i]![c]!, 3);
    });
  });
});

test("answers are what the model writes, up to a stop, found by patterns, compared as text", async () => {
  const questions = [
    { start: "In the beginning", answer: "the book says: children" },
    { start: "And God said", answer: "the book says: house" },
  ];
  const data = await stored("questions.jsonl", jsonLines(questions));
  const patterns = [
    "--extract",
    "no such (thing)",
    "--extract",
    "of the (\\w+)",
    "--extract",
    "(LORD)",
    "--expect",
    ": (\\w+)",
  ];
  const flags = ["--template", "{start}", "--max-new-tokens", "24", "--stop", " of Isra"];
  const { accuracy, answers } = await report("generate", data, ...flags, ...patterns);
  expect(accuracy).toBe(0.5);
  expect(answers.map(({ where: _, ...rest }) => rest)).toEqual([
    { text: " of the children", answer: "children", expected: "children", right: true },
    { text: ", The LORD hath spoken t", answer: "LORD", expected: "house", right: false },
  ]);
});
