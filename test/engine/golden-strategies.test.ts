import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkGoldenCase, type GoldenOptions } from "../../src/engine/index.js";
import { formatReport, GoldenError, openCase } from "../../src/golden/index.js";
import { useCpu } from "../dsl/cpu.js";

const cpu = useCpu();
const folder = fileURLToPath(new URL("../../golden/", import.meta.url));
const cases = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && !entry.name.startsWith("__") ? [entry.name] : [],
);

const check = async (name: string, options: GoldenOptions) =>
  checkGoldenCase(cpu.client, await openCase(`${folder}${name}`), options);

const strategies: readonly (readonly [string, Partial<GoldenOptions>])[] = [
  ["sequential by one", { scan: "sequential", scanUnroll: 1, attention: "dense" }],
  ["associative", { scan: "associative" }],
  ["blocked by 8", { scan: "blocked", scanBlock: 8 }],
  ["read in chunks of 7", { chunk: 7 }],
  ["as a TPU likes it, time strided by 8", { target: "tpu", strideTime: 8, chunk: 64 }],
  ["in chunks of 16 strided by 4, scanned associatively", { scan: "associative", strideTime: 4, chunk: 16 }],
];

describe.each(strategies)("%s, our numbers are the reference's", (_, options) => {
  it.each(cases)("%s in f32", async (name) => {
    const report = await check(name, { ...options, dtype: "f32" });
    expect(report.passed, formatReport(report).join("\n")).toBe(true);
  });

  it("bf16 in bf16", async () => {
    const report = await check("bf16", { ...options, dtype: "bf16" });
    expect(report.passed, formatReport(report).join("\n")).toBe(true);
  });
});

describe("a check of a case", () => {
  it("compares logits, every layer, generated tokens and their logits", async () => {
    const report = await check("odd-widths", { dtype: "f32" });
    expect(report.tensors.map(({ name }) => name)).toEqual([
      "logits",
      "layers.0.output",
      "layers.1.output",
      "layers.2.output",
      "layers.3.output",
      "generated_logits",
    ]);
    expect(report.tokens).toMatchObject({ count: 26, identical: 26, passed: true });
  });

  it("fails a model whose numbers are others", async () => {
    const golden = await openCase(`${folder}odd-widths`);
    const config = { ...golden.config, attentionWindowSize: golden.config.attentionWindowSize + 1 };
    const openWeights: typeof golden.openWeights = async (wanted) => ({
      ...(await golden.openWeights(wanted)),
      config,
    });
    const report = await checkGoldenCase(cpu.client, { ...golden, openWeights }, { dtype: "f32" });
    expect(report.passed).toBe(false);
    expect(report.tensors.find(({ name }) => name === "layers.0.output")!.passed).toBe(true);
    expect(report.tensors.find(({ name }) => name === "layers.1.output")!.passed).toBe(false);
  });

  it("in bf16 wants a case that has a bound for it", async () => {
    await expect(check("odd-widths", { dtype: "bf16" })).rejects.toThrow(GoldenError);
  });
});
