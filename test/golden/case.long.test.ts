import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type GriffinConfig, griffinConfigSchema, models } from "../../models/index.js";
import { checkCase } from "../../src/golden/check.js";
import { convertWeights } from "../../src/engine/index.js";
import { type GoldenCase, openCase } from "../../src/golden/index.js";
import { bindWeights, openCheckpoint, writeSafetensors } from "../../src/weights/index.js";
import { errorText, TINY_CONFIG, temporaryFolder } from "../weights/files.js";

/** Of a case that is Griffin's. */
const configOf = ({ model }: GoldenCase): GriffinConfig => griffinConfigSchema.parse(model.config);

const GOLDEN = join(import.meta.dirname, "../../golden");

const folders = (await readdir(GOLDEN, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith("__"))
  .map((entry) => entry.name);

describe("the cases of this repository", () => {
  test("are all there", () => {
    expect(folders).toEqual(
      expect.arrayContaining([
        "bf16",
        "demo-kjv",
        "gemma2-alternating",
        "hawk-sharded",
        "llama-grouped",
        "llama-rope-scaled",
        "mistral-window",
        "odd-widths",
        "packed-small-window",
        "padded-small-window",
        "qwen2-biases",
      ]),
    );
  });

  test.each(folders)("%s is whole, and equal to itself", async (name) => {
    const golden = await openCase(join(GOLDEN, name), models);
    const layers = golden.probes;
    expect(layers[0]).toBe("layers.0.output");
    const computed = new Map(["logits", ...layers].map((key) => [key, golden.tensors.get(key)!.data]));
    const report = checkCase(golden, computed, "f32");
    expect(report.tensors.map(({ name, max }) => [name, max])).toEqual(
      ["logits", ...layers].map((key) => [key, 0]),
    );
    expect(report.passed).toBe(true);
    const generated = golden.tensors.get("generated");
    const logits = golden.tensors.get("generated_logits");
    if (generated === undefined) return expect(name).toMatch(/packed/);
    const tokens = checkCase(golden, computed.set("generated_logits", logits!.data), "f32").tokens;
    expect(tokens).toMatchObject({ count: generated.data.length, identical: generated.data.length });
  });

  test("those of Griffin together cover what tends to go wrong", async () => {
    const all = await Promise.all(folders.map((name) => openCase(join(GOLDEN, name), models)));
    const cases = all.filter(({ model }) => model.name === "griffin");
    const some = (property: (golden: (typeof cases)[number]) => boolean) => cases.filter(property).length > 0;
    const someConfig = (property: (config: GriffinConfig) => boolean) =>
      some((golden) => property(configOf(golden)));
    expect(someConfig((config) => config.lruWidth !== config.width)).toBe(true);
    expect(some((golden) => configOf(golden).attentionWindowSize < golden.time)).toBe(true);
    expect(someConfig((config) => !config.blockTypes.includes("attention"))).toBe(true);
    expect(someConfig((config) => config.logitsSoftCap === 0)).toBe(true);
    expect(someConfig((config) => !config.embeddingsScaleBySqrtDim)).toBe(true);
    expect(some(({ toleranceBf16 }) => toleranceBf16 !== undefined)).toBe(true);
    expect(some(({ segmentPos }) => segmentPos.some((position) => position < 0))).toBe(true);
    expect(
      some(({ segmentPos, batch }) => segmentPos.filter((position) => position === 0).length > batch),
    ).toBe(true);
    expect(some(({ batch, time }) => batch === 3 && time % 2 === 1)).toBe(true);
  });
});

test("weights by formula are made for the parameters of the model", async () => {
  const golden = await openCase(join(GOLDEN, "odd-widths"), models);
  await using checkpoint = await golden.openWeights();
  const { parameters } = bindWeights(checkpoint, golden.model.parameters, golden.model.names);
  const bytes = await parameters.get("layers.0.temporal_block.rg_lru.input_gate_weight")!.readAs("f32");
  expect(bytes.length).toBe(4 * 40 * 40 * 4);
});

test("weights of the folder are its checkpoint, here in two shards", async () => {
  const golden = await openCase(join(GOLDEN, "hawk-sharded"), models);
  await using checkpoint = await golden.openWeights();
  const { parameters: wanted, names } = golden.model;
  expect(wanted).toHaveLength(2 + 3 * 21);
  expect(bindWeights(checkpoint, wanted, names).parameters.size).toBe(2 + 3 * 21);
  await using direct = await openCheckpoint(join(GOLDEN, "hawk-sharded"));
  expect([...direct.tensors.keys()]).toEqual([...checkpoint.tensors.keys()]);
});

test.each(["model.pt", "orbax"])(
  "weights of the folder may be %s, under the authors' names",
  async (weights) => {
    const source = join(GOLDEN, "hawk-sharded");
    const folder = await temporaryFolder();
    for (const name of ["config.json", "golden.safetensors"])
      await copyFile(join(source, name), join(folder, name));
    const description = JSON.parse(await readFile(join(source, "golden.json"), "utf8")) as object;
    await writeFile(join(folder, "golden.json"), JSON.stringify({ ...description, weights }));
    await convertWeights(source, join(folder, weights), { models });
    const parametersOf = async (path: string) => {
      const golden = await openCase(path, models);
      await using checkpoint = await golden.openWeights();
      const bound = bindWeights(checkpoint, golden.model.parameters, golden.model.names);
      const read = [...bound.parameters].map(async ([name, one]) => [name, await one.readAs("f32")] as const);
      return { format: checkpoint.format, parameters: new Map(await Promise.all(read)) };
    };
    const [theirs, ours] = [await parametersOf(source), await parametersOf(folder)];
    expect([theirs.format, ours.format]).toEqual(["safetensors", weights === "orbax" ? "orbax" : "torch"]);
    expect([...ours.parameters.keys()]).toEqual([...theirs.parameters.keys()]);
    for (const [name, bytes] of theirs.parameters)
      expect(Buffer.compare(ours.parameters.get(name)!, bytes), name).toBe(0);
  },
);

describe("a folder that is not a case", () => {
  const SOUND = {
    reference: "by hand",
    weights: "formula",
    tolerance: { max_abs: 1e-5, reason: "none" },
  };
  const ints = (shape: readonly number[]) => {
    const bytes = shape.reduce((product, size) => product * size, 4);
    return { dtype: "i32", shape, data: new Uint8Array(bytes) } as const;
  };

  /** The error of opening a folder with this description and these tensors, its path written FOLDER. */
  async function openError(
    description: object | string,
    tensors: Parameters<typeof writeSafetensors>[1] = {},
  ): Promise<string> {
    const folder = join(await temporaryFolder(), "case");
    await mkdir(folder);
    const text = typeof description === "string" ? description : JSON.stringify(description);
    await writeFile(join(folder, "golden.json"), text);
    await writeFile(join(folder, "config.json"), JSON.stringify(TINY_CONFIG));
    await writeSafetensors(join(folder, "golden.safetensors"), tensors);
    return (await errorText(() => openCase(folder, models))).replaceAll(folder, "FOLDER");
  }

  test("no golden.json", async () => {
    const folder = await temporaryFolder();
    expect(await errorText(() => openCase(folder, models))).toBe(
      [
        "golden error: golden.json cannot be read: this folder is not a golden case",
        `  at:       ${join(folder, "golden.json")}`,
      ].join("\n"),
    );
  });

  test("golden.json that is not JSON, or lacks a tolerance", async () => {
    expect(await openError("{")).toMatch(
      /^golden error: golden.json cannot be parsed \(.*\)\n {2}at: {7}FOLDER/,
    );
    const text = await openError({ ...SOUND, tolerance: undefined, weights: "elsewhere" });
    expect(text).toMatch(/^golden error: golden.json is not as golden\/README.md says\n/);
    expect(text).toMatch(/at tolerance/);
    expect(text).toMatch(/at weights/);
  });

  test("inputs that are missing, of another type or do not fit", async () => {
    expect(await openError(SOUND)).toBe(
      [
        "golden error: tokens: not an input",
        "  expected: i32 [batch, time]",
        "  got:      nothing",
        "  at:       FOLDER/golden.safetensors",
      ].join("\n"),
    );
    expect(await openError(SOUND, { tokens: ints([2]), segment_pos: ints([2]) })).toMatch(
      /got: {6}i32 \[2\]/,
    );
    expect(await openError(SOUND, { tokens: ints([2, 3]), segment_pos: ints([3, 2]) })).toBe(
      [
        "golden error: segment_pos: not the shape of tokens",
        "  expected: [2, 3]",
        "  got:      [3, 2]",
        "  at:       FOLDER/golden.safetensors",
      ].join("\n"),
    );
    const inputs = { tokens: ints([1, 1]), segment_pos: ints([1, 1]) };
    expect(await openError(SOUND, inputs)).toBe(
      "golden error: logits: missing\n  at:       FOLDER/golden.safetensors",
    );
    const logits = { dtype: "bf16", shape: [1], data: new Uint8Array(2) } as const;
    expect(await openError(SOUND, { ...inputs, logits })).toBe(
      [
        "checkpoint error: logits: wrong dtype",
        "  expected: f32 or i32",
        "  got:      bf16",
        "  at:       FOLDER/golden.safetensors",
      ].join("\n"),
    );
  });
});
