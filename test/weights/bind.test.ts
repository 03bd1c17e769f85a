import { join } from "node:path";
import { describe, expect, expectTypeOf, test } from "vitest";
import { griffinNames } from "../../models/griffin/checkpoint-names.js";
import { type BoundParameter, bindWeights } from "../../src/weights/bind.js";
import { type Checkpoint, openCheckpoint } from "../../src/weights/checkpoint.js";
import { convertFloats } from "../../src/weights/convert.js";
import type { StoredType } from "../../src/weights/dtype.js";

import { errorText } from "./files.js";

const DEMO = join(import.meta.dirname, "../../golden/demo-kjv");

/** A checkpoint in memory; each tensor holds its bytes counted up from 0. */
function memoryCheckpoint(
  tensors: Readonly<Record<string, readonly [StoredType, readonly number[]]>>,
): Checkpoint {
  const stored = Object.entries(tensors).map(([name, [dtype, shape]]) => {
    const bytes = shape.reduce((product, size) => product * size, dtype === "f32" ? 4 : 2);
    return [
      name,
      { name, dtype, shape, bytes, read: async () => new Uint8Array(bytes).map((_, i) => i) },
    ] as const;
  });
  const close = async () => {};
  return {
    where: "memory",
    tensors: new Map(stored),
    close,
    [Symbol.asyncDispose]: close,
  };
}

describe("names", () => {
  test("a path is the Hugging Face name without its prefix, both ways", () => {
    const parameter = { path: "layers.3.temporal_block.q_proj.weight", shape: [8, 8] };
    const tensor = { name: "model.layers.3.temporal_block.q_proj.weight", shape: [8, 8] };
    expect(griffinNames.nameOf(parameter)).toEqual(tensor);
    expect(griffinNames.pathOf(tensor)).toEqual(parameter);
  });

  test("only the convolution's shape differs: the model has no axis of size 1", () => {
    const parameter = { path: "layers.0.temporal_block.conv_1d.weight", shape: [12, 4] };
    const tensor = { name: "model.layers.0.temporal_block.conv_1d.weight", shape: [12, 1, 4] };
    expect(griffinNames.nameOf(parameter)).toEqual(tensor);
    expect(griffinNames.pathOf(tensor)).toEqual(parameter);
  });

  test("other names are not the model's", () => {
    expect(griffinNames.pathOf({ name: "lm_head.weight", shape: [16, 8] })).toBeUndefined();
  });
});

test("every tensor of the demo checkpoint is a parameter and comes back under its name", async () => {
  await using checkpoint = await openCheckpoint(DEMO);
  const wanted = [...checkpoint.tensors.values()].map((tensor) => griffinNames.pathOf(tensor)!);
  const { parameters, warnings } = bindWeights(checkpoint, wanted, griffinNames);
  expect(warnings).toEqual([]);
  expect(parameters.get("layers.1.temporal_block.conv_1d.weight")!.shape).toEqual([128, 4]);
  const elements = [...parameters.values()].map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  expect(elements.reduce((a, b) => a + b)).toBe(1_291_392);
  const norm = await parameters.get("final_norm.weight")!.readAs("f32");
  expect(norm).toEqual(await checkpoint.tensors.get("model.final_norm.weight")!.read());
});

test("weights are read only as the types that a model is computed in", () => {
  expectTypeOf<BoundParameter["readAs"]>().parameter(0).toEqualTypeOf<"f32" | "bf16" | "f16">();
  expectTypeOf<BoundParameter["dtype"]>().toEqualTypeOf<"f32" | "bf16" | "f16">();
});

test("a tied head is ignored, and said so", () => {
  const checkpoint = memoryCheckpoint({
    "model.embed_tokens.weight": ["bf16", [16, 8]],
    "lm_head.weight": ["bf16", [16, 8]],
  });
  const { parameters, warnings } = bindWeights(
    checkpoint,
    [{ path: "embed_tokens.weight", shape: [16, 8] }],
    griffinNames,
  );
  expect([...parameters.keys()]).toEqual(["embed_tokens.weight"]);
  expect(warnings).toEqual(["lm_head.weight is ignored: the model's head is its embedding"]);
});

