import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { models } from "../../models/index.js";
import { checkGoldenCase } from "../../src/engine/index.js";
import { formatReport, openCase } from "../../src/golden/index.js";
import { useCpu } from "../dsl/cpu.js";
import { compiledInThisRun } from "../engine/tiny.js";

const cpu = useCpu();

/** Those of other shapes are of the tier `golden`. Prompts of different lengths, the shorter one padded in front, read in chunks of 7, and single tokens after them. */
it.each([
  ["llama-grouped", "grouped queries, a head of its own"],
  ["gemma2-alternating", "a window and everything in turn, capped scores and logits"],
])("%s (%s): our numbers are those of transformers", async (name) => {
  const golden = await openCase(fileURLToPath(new URL(`../../golden/${name}`, import.meta.url)), models);
  const report = await checkGoldenCase(cpu.client, golden, {
    dtype: "f32",
    chunk: 7,
    cache: compiledInThisRun,
  });
  expect(report.passed, formatReport(report).join("\n")).toBe(true);
  expect(report.tokens).toMatchObject({ count: 14, identical: 14 });
});
