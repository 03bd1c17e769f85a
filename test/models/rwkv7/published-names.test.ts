import { join } from "node:path";
import { expect, test } from "vitest";
import { rwkv7 } from "../../../models/index.js";
import { bindWeights } from "../../../src/weights/bind.js";
import { openCheckpoint } from "../../../src/weights/checkpoint.js";
import { readConfigFiles } from "../../../src/weights/read-config-files.js";
import type { StoredTensor } from "../../../src/weights/stored.js";

const GOOSE = join(import.meta.dirname, "../../../golden/rwkv7-goose");

/** Rows and columns of f32 exchanged. */
function exchanged(bytes: Uint8Array, rows: number, columns: number): Uint8Array<ArrayBuffer> {
  const from = new Uint32Array(bytes.buffer, bytes.byteOffset, rows * columns);
  const to = Uint32Array.from(from, (_, i) => from[(i % rows) * columns + Math.floor(i / rows)]!);
  return new Uint8Array(to.buffer);
}

const model = rwkv7.fromCheckpoint(await readConfigFiles(GOOSE));

test("the authors' state dict is read as the same weights in the Hugging Face layout", async () => {
  await using checkpoint = await openCheckpoint(GOOSE);
  const { parameters } = bindWeights(checkpoint, model.parameters, model.names);
  const tensors = new Map<string, StoredTensor>();
  for (const { path, shape, readAs } of parameters.values()) {
    const { name, shape: stored, view } = model.names.others!.torch!.nameOf({ path, shape });
    const own = await readAs("f32");
    const bytes = view?.transposed === true ? exchanged(own, shape[0]!, shape[1]!) : own;
    tensors.set(name, {
      name,
      dtype: "f32",
      shape: stored,
      bytes: bytes.length,
      read: async () => Uint8Array.from(bytes),
    });
  }
  // Some state dicts hold what the first layer would mix its values by.
  tensors.set("blocks.0.att.v0", { ...tensors.get("blocks.1.att.v0")!, name: "blocks.0.att.v0" });
  const again = bindWeights({ where: "goose.pth", tensors }, model.parameters, model.names);
  expect(again.warnings).toEqual([
    "blocks.0.att.v0 is ignored: the first layer's values are mixed with no others",
  ]);
  for (const [path, parameter] of again.parameters)
    expect([path, await parameter.readAs("f32")]).toEqual([path, await parameters.get(path)!.readAs("f32")]);
});

test("names and shapes are those that are published", () => {
  const { nameOf, pathOf } = model.names.others!.torch!;
  const named = new Map(model.parameters.map((parameter) => [parameter.path, nameOf(parameter)] as const));
  for (const parameter of model.parameters) expect(pathOf(named.get(parameter.path)!)).toEqual(parameter);
  const ofLayer = [...named]
    .filter(([path]) => path.startsWith("layers.1.attn.") || !path.startsWith("layers."))
    .map(([path, { name, shape }]) => `${path}: ${name} [${shape.join()}]`);
  expect(ofLayer).toMatchInlineSnapshot(`
    [
      "embeddings.weight: emb.weight [96,32]",
      "layers.1.attn.x_r: blocks.1.att.x_r [1,1,32]",
      "layers.1.attn.x_w: blocks.1.att.x_w [1,1,32]",
      "layers.1.attn.x_k: blocks.1.att.x_k [1,1,32]",
      "layers.1.attn.x_v: blocks.1.att.x_v [1,1,32]",
      "layers.1.attn.x_a: blocks.1.att.x_a [1,1,32]",
      "layers.1.attn.x_g: blocks.1.att.x_g [1,1,32]",
      "layers.1.attn.r_proj.weight: blocks.1.att.receptance.weight [32,32]",
      "layers.1.attn.w_lora.lora.0.weight: blocks.1.att.w1 [32,8]",
      "layers.1.attn.w_lora.lora.2.weight: blocks.1.att.w2 [8,32]",
      "layers.1.attn.w_lora.lora.2.bias: blocks.1.att.w0 [1,1,32]",
      "layers.1.attn.k_proj.weight: blocks.1.att.key.weight [32,32]",
      "layers.1.attn.v_proj.weight: blocks.1.att.value.weight [32,32]",
      "layers.1.attn.v_lora.lora.0.weight: blocks.1.att.v1 [32,4]",
      "layers.1.attn.v_lora.lora.2.weight: blocks.1.att.v2 [4,32]",
      "layers.1.attn.v_lora.lora.2.bias: blocks.1.att.v0 [1,1,32]",
      "layers.1.attn.a_lora.lora.0.weight: blocks.1.att.a1 [32,8]",
      "layers.1.attn.a_lora.lora.2.weight: blocks.1.att.a2 [8,32]",
      "layers.1.attn.a_lora.lora.2.bias: blocks.1.att.a0 [1,1,32]",
      "layers.1.attn.g_lora.lora.0.weight: blocks.1.att.g1 [32,12]",
      "layers.1.attn.g_lora.lora.2.weight: blocks.1.att.g2 [12,32]",
      "layers.1.attn.k_k: blocks.1.att.k_k [1,1,32]",
      "layers.1.attn.k_a: blocks.1.att.k_a [1,1,32]",
      "layers.1.attn.g_norm.weight: blocks.1.att.ln_x.weight [32]",
      "layers.1.attn.g_norm.bias: blocks.1.att.ln_x.bias [32]",
      "layers.1.attn.r_k: blocks.1.att.r_k [2,16]",
      "layers.1.attn.o_proj.weight: blocks.1.att.output.weight [32,32]",
      "lm_head.weight: head.weight [96,32]",
      "norm.weight: ln_out.weight [32]",
      "norm.bias: ln_out.bias [32]",
    ]
  `);
});
