import { expect, test } from "vitest";
import { models } from "../../models/index.js";
import { openCase } from "../../src/golden/index.js";
import { loadTokenizer } from "../../src/tokens/index.js";
import { griffin, griffinJson } from "./griffin.js";

const model = "golden/demo-kjv";
const golden = await openCase(model, models);
const prompt = [...golden.tokens];
/** The reference's greedy continuation of the case's prompt. */
const reference = Array.from(golden.tensors.get("generated")!.data);
const tokenizer = await loadTokenizer(model, golden.model.generation.bosId);
const promptText = tokenizer.decode(prompt);

const generateJson = (...args: string[]) => griffinJson(["generate", "--model", model, ...args]);

/** A smaller model, without text. */
const hawk = (...args: string[]) =>
  griffin(["generate", "--model", "golden/hawk-sharded", "--max-new-tokens", "6", ...args]);

test("the prompt may come from standard input, and its pieces may be short", async () => {
  const args = ["generate", "--model", model, "--max-new-tokens", "40", "--chunk", "16", "-"];
  const { stdout } = await griffin(args, { input: `${promptText}\n` });
  expect(stdout).toBe(tokenizer.decode(reference.slice(0, 40)));
});

test("prompts of different length in one batch give what each gives alone", async () => {
  const both = await generateJson(
    "--prompt",
    "And God said",
    "--prompt",
    promptText,
    "--max-new-tokens",
    "24",
  );
  const alone = await generateJson("--prompt", "And God said", "--max-new-tokens", "24");
  expect(both).toMatchObject({
    rows: [
      (alone as { rows: readonly unknown[] }).rows[0],
      {
        prompt,
        tokens: reference.slice(0, 24),
        text: tokenizer.decode(reference.slice(0, 24)),
        finished: "length",
      },
    ],
    dtype: "f32",
    parameters: 1_291_392,
  });
});

test("the same seed gives the same tokens, another seed others", async () => {
  const sample = async (seed: string) =>
    (await hawk("--tokens", "2,3,4", "--temperature", "2", "--top-k", "40", "--seed", seed)).stdout;
  const [first, again, other] = [await sample("7"), await sample("7"), await sample("8")];
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});
