import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exportModel, load, type LoadedModel } from "../../src/index.js";
import { demo, sharedFolder } from "../artifact/exported.js";
import { errorText } from "../weights/files.js";
import { models } from "../../models/index.js";
import { llama } from "../models/second/llama-definition.js";
import { storeLlama } from "../models/second/stored.js";

process.env.XLA_FLAGS = "--xla_backend_optimization_level=0";

const folder = await sharedFolder();

async function textOf(model: LoadedModel): Promise<string> {
  const texts: string[] = [];
  for await (const { text } of model.generate("In the beginning", { maxNewTokens: 8 })) texts.push(text);
  return texts.join("");
}

async function tokensOf(model: LoadedModel, prompts: readonly number[] | readonly (readonly number[])[]) {
  const rows: number[][] = [];
  for await (const { row, token } of model.generate(prompts, { maxNewTokens: 4, eosIds: [] })) {
    rows[row] ??= [];
    rows[row].push(token);
  }
  return rows;
}

describe("load", () => {
  it("gives the same text from a checkpoint, its artifact, and an archive of that", async () => {
    const [artifact, archive] = [join(folder, "kjv"), join(folder, "kjv.zip")];
    await exportModel({ folder: demo, models }, artifact, { chunk: 16 });
    await exportModel({ folder: demo, models }, archive, { chunk: 16, zip: true, withWeights: true });
    await using checkpoint = await load(demo, { plugin: "cpu" });
    const text = await textOf(checkpoint);
    expect(text.length).toBeGreaterThan(4);
    expect(checkpoint.notes).toEqual([]);
    for (const path of [artifact, archive]) {
      await using model = await load(path);
      expect(await textOf(model)).toBe(text);
    }
  });

  it("takes one list of token ids or several, and models that it is handed", async () => {
    const stored = join(folder, "llama");
    await storeLlama(stored);
    await using model = await load(stored, { models: [llama] });
    const [first, second] = [
      [1, 7, 33],
      [1, 30],
    ];
    const [alone] = await tokensOf(model, first!);
    const both = await tokensOf(model, [first!, second!]);
    expect(alone).toHaveLength(4);
    expect(both).toHaveLength(2);
    expect(both[0]).toEqual(alone);
    await model.close();
    await model.close();
  });

  it("refuses what is not there, and what an artifact cannot be asked for", async () => {
    expect(await errorText(() => load("/nowhere"))).toBe(
      [
        "usage error: /nowhere does not exist",
        "  expected: a folder of a checkpoint, or an artifact (a folder or a .zip)",
      ].join("\n"),
    );
    const artifact = join(folder, "for errors");
    await exportModel({ folder: demo, models }, artifact, { chunk: 16 });
    expect(await errorText(() => load(artifact, { dtype: "bf16" }))).toBe(
      [
        "usage error: dtype cannot be chosen for an artifact",
        `  at:       ${artifact}`,
        "  hint:     its programs are as they were exported; exportModel takes this option",
      ].join("\n"),
    );
  });
});
