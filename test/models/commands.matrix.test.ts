import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { models } from "../../models/index.js";
import { configureCheckpoint } from "../../src/model/index.js";
import { readConfigFiles, writeSafetensors } from "../../src/weights/index.js";
import { sharedFolder } from "../artifact/exported.js";
import { griffin, griffinJson, root } from "../cli/griffin.js";

/** A small checkpoint of each model; all commands run on Griffin's own in test/cli/smoke.ts, too. */
const CASES = [
  "hawk-sharded",
  "llama-grouped",
  "gemma2-alternating",
  "mamba-narrow",
  "mamba2-groups",
  "mingru",
  "rwkv7-goose",
];
const TEXT = "In those days all went to be taxed.";
const shared = await sharedFolder();

/** A tokenizer of letters, of the ids that a configuration leaves. */
async function lettersOf(config: Readonly<Record<string, number>>): Promise<object> {
  const kjv = JSON.parse(await readFile(join(root, "golden/demo-kjv/tokenizer.json"), "utf8"));
  const special = [
    ["<pad>", config.pad_token_id],
    ["<bos>", config.bos_token_id],
    ["<eos>", config.eos_token_id],
  ] as const;
  const taken = new Set(special.map(([, id]) => id));
  const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.Ġ"];
  const free = Array.from({ length: config.vocab_size! }, (_, id) => id).filter((id) => !taken.has(id));
  const vocab = Object.fromEntries([...special, ...letters.map((letter, i) => [letter, free[i]!] as const)]);
  return {
    ...kjv,
    added_tokens: kjv.added_tokens.map((token: { content: string }) => ({
      ...token,
      id: vocab[token.content],
    })),
    post_processor: {
      ...kjv.post_processor,
      special_tokens: { "<bos>": { id: "<bos>", ids: [vocab["<bos>"]], tokens: ["<bos>"] } },
    },
    model: { ...kjv.model, vocab, merges: [] },
  };
}

/** Runs a command, which has to end well; what it printed. */
async function done(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await griffin(args);
  expect({ args, exitCode, stderr }).toMatchObject({
    exitCode: 0,
    stderr: expect.not.stringMatching(/error/),
  });
  return stdout;
}

/** Zeros for every argument of @main, as a file. */
async function zerosFor(text: string, path: string): Promise<void> {
  const signature = /@main\((.*?)\) ->/s.exec(text)![1]!;
  const types = [...signature.matchAll(/tensor<((?:\d+x)*)([a-z]\w*)>/g)];
  const tensors = types.map(([, sizes, dtype], i) => {
    const shape = sizes!.split("x").slice(0, -1).map(Number);
    const data = new Uint8Array(4 * shape.reduce((count, size) => count * size, 1));
    return [String(i), { dtype: dtype as "f32" | "i32", shape, data }] as const;
  });
  await writeSafetensors(path, Object.fromEntries(tensors), {});
}

test("every model is here", async () => {
  const all = await Promise.all(
    CASES.map(async (name) => configureCheckpoint(await readConfigFiles(`golden/${name}`), models)),
  );
  expect(all.map(({ name }) => name).sort()).toEqual(models.map(({ name }) => name).sort());
});

describe.each(CASES)("%s: every command", (name) => {
  const folder = join(shared, name);
  const model = join(folder, "model");
  const data = join(folder, "text.txt");
  const prompts = ["--prompt", "In", "--prompt", "those days", "--max-new-tokens", "3"];

  test("lower, run, graph and cost its program; convert and inspect its weights", async () => {
    await cp(join(root, "golden", name), model, { recursive: true });
    const config = JSON.parse(await readFile(join(model, "config.json"), "utf8"));
    await writeFile(join(model, "tokenizer.json"), JSON.stringify(await lettersOf(config)));
    await writeFile(data, TEXT);

    const [text, zeros] = [join(folder, "model.mlir"), join(folder, "zeros.safetensors")];
    await done("lower", "--model", model, "--batch", "2", "--time", "3", "-o", text);
    await zerosFor(await readFile(text, "utf8"), zeros);
    expect(await done("run", text, "--input", zeros, "--in-process")).toMatch(
      new RegExp(`tensor<2x(?:3x)?${config.vocab_size}xf32>`),
    );
    expect(await done("graph", text)).toContain('"stablehlo.dot_general"');
    expect(await done("cost", text, "--target", "cpu")).toMatch(/^\S+ for cpu: \d+ instructions/);
    await done("convert", model, join(folder, "model.pt"));
    expect(await done("inspect", join(folder, "model.pt"))).toMatch(/: PyTorch \(torch\.save\), \d+ tensors/);
  });

  test("generate a batch, and the same from the artifact that is exported of it", async () => {
    const artifact = join(folder, "artifact");
    const fromModel = await griffinJson(["generate", "--model", model, ...prompts, "--chunk", "8"]);
    const made = ["--batch", "2", "--chunk", "8", "--with-weights"];
    await done("export", "--model", model, "-o", artifact, ...made);
    expect(await griffinJson(["inspect", "--verify", artifact])).toMatchObject({ problems: [] });
    const fromArtifact = await griffinJson(["generate", "--artifact", artifact, ...prompts]);
    const rows = (summary: unknown) => (summary as { readonly rows: readonly object[] }).rows;
    expect(rows(fromArtifact)).toEqual(rows(fromModel));
    expect(rows(fromModel)).toHaveLength(2);
  });

  test("train adapters, interrupted and gone on with; what was learnt is better at the text", async () => {
    const lossOf = async (of: string) =>
      ((await griffinJson(["eval", "--model", of, "--data", data, "--batch", "1"])) as { loss: number }).loss;
    const lora = join(folder, "lora");
    const flags = [
      ...["--model", model, "--data", data, "--length", "40"],
      ...["--batch", "1", "--learning-rate", "0.01"],
    ];
    const before = await lossOf(model);
    await done("train", ...flags, "--steps", "1", "--lora-rank", "2", "--out", lora);
    expect(await done("train", "--resume", lora, "--steps", "2")).toMatch(/done: 2 steps/);
    expect(await lossOf(lora)).toBeLessThan(before);
  }, 180_000);
});
