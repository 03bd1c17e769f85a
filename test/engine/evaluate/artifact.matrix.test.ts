import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EvalReport } from "../../../src/engine/index.js";
import { demoArtifact } from "../../artifact/demo-artifact.js";
import { griffin, griffinJson } from "../../cli/griffin.js";
import { temporaryFolder } from "../../weights/files.js";

const VERSE =
  "In the beginning God created the heaven and the earth. And the earth was without form, and void. ";

const DATA = {
  perplexity: [{ text: VERSE }, { text: "Jesus wept." }, { text: "Amen." }],
  choice: Array.from({ length: 12 }, (_, i) => ({
    prompt: VERSE.repeat(i % 3 === 0 ? 3 : 2),
    choices: ["And God said", "Amen", `${i}`],
    answer: 0,
  })),
  generate: [
    { prompt: "In the beginning", answer: "x" },
    { prompt: "And God said", answer: "y" },
    { prompt: "Amen", answer: "z" },
  ],
} as const;

async function dataOf(task: keyof typeof DATA): Promise<string> {
  const path = join(await temporaryFolder(), `${task}.jsonl`);
  await writeFile(path, DATA[task].map((line) => JSON.stringify(line)).join("\n"));
  return path;
}

/** Numbers rounded, as artifacts read in other chunks. */
const rounded = (report: EvalReport): unknown =>
  JSON.parse(JSON.stringify(report), (_, value: unknown) =>
    typeof value === "number" ? Number(value.toFixed(3)) : value,
  );

test.each(["perplexity", "choice", "generate"] as const)(
  "an artifact for two side by side is evaluated as its model is: %s",
  async (task) => {
    const artifact = await demoArtifact({ score: true, batch: 2 });
    const more = task === "generate" ? ["--max-new-tokens", "8"] : [];
    const flags = ["--task", task, "--data", await dataOf(task), ...more];
    const reportOf = async (...source: readonly string[]) =>
      (await griffinJson(["eval", ...source, ...flags])) as EvalReport;
    const own = await reportOf("--model", "golden/demo-kjv", "--batch", "2");
    expect(rounded(await reportOf("--artifact", artifact))).toEqual(rounded(own));
  },
  180_000,
);

test("an artifact that has no program to score with, or none for the batch, says so", async () => {
  const flags = ["--task", "perplexity", "--data", await dataOf("perplexity")];
  const without = await demoArtifact();
  const { exitCode, stderr } = await griffin(["eval", "--artifact", without, ...flags]);
  expect({ exitCode, lines: stderr.split("\n").slice(-3) }).toEqual({
    exitCode: 2,
    lines: [
      "usage error: texts cannot be scored by this model",
      "  expected: a program that gives the logits of all positions and goes on (generation.programs.score)",
      "  got:      none; an artifact has it when it was exported with --score",
    ],
  });
  const two = await demoArtifact({ score: true, batch: 2 });
  const { stderr: batch } = await griffin(["eval", "--artifact", two, ...flags, "--batch", "3"]);
  expect(batch).toContain("usage error: the artifact has no program score 3x16\n  expected: batch 2: ");
});
