import { cp, mkdir, rename, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { load, type LoadedModel } from "../../src/index.js";
import { demoArtifact } from "../artifact/demo-artifact.js";
import { demo, sharedFolder } from "../artifact/exported.js";
import { errorText, temporaryFolder } from "../weights/files.js";
import { llama } from "../models/second/llama-definition.js";
import { storeLlama } from "../models/second/stored.js";

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
  it("gives the same text from a checkpoint and its artifact", async () => {
    await using checkpoint = await load(demo, { plugin: "cpu" });
    const text = await textOf(checkpoint);
    expect(text.length).toBeGreaterThan(4);
    expect(checkpoint.notes).toEqual([]);
    await using model = await load(await demoArtifact());
    expect(await textOf(model)).toBe(text);
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

  it("ends at a stop string also what goes on from token ids", async () => {
    await using model = await load(demo, { plugin: "cpu" });
    const continued = async (stop: string) => {
      let text = "";
      let finished: string | undefined;
      for await (const part of model.generate([1, 7], { maxNewTokens: 8, eosIds: [], stop: [stop] })) {
        text += part.text;
        ({ finished } = part);
      }
      return { text, finished };
    };
    const { text, finished } = await continued("a text that does not come");
    expect([text.length > 2, finished]).toEqual([true, "length"]);
    const stop = text.slice(1, 3);
    expect(await continued(stop)).toEqual({ text: text.slice(0, text.indexOf(stop)), finished: "stop" });
  });

  it("refuses what is not there, and what an artifact cannot be asked for", async () => {
    expect(await errorText(() => load("/nowhere"))).toBe(
      [
        "usage error: /nowhere does not exist",
        "  expected: a folder of a checkpoint, or an artifact (a folder or a .zip)",
      ].join("\n"),
    );
    const artifact = await demoArtifact();
    expect(await errorText(() => load(artifact, { dtype: "bf16" }))).toBe(
      [
        "usage error: dtype does not go with an artifact",
        `  at:       ${artifact}`,
        "  hint:     its programs are as they were exported; an export takes this option",
      ].join("\n"),
    );
    for (const option of [{ scanUnroll: 2 }, { strideTime: 1 }, { fuseGates: false }, { prepare: true }])
      expect(await errorText(() => load(artifact, option))).toContain(
        `${Object.keys(option)[0]} does not go with an artifact`,
      );
  });

  it("does not open a checkpoint as if it were what only an artifact can be: signed, or bounded in memory", async () => {
    const path = join(folder, "key.pem");
    for (const option of [
      { publicKey: path },
      { weights: demo },
      { trustExecutables: false },
      { memoryLimit: 1 },
    ])
      expect(await errorText(() => load(demo, option))).toBe(
        [
          `usage error: ${Object.keys(option)[0]} goes with an artifact`,
          `  at:       ${demo}`,
          "  hint:     a model folder has weights of its own, and no signature, executables or plan of memory",
        ].join("\n"),
      );
  });

  it("is given up by a signal", async () => {
    await expect(load(demo, { signal: AbortSignal.abort() })).rejects.toThrow(/^aborted: /);
  });

  it("finds an artifact that a killed export had set aside", async () => {
    const place = await temporaryFolder();
    const artifact = join(place, "kjv");
    await cp(await demoArtifact(), artifact, { recursive: true });
    const abandoned = join(place, ".griffin-partial-0123456789abcdef-1-1-0123456789abcdef");
    await mkdir(join(abandoned, "replaced"), { recursive: true });
    await rename(artifact, join(abandoned, "replaced", "kjv"));
    await utimes(abandoned, 0, 0);
    await using model = await load(artifact);
    expect(model.notes).toEqual([]);
  });
});
