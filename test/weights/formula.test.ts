import { expect, test } from "vitest";
import { griffinNames } from "../../models/griffin/checkpoint-names.js";
import { griffinFormula } from "../../models/griffin/formula.js";
import { bindWeights } from "../../src/weights/bind.js";
import { fmix32, fnv1a32, formulaCheckpoint, formulaValues } from "../../src/weights/formula.js";

test("the hashes give their published values", () => {
  expect(["", "a", "foobar"].map(fnv1a32)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  expect([0, 1, 0xffffffff].map(fmix32)).toEqual([0, 0x514e28b7, 0x81f16f39]);
});

/** Bit patterns of the first three values with seed 0xCAFEBABE, computed by golden/make.py's NumPy form. */
const FIRST_VALUES: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ["model.embed_tokens.weight", [16, 8], [0xbb880265, 0xbd4374ec, 0xbd4fe88d]],
  ["model.final_norm.weight", [8], [0x42056b38, 0x41fa08fb, 0x42078f31]],
  ["model.layers.0.temporal_pre_norm.weight", [8], [0x3dcbf15a, 0xbdf70560, 0xbdeeaaa6]],
  ["model.layers.0.temporal_block.rg_lru.recurrent_param", [12], [0xc107c361, 0xc0bc19d9, 0xc0dfbacf]],
  ["model.layers.0.temporal_block.rg_lru.input_gate_bias", [2, 6], [0xbda7066b, 0xbd6e6116, 0xbd6219a0]],
  ["model.layers.0.temporal_block.conv_1d.weight", [12, 1, 4], [0x3d3afeda, 0x3f5864ca, 0x3f201cf8]],
  [
    "model.layers.0.temporal_block.rg_lru.recurrent_gate_weight",
    [2, 6, 6],
    [0xbd81543e, 0x3e2f39cb, 0xbe16948b],
  ],
  ["model.layers.0.mlp_block.down_proj.weight", [8, 12], [0xbeeef2c6, 0x3e8d85fe, 0xbef4ec3c]],
];

test.each(FIRST_VALUES)("%s %j", (name, shape, expected) => {
  const values = formulaValues({ name, shape }, 0xcafebabe, griffinFormula);
  expect(values).toHaveLength(shape.reduce((a, b) => a * b));
  expect([...new Uint32Array(values.buffer, 0, 3)]).toEqual(expected);
});

test("a checkpoint by formula binds like one on disk, in the dtype that the model is stored in", async () => {
  const wanted = [
    { path: "layers.0.temporal_block.conv_1d.weight", shape: [12, 4] },
    { path: "final_norm.weight", shape: [8] },
  ];
  await using checkpoint = formulaCheckpoint(
    { parameters: wanted, names: griffinNames, dtype: "bf16", formula: griffinFormula },
    0xcafebabe,
  );
  expect([...checkpoint.tensors.values()].map(({ read: _, ...rest }) => rest)).toEqual([
    { name: "model.layers.0.temporal_block.conv_1d.weight", dtype: "bf16", shape: [12, 1, 4], bytes: 96 },
    { name: "model.final_norm.weight", dtype: "bf16", shape: [8], bytes: 16 },
  ]);
  const { parameters } = bindWeights(checkpoint, wanted, griffinNames);
  const bits = async (path: string) =>
    new Uint16Array((await parameters.get(path)!.readAs("bf16")).buffer).slice(0, 3);
  expect(await bits("layers.0.temporal_block.conv_1d.weight")).toEqual(
    Uint16Array.of(0x3d3b, 0x3f58, 0x3f20),
  );
  expect(await bits("final_norm.weight")).toEqual(Uint16Array.of(0x4205, 0x41fa, 0x4208));
  const into = new Uint8Array(16);
  expect(await parameters.get("final_norm.weight")!.readAs("bf16", into)).toBe(into);
  expect(new Uint16Array(into.buffer).slice(0, 3)).toEqual(Uint16Array.of(0x4205, 0x41fa, 0x4208));
});

test("tensors that a model has no range for lie around 0, of variance 1 / n for n elements on the last axis", () => {
  const values = formulaValues({ name: "any", shape: [1000, 12] }, 1);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.01);
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.003);
  expect(Math.max(...values)).toBeLessThan(0.5);
  expect(formulaValues({ name: "any", shape: [1000, 12] }, 1, () => undefined)).toEqual(values);
});
