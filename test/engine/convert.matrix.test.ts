import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { models } from "../../models/index.js";
import { convertWeights } from "../../src/engine/index.js";
import { openStore, openTorch, type StoreFormat } from "../../src/weights/index.js";
import { errorText, temporaryFolder } from "../weights/files.js";

const TINY = join(import.meta.dirname, "../../golden/demo-kjv");

/** A folder with the configuration of the demo checkpoint, no weights. */
async function configured(): Promise<string> {
  const folder = await temporaryFolder();
  await copyFile(join(TINY, "config.json"), join(folder, "config.json"));
  return folder;
}

test("safetensors as PyTorch and back: the same bytes", async () => {
  const folder = await configured();
  const [torch, back] = [join(folder, "model.pt"), join(folder, "back.safetensors")];
  const there = await convertWeights(TINY, torch, { models });
  expect(there).toMatchObject({ from: "safetensors", to: "torch", warnings: [] });
  expect(there.model).toMatch(/^griffin, \d+ layers/);
  await convertWeights(torch, back, { models });
  await using first = await openStore(join(TINY, "model.safetensors"));
  await using last = await openStore(back);
  expect([...last.tensors.keys()].sort()).toEqual([...first.tensors.keys()].sort());
  for (const [name, tensor] of first.tensors) {
    expect(Buffer.compare(await tensor.read(), await last.tensors.get(name)!.read()), name).toBe(0);
  }
});

test("safetensors into both stores of orbax, PyTorch and back: the same bytes", async () => {
  const folder = await configured();
  const way = [
    { name: "orbax" },
    { name: "folders", to: "orbax-zarr" },
    { name: "model.pt" },
    { name: "back.safetensors" },
  ] as const;
  const formats: string[] = [];
  let source = TINY;
  for (const { name, ...options } of way) {
    const target = join(folder, name);
    const { from, to, warnings } = await convertWeights(source, target, { models, ...options });
    formats.push(`${from} ${to} ${warnings}`);
    source = target;
  }
  expect(formats).toEqual([
    "safetensors orbax ",
    "orbax orbax-zarr ",
    "orbax-zarr torch ",
    "torch safetensors ",
  ]);
  const same = join(folder, "same.safetensors");
  await convertWeights(TINY, same, { models });
  expect(Buffer.compare(await readFile(source), await readFile(same))).toBe(0);
  await using flax = await openStore(join(folder, "orbax"));
  const { dtype, shape } = flax.tensors.get("blocks.0.recurrent_block.linear_x.kernel")!;
  expect({ dtype, shape }).toEqual({ dtype: "f32", shape: [128, 128] });
});

test("a folder is replaced only where orbax wrote it and no model is described", async () => {
  const folder = await configured();
  const orbax = join(folder, "orbax");
  const convert = (target: string, to: StoreFormat = "orbax-zarr") =>
    convertWeights(TINY, target, { models, to, force: true });
  const [first, again] = [await convert(orbax, "orbax"), await convert(orbax, "orbax")];
  expect(again).toEqual(first);
  expect((await convert(orbax)).to).toBe("orbax-zarr");
  const refused = (path: string) =>
    `usage error: ${path} is a folder, and not one that orbax wrote: it is not replaced
  hint:     give the path of a file, or of a folder that is not there`;
  expect(await errorText(() => convert(folder))).toBe(refused(folder));
  const asFile = () => convertWeights(TINY, orbax, { models, to: "safetensors", force: true });
  expect(await errorText(asFile)).toBe(
    `usage error: ${orbax} is a folder: it is not replaced by a file
  hint:     give the path of a file, or --to orbax`,
  );
  await copyFile(join(folder, "config.json"), join(orbax, "config.json"));
  expect(await errorText(() => convert(orbax))).toBe(refused(orbax));
});