test("missing, misshapen, of a wrong type, too many: one table", async () => {
  const checkpoint = memoryCheckpoint({
    "model.final_norm.weight": ["f32", [9]],
    "model.layers.0.temporal_block.conv_1d.weight": ["f32", [12, 4]],
    "model.embed_tokens.weight": ["i16", [16, 8]],
    "model.layers.7.channel_pre_norm.weight": ["f32", [8]],
    "transformer.wte": ["f32", [16, 8]],
    // No word of our own, though every object has something of this name.
    toString: ["f32", [2]] as const,
  });
  const wanted = [
    { path: "embed_tokens.weight", shape: [16, 8] },
    { path: "layers.0.temporal_block.conv_1d.weight", shape: [12, 4] },
    { path: "layers.0.temporal_block.conv_1d.bias", shape: [12] },
    { path: "final_norm.weight", shape: [8] },
  ];
  expect(await errorText(() => bindWeights(checkpoint, wanted, griffinNames))).toMatchInlineSnapshot(`
    "checkpoint error: 7 problems in the weights of memory
                                                    problem                    expected          got
      model.embed_tokens.weight                     wrong dtype                f32, bf16 or f16  i16
      model.layers.0.temporal_block.conv_1d.weight  wrong shape                [12, 1, 4]        [12, 4]
      model.layers.0.temporal_block.conv_1d.bias    missing                    [12]
      model.final_norm.weight                       wrong shape                [8]               [9]
      model.layers.7.channel_pre_norm.weight        not in this configuration                    [8]
      transformer.wte                               not a name of this model                     [16, 8]
      toString                                      not a name of this model                     [2]"
  `);
});

test("a model of another size fills no pages", async () => {
  const wanted = Array.from({ length: 100 }, (_, i) => ({ path: `layers.${i}.w`, shape: [1] }));
  const text = await errorText(() => bindWeights(memoryCheckpoint({}), wanted, griffinNames));
  expect(text.split("\n")).toHaveLength(43);
  expect(text.split("\n").at(-1)).toBe("  ... and 60 more");
});

describe("conversion", () => {
  const bytes = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
  const bits = (values: readonly number[]) => new Uint8Array(Uint16Array.from(values).buffer);

  test("rounds to nearest, ties to even, into either half type and exactly back", () => {
    const values = [0, -1, 1.00390625, 1.01171875, 3.4e38, Number.POSITIVE_INFINITY];
    const bf16 = bits([0, 0xbf80, 0x3f80, 0x3f82, 0x7f80, 0x7f80]);
    expect(convertFloats(bytes(values), "f32", "bf16")).toEqual(bf16);
    const into = new Uint8Array(bf16.length);
    expect(convertFloats(bytes(values), "f32", "bf16", into)).toBe(into);
    expect(into).toEqual(bf16);
    const back = [0, -1, 1, 1.015625, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect(convertFloats(bf16, "bf16", "f32")).toEqual(bytes(back));
    const f16 = bits([0, 0xbc00, 0x3c04, 0x3c0c, 0x7c00, 0x7c00]);
    expect(convertFloats(bytes(values), "f32", "f16")).toEqual(f16);
    expect(convertFloats(f16, "f16", "bf16")).toEqual(bf16);
  });

  test("tensors longer than a chunk, and bytes at an odd place", () => {
    const values = Float32Array.from({ length: 2 ** 20 + 3 }, (_, i) => i % 256);
    const bf16 = convertFloats(new Uint8Array(values.buffer), "f32", "bf16");
    expect(Buffer.compare(convertFloats(bf16, "bf16", "f32"), new Uint8Array(values.buffer))).toBe(0);
    const odd = new Uint8Array(9);
    odd.set(bytes([1, 2]), 1);
    expect(convertFloats(odd.subarray(1), "f32", "bf16")).toEqual(bits([0x3f80, 0x4000]));
  });

  test("the same type is not copied", () => {
    const source = bytes([1]);
    expect(convertFloats(source, "f32", "f32")).toBe(source);
  });
});
