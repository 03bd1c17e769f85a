import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { models } from "../../models/index.js";
import { exportModel } from "../../src/engine/index.js";
import { handmadeArchive } from "../artifact/archives.js";
import { demo } from "../artifact/exported.js";
import { temporaryFolder } from "../cli/griffin.js";
import { exported, hashes, hawk } from "./exported-files.js";

/** Programs that draw tokens, by name. */
const samplers = [
  "",
  "_adjusted",
  "_adjusted_logprobs",
  "_cut",
  "_cut_adjusted",
  "_cut_adjusted_logprobs",
].map((parts) => `sampler_1${parts}`);

describe("exportModel", () => {
  it("names weights where they are, and describes every argument and result", async () => {
    const { manifest, index, files, folder } = await exported(demo, {
      chunk: 16,
      samplers: true,
      tools: { stablegriffin: "1.2.3" },
    });
    expect(files).toEqual([
      ...["README.md", "manifest.json", "manifest.sha256"],
      ...["decode_1x1", "extend_1x16", "prefill_1x16", "prepare", ...samplers].map(
        (name) => `programs/${name}.mlirbc`,
      ),
      ...["tokenizer/tokenizer.json", "weights.index.json"],
    ]);
    expect({ ...manifest, programs: manifest.programs.length, files: manifest.files.length }).toMatchObject({
      ...{
        format: "stablegriffin artifact",
        schemaVersion: 2,
        name: "demo-kjv",
        tools: { stablegriffin: "1.2.3" },
      },
      ...{ target: "cpu", dtype: "f32", batch: 1, chunk: 16, compiled: [], programs: 10, files: 13 },
      ...{ weights: "weights.index.json", tokenizer: ["tokenizer/tokenizer.json"] },
      model: {
        name: "griffin",
        summary: "6 layers (2 of local attention), width 128, vocabulary 260",
        config: { vocabSize: 260, width: 128, eosIds: [1], dtype: "f32" },
        kinds: { decode: "reads one token of each sequence" },
      },
      generation: {
        ...{ vocabSize: 260, bosId: 2, eosIds: [1], padId: 0 },
        inputs: { tokens: "tokens", positions: "segment_pos" },
        outputs: { logits: "logits", best: "next" },
        programs: { prefill: "prefill", extend: "extend", decode: "decode" },
      },
    });
    const decode = manifest.programs.find(({ name }) => name === "decode_1x1")!;
    expect(decode).toMatchObject({
      kind: "decode",
      batch: 1,
      time: 1,
      stablehlo: "1.10.0",
      prepare: "prepare",
    });
    expect(decode.arguments.slice(0, 4)).toEqual([
      {
        name: "tokens",
        axes: ["batch", "time"],
        elementType: "i32",
        dimensions: [1, 1],
        role: "input",
        donated: false,
      },
      {
        name: "segment_pos",
        axes: ["batch", "time"],
        elementType: "i32",
        dimensions: [1, 1],
        role: "input",
        donated: false,
      },
      {
        name: "embed_tokens.weight",
        axes: ["vocab", "model"],
        elementType: "f32",
        dimensions: [260, 128],
        role: "parameter",
        donated: false,
      },
      {
        name: "num_tokens",
        axes: ["batch"],
        elementType: "i32",
        dimensions: [1],
        role: "state",
        donated: true,
      },
    ]);
    expect(decode.results.slice(0, 3)).toEqual([
      { name: "logits", axes: ["batch", "vocab"], elementType: "f32", dimensions: [1, 260], role: "output" },
      { name: "next", axes: ["batch", "time"], elementType: "i32", dimensions: [1, 1], role: "output" },
      { name: "num_tokens", axes: ["batch"], elementType: "i32", dimensions: [1], role: "state" },
    ]);
    expect(index.location).toBe("reference");
    expect(join(folder, index.folder)).toBe(demo);
    expect(index.files).toEqual([{ name: "model.safetensors", bytes: 5_178_008 }]);
    expect(index.tensors[0]).toEqual({
      ...{ parameter: "embed_tokens.weight", name: "model.embed_tokens.weight" },
      ...{ file: "model.safetensors", dtype: "f32", shape: [260, 128], dimensions: [260, 128] },
    });
    const kernel = "layers.0.temporal_block.conv_1d.weight";
    expect(index.tensors.find(({ parameter }) => parameter === kernel)).toMatchObject({
      shape: [128, 1, 4],
      dimensions: [128, 4],
    });
    expect(index.ignored).toEqual({ "lm_head.weight": "the model's head is its embedding" });
  });

  it("copies weights of several files, writes text, and a program with all logits, as asked", async () => {
    const options = {
      chunk: 16,
      batch: 3,
      withWeights: true,
      text: true,
      score: true,
      dtype: "bf16",
    } as const;
    const { manifest, index, files, folder } = await exported(hawk, options);
    expect(files.filter((file) => /^(weights|programs)\//.test(file))).toEqual([
      ...["decode_3x1", "extend_3x16", "prefill_3x16", "prepare", "score_3x16"].flatMap((name) => [
        `programs/${name}.mlir`,
        `programs/${name}.mlirbc`,
      ]),
      ...[1, 2].map((n) => `weights/model-0000${n}-of-00002.safetensors`),
    ]);
    expect(index).toMatchObject({ location: "copied", folder: "weights" });
    for (const { name, sha256 } of index.files) {
      expect(await hashes(hawk, [name])).toEqual([sha256]);
      expect(manifest.files).toContainEqual(expect.objectContaining({ path: `weights/${name}`, sha256 }));
    }
    expect(await readFile(join(folder, "programs/score_3x16.mlir"), "utf8")).toMatch(
      /^module @griffin_score \{/,
    );
    expect(manifest).toMatchObject({ dtype: "bf16", tokenizer: [] });
  });

  it("of a configuration alone says which tensors are wanted", async () => {
    const model = await temporaryFolder();
    await writeFile(join(model, "config.json"), await readFile(join(demo, "config.json")));
    const { index } = await exported(model, { chunk: 16 });
    const { layouts, ...described } = index;
    expect({ ...described, tensors: index.tensors.length }).toEqual({
      location: "none",
      ignored: { "lm_head.weight": "the model's head is its embedding" },
      folder: "",
      files: [],
      tensors: 112,
    });
    expect(Object.keys(layouts!)).toEqual(["torch", "flax"]);
    expect(layouts!.flax!.tensors[0]).toEqual({
      ...{ name: "embedder.input_embedding", shape: [260, 128], padded: true },
    });
    expect(index.tensors[6]).toEqual({
      ...{
        parameter: "layers.0.temporal_block.conv_1d.weight",
        name: "model.layers.0.temporal_block.conv_1d.weight",
      },
      ...{ file: "", dtype: "f32", shape: [128, 1, 4], dimensions: [128, 4] },
    });
    await expect(exported(model, { withWeights: true })).rejects.toThrow(
      /^usage error: griffin-test-\w+ has no weights to copy\n {2}hint: {5}leave out --with-weights: /,
    );
  });

  it("refuses to replace anything but an artifact, and that only when told to", async () => {
    const parent = await temporaryFolder();
    const write = (path: string, force: boolean, zip = false) =>
      exportModel({ folder: hawk, models }, join(parent, path), { chunk: 16, samplers: false, force, zip });
    await mkdir(join(parent, "mine"));
    await writeFile(join(parent, "mine", "thesis.txt"), "years of work");
    await expect(write("mine", true)).rejects.toThrow(
      `usage error: ${parent}/mine exists and is no artifact: it is not replaced\n  hint:     choose another name, or remove it yourself`,
    );
    await expect(write("mine/thesis.txt", true, true)).rejects.toThrow("exists and is no artifact");
    await writeFile(join(parent, "photos.zip"), handmadeArchive([{ name: "manifest.json", data: "{}" }]));
    await expect(write("photos.zip", true, true)).rejects.toThrow("exists and is no artifact");
    await expect(write("mine/thesis.txt/out", true)).rejects.toThrow(
      /^environment error: cannot write .*\/mine\/thesis\.txt\/out\n {2}EEXIST: /,
    );
    await write("out", false);
    await expect(write("out", false)).rejects.toThrow(
      `usage error: ${parent}/out exists\n  hint:     --force replaces an artifact`,
    );
    await expect(write("out", true, true)).rejects.toThrow(
      `usage error: ${parent}/out is a folder: it is not replaced by an archive\n  hint:     choose another name, or leave out --zip`,
    );
    await writeFile(join(parent, "out", "extra"), "");
    await write("out", true);
    expect(await readdir(join(parent, "out"))).not.toContain("extra");
    expect(await readFile(join(parent, "mine", "thesis.txt"), "utf8")).toBe("years of work");
  });

  it("made at the same time by somebody else is not replaced either", async () => {
    const path = join(await temporaryFolder(), "out");
    const both = await Promise.allSettled(
      [1, 2].map((batch) =>
        exportModel({ folder: hawk, models }, path, { chunk: 16, samplers: false, batch }),
      ),
    );
    const failures = both.flatMap((outcome) =>
      outcome.status === "rejected" ? [String(outcome.reason)] : [],
    );
    expect(failures).toEqual([
      `UsageError: usage error: ${path} was made by somebody else meanwhile\n  hint:     --force replaces an artifact`,
    ]);
  });
});
