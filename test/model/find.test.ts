import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { models } from "../../models/index.js";
import { configureCheckpoint } from "../../src/model/index.js";
import { readConfigFiles } from "../../src/weights/index.js";
import { errorText } from "../weights/files.js";

const GOLDEN = join(import.meta.dirname, "../../golden");
const folder = mkdtempSync(join(tmpdir(), "find-"));
afterAll(() => rm(folder, { recursive: true }));

/** A golden case's checkpoint whose config.json has these keys more, and no model_type. */
async function untyped(name: string, keys: object = {}): Promise<string> {
  const to = join(folder, name);
  await mkdir(to, { recursive: true });
  const { model_type: _, ...config } = JSON.parse(
    await readFile(join(GOLDEN, name, "config.json"), "utf8"),
  ) as Record<string, unknown>;
  await writeFile(join(to, "config.json"), JSON.stringify({ ...config, ...keys }));
  await cp(join(GOLDEN, name, "model.safetensors"), join(to, "model.safetensors"));
  return to;
}

const configured = async (path: string) => configureCheckpoint(await readConfigFiles(path), models);

describe("config.json without model_type", () => {
  test.each(["qwen2-biases", "gemma2-alternating", "mamba-narrow", "mamba2-groups", "mingru", "rwkv7-goose"])(
    "%s: the only model that all tensors fit",
    async (name) => {
      const expected = await configured(join(GOLDEN, name));
      const { name: model, config } = await configured(await untyped(name));
      expect([model, config]).toEqual([expected.name, expected.config]);
    },
  );

  test("is refused where several fit, and differ", async () => {
    const path = await untyped("llama-grouped");
    const text = await errorText(() => configured(path));
    expect(text.replace(folder, "")).toMatchInlineSnapshot(`
      "checkpoint error: model_type: missing
        expected: recurrent_gemma, llama, mistral, qwen2, gemma2, mamba, mamba2, mingru, rwkv7, rwkv7_fla
        at:       /llama-grouped/config.json
        hint:     the tensors fit llama, mistral: say which"
    `);
    // A Mistral without a window is a Llama.
    const same = await untyped("llama-grouped", { sliding_window: null });
    expect((await configured(same)).name).toBe("llama");
  });

  test("is refused where none fits, or there are no weights", async () => {
    const path = await untyped("mamba-narrow", { num_hidden_layers: 3 });
    const text = await errorText(() => configured(path));
    expect(text.replace(folder, "")).toMatchInlineSnapshot(`
      "checkpoint error: model_type: missing
        expected: recurrent_gemma, llama, mistral, qwen2, gemma2, mamba, mamba2, mingru, rwkv7, rwkv7_fla
        at:       /mamba-narrow/config.json"
    `);
    await rm(join(path, "model.safetensors"));
    expect((await errorText(() => configured(path))).replace(folder, "")).toBe(text.replace(folder, ""));
  });
});