test("names and shapes are the authors': gate and up in one tensor, matrices of the convolution exchanged", async () => {
  const folder = await configured();
  const path = join(folder, "model.pt");
  await convertWeights(TINY, path, { models });
  await using file = await openTorch(path);
  const first = [...file.tensors.values()].filter(({ name }) => name.startsWith("blocks.0."));
  expect(first.map(({ name, shape }) => `${name} [${shape}]`)).toMatchInlineSnapshot(`
    [
      "blocks.0.temporal_pre_norm.scale [128]",
      "blocks.0.recurrent_block.linear_y.weight [128,128]",
      "blocks.0.recurrent_block.linear_y.bias [128]",
      "blocks.0.recurrent_block.linear_x.weight [128,128]",
      "blocks.0.recurrent_block.linear_x.bias [128]",
      "blocks.0.recurrent_block.conv_1d.w [4,128]",
      "blocks.0.recurrent_block.conv_1d.b [128]",
      "blocks.0.recurrent_block.rg_lru.a_gate.w [2,64,64]",
      "blocks.0.recurrent_block.rg_lru.a_gate.b [2,64]",
      "blocks.0.recurrent_block.rg_lru.input_gate.w [2,64,64]",
      "blocks.0.recurrent_block.rg_lru.input_gate.b [2,64]",
      "blocks.0.recurrent_block.rg_lru.a_param [128]",
      "blocks.0.recurrent_block.linear_out.weight [128,128]",
      "blocks.0.recurrent_block.linear_out.bias [128]",
      "blocks.0.channel_pre_norm.scale [128]",
      "blocks.0.mlp_block.ffw_up.w [2,128,384]",
      "blocks.0.mlp_block.ffw_up.b [2,1,1,384]",
      "blocks.0.mlp_block.ffw_down.weight [128,384]",
      "blocks.0.mlp_block.ffw_down.bias [128]",
    ]
  `);
});

test("without a configuration tensors keep their names", async () => {
  const folder = await temporaryFolder();
  const source = join(folder, "some.safetensors");
  await copyFile(join(TINY, "model.safetensors"), source);
  const { model, warnings } = await convertWeights(source, join(folder, "some.pt"), { models });
  expect(model).toBeUndefined();
  expect(warnings).toEqual(["no config.json says what model it is: tensors keep their names and shapes"]);
  await using file = await openTorch(join(folder, "some.pt"));
  expect(file.tensors.has("model.embed_tokens.weight")).toBe(true);
});

test("what is there stays unless it may be replaced; a name must say the format", async () => {
  const folder = await configured();
  const path = join(folder, "model.pt");
  await convertWeights(TINY, path, { models });
  const before = await readFile(path);
  expect(await errorText(() => convertWeights(TINY, path, { models }))).toBe(
    `usage error: ${path} is there already\n  hint:     --force replaces it`,
  );
  await convertWeights(TINY, path, { models, force: true });
  expect(Buffer.compare(before, await readFile(path))).toBe(0);
  expect(await errorText(() => convertWeights(TINY, join(folder, "model.xyz"), { models }))).toBe(
    `usage error: cannot tell in which format to write ${join(folder, "model.xyz")}
  expected: a name that ends in .safetensors, .pt or orbax, or --to FORMAT`,
  );
});

test("a checkpoint of PyTorch with faults has the same table as safetensors, under its own names", async () => {
  const folder = await configured();
  const path = join(folder, "model.pt");
  await convertWeights(TINY, path, { models });
  const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as {
    lru_width: number;
    hidden_size: number;
  };
  const { writeFile } = await import("node:fs/promises");
  await writeFile(
    join(folder, "config.json"),
    JSON.stringify({ ...config, num_hidden_layers: 1, vocab_size: 300 }),
  );
  const text = await errorText(() => convertWeights(folder, join(folder, "out.safetensors"), { models }));
  expect(text).toMatch(/^checkpoint error: \d+ problems in the weights of /);
  expect(text).toMatch(/embedder\.input_embedding +wrong shape +\[300, \d+\] +\[\d+, \d+\]/);
  expect(text).toMatch(/blocks\.1\.\S+ +not in this configuration/);
});

test("a file that cannot be written is an error with its name", async () => {
  const target = join(await configured(), "config.json", "model.pt");
  expect(await errorText(() => convertWeights(TINY, target, { models }))).toContain(
    `environment error: cannot write ${target}\n`,
  );
});
