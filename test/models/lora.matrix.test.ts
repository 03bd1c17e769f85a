import { expect, test } from "vitest";
import { models } from "../../models/index.js";
import type { TracedProgram } from "../../src/dsl/index.js";
import { configureCheckpoint } from "../../src/model/index.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { lossProgram, mergedWeights, withLora } from "../../src/training/index.js";
import { readConfigFiles } from "../../src/weights/index.js";
import { run } from "../dsl/interpret.js";

const [batch, time] = [1, 3];
const batchOf = { tokens: [5, 9, 7, 11], target_mask: [1, 1, 1, 1], segment_pos: [0, 1, 2, 3] };
type Numbers = Readonly<Record<string, readonly number[]>>;

/** Numbers for every argument of a program that is not given, small as weights are. */
const fill = ({ arguments: all }: TracedProgram, given: Numbers): Numbers =>
  Object.fromEntries(
    all.map(({ name, dimensions }, i) => [
      name,
      given[name] ??
        randomNumbers(
          i,
          dimensions.reduce((count, size) => count * size, 1),
          -0.3,
          0.3,
        ),
    ]),
  );

/** Names in checkpoints without the numbers of layers, each once. */
const kindsOf = (names: readonly string[]): readonly string[] => [
  ...new Set(names.map((name) => name.replaceAll(/\.\d+\./g, ".N."))),
];

/** Of stored configurations, what is adapted where nothing is said: matrices of layers, and heads that are no embedding, as checkpoints call them. */
const ADAPTED: readonly (readonly [folder: string, names: readonly string[]])[] = [
  [
    "demo-kjv",
    [
      ...["y", "x", "out"].map((part) => `model.layers.N.temporal_block.linear_${part}.weight`),
      ...["gate", "up", "down"].map((part) => `model.layers.N.mlp_block.${part}_proj.weight`),
      ...["q", "k", "v", "o"].map((part) => `model.layers.N.temporal_block.${part}_proj.weight`),
    ],
  ],
  [
    "llama-grouped",
    [
      ...["q", "k", "v", "o"].map((part) => `model.layers.N.self_attn.${part}_proj.weight`),
      ...["gate", "up", "down"].map((part) => `model.layers.N.mlp.${part}_proj.weight`),
      "lm_head.weight",
    ],
  ],
  [
    "gemma2-alternating",
    [
      ...["q", "k", "v", "o"].map((part) => `model.layers.N.self_attn.${part}_proj.weight`),
      ...["gate", "up", "down"].map((part) => `model.layers.N.mlp.${part}_proj.weight`),
    ],
  ],
  ["mamba-narrow", ["in", "x", "dt", "out"].map((part) => `backbone.layers.N.mixer.${part}_proj.weight`)],
  [
    "mamba2-groups",
    ["backbone.layers.N.mixer.in_proj.weight", "backbone.layers.N.mixer.out_proj.weight", "lm_head.weight"],
  ],
  [
    "mingru",
    [
      ...["to_z", "to_h", "out_proj"].map((part) => `backbone.layers.N.mixer.${part}.weight`),
      ...["up", "down"].map((part) => `backbone.layers.N.mlp.${part}_proj.weight`),
    ],
  ],
  [
    "rwkv7-goose",
    [
      ...["r", "k", "v", "o"].map((part) => `model.layers.N.attn.${part}_proj.weight`),
      ...["key", "value"].map((part) => `model.layers.N.ffn.${part}.weight`),
      "lm_head.weight",
    ],
  ],
];

const configured = async (folder: string) =>
  configureCheckpoint(await readConfigFiles(`golden/${folder}`), models);

test("every model is adapted here", async () => {
  const all = await Promise.all(ADAPTED.map(([folder]) => configured(folder)));
  expect(all.map(({ name }) => name).sort()).toEqual(models.map(({ name }) => name).sort());
});

test.each(ADAPTED)(
  "%s: adapters go beside the matrices that are multiplied, and have the loss of the merged weights",
  async (folder, names) => {
    const model = await configured(folder);
    const lora = withLora(model, { rank: 2, alpha: 3 });
    const adapted = lora.adapters.filter(({ part }) => part === "lora_a").map(({ of }) => of);
    expect(kindsOf(adapted.map((one) => model.names.nameOf(one).name))).toEqual(names);

    const beside = lossProgram(lora.model, { batch, time });
    const weights = fill(beside, batchOf);
    const { loss } = run(beside, weights);
    const merged = run(mergedWeights(lora), weights);
    expect(Object.keys(merged)).toEqual(adapted.map(({ path }) => path));
    const alone = lossProgram(model, { batch, time });
    expect(run(alone, { ...weights, ...merged }).loss![0]).toBeCloseTo(loss![0]!, 5);
    expect(run(alone, weights).loss![0]).not.toBeCloseTo(loss![0]!, 5);
  },
);
