/** All ways of lowering on all cases are the tier `golden` (tools/golden). */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { griffin, griffinConfigSchema, models } from "../../models/index.js";
import { checkGoldenCase, type GoldenOptions, goldenPrograms } from "../../src/engine/index.js";
import { GoldenError, openCase } from "../../src/golden/index.js";
import { useCpu } from "../dsl/cpu.js";
import { RecordingCache, textsOf } from "../golden/recording-cache.js";
import { compiledInThisRun } from "./tiny.js";

const cpu = useCpu();
const folder = fileURLToPath(new URL("../../golden/", import.meta.url));

const check = async (name: string, options: GoldenOptions) =>
  checkGoldenCase(cpu.client, await openCase(`${folder}${name}`, models), {
    cache: compiledInThisRun,
    ...options,
  });

describe("a check of a case", () => {
  it("compares logits, every layer, and of a prompt read in chunks the generated tokens and their logits", async () => {
    const report = await check("padded-small-window", { dtype: "f32", chunk: 7 });
    expect(report.tensors.map(({ name }) => name)).toEqual([
      "logits",
      "layers.0.output",
      "layers.1.output",
      "layers.2.output",
      "generated_logits",
    ]);
    expect(report.tokens).toMatchObject({ count: 30, identical: 30, passed: true });
  });

  it("compiles the programs that goldenPrograms says, and no others", async () => {
    const golden = await openCase(`${folder}odd-widths`, models);
    const options = { dtype: "f32", chunk: 7 } as const;
    const cache = new RecordingCache();
    await checkGoldenCase(cpu.client, golden, { ...options, cache });
    expect([...cache.texts].sort()).toEqual(textsOf(goldenPrograms("cpu", golden, options)));
  });

  it("runs the programs that it is handed, lowered before", async () => {
    const golden = await openCase(`${folder}odd-widths`, models);
    const lowered = goldenPrograms("cpu", golden, { dtype: "f32", scan: "associative" });
    const cache = new RecordingCache();
    const report = await checkGoldenCase(cpu.client, golden, { dtype: "f32", cache }, lowered);
    expect(report.passed).toBe(true);
    expect([...cache.texts].sort()).toEqual(textsOf(lowered));
    expect(textsOf(lowered)).not.toEqual(textsOf(goldenPrograms("cpu", golden, { dtype: "f32" })));
  });

  it("fails a model whose numbers are others", async () => {
    const golden = await openCase(`${folder}packed-small-window`, models);
    const config = griffinConfigSchema.parse(golden.model.config);
    const model = griffin.configure({ ...config, attentionWindowSize: config.attentionWindowSize + 1 });
    const report = await checkGoldenCase(
      cpu.client,
      { ...golden, model },
      { dtype: "f32", cache: compiledInThisRun },
    );
    expect(report.passed).toBe(false);
    expect(report.tensors.find(({ name }) => name === "layers.0.output")!.passed).toBe(true);
    expect(report.tensors.find(({ name }) => name === "layers.1.output")!.passed).toBe(false);
  });

  it("in bf16 wants a case that has a bound for it", async () => {
    await expect(check("packed-small-window", { dtype: "bf16" })).rejects.toThrow(
      new GoldenError("the case has no tolerance for bf16", `${folder}packed-small-window`),
    );
  });
});
