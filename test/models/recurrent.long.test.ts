import { describe, expect, it, test } from "vitest";
import { mamba, minGru, models } from "../../models/index.js";
import { lowerProgram } from "../../src/engine/index.js";
import { walk } from "../../src/ir/operation.js";
import { configureCheckpoint, type ConfiguredModel } from "../../src/model/index.js";
import type { JsonObject } from "../../src/weights/index.js";
import { GriffinError } from "../../src/support/errors.js";

const configured = (config: JsonObject): ConfiguredModel =>
  configureCheckpoint({ where: "config.json", config, generation: {} }, models);

function complaint(config: JsonObject): string {
  try {
    configured(config);
  } catch (error) {
    if (error instanceof GriffinError) return error.message;
    throw error;
  }
  throw new Error("nothing was complained about");
}

const tiny = { mamba: mamba.presets["tiny-mamba"]!, mingru: minGru.presets["tiny-mingru"]! };

describe.each(Object.entries(tiny))("%s", (_, model) => {
  it("has programs that lower to StableHLO alone for every target", () => {
    for (const target of ["cpu", "gpu", "tpu"]) {
      for (const kind of ["prefill", "decode"] as const) {
        const traced = model.program({ kind, batch: 2, time: kind === "decode" ? 1 : 24, dtype: "bf16" });
        const { module } = lowerProgram(traced, { target });
        const dialects = new Set([...walk(module)].map(({ name }) => name.split(".")[0]!));
        expect([...dialects].sort()).toEqual(["builtin", "func", "stablehlo"]);
      }
    }
  });

  it("finds each of its parameters by the name that it has in checkpoints", () => {
    const { parameters, names } = model;
    const stored = parameters.map((parameter) => names.nameOf(parameter));
    expect(stored.map((tensor) => names.pathOf(tensor))).toEqual(parameters);
    expect(stored.map(({ name }) => name)).toContain("backbone.layers.1.mixer.conv1d.weight");
    expect(stored.find(({ name }) => name.endsWith("conv1d.weight"))!.shape).toHaveLength(3);
  });
});

const mambaJson = { model_type: "mamba", vocab_size: 50, hidden_size: 24, num_hidden_layers: 3 };

test("a Mamba's config.json says little more than its sizes; the rest is as its class has it", () => {
  expect(configured(mambaJson).config).toEqual({
    vocabSize: 50,
    width: 24,
    numLayers: 3,
    innerWidth: 48,
    stateSize: 16,
    timeStepRank: 2,
    convWidth: 4,
    normEps: 1e-5,
    bias: false,
    convBias: true,
    residualInF32: true,
    tiedEmbedding: true,
    dtype: "f32",
    bosId: 0,
    eosIds: [0],
    padId: 0,
  });
  const other = {
    expand: 1.5,
    intermediate_size: 36,
    time_step_rank: 7,
    tie_word_embeddings: false,
    dtype: "bfloat16",
  };
  expect(configured({ ...mambaJson, ...other }).config).toMatchObject({
    innerWidth: 36,
    timeStepRank: 7,
    tiedEmbedding: false,
    dtype: "bf16",
  });
});

test("what a Mamba's config.json has wrong is told together", () => {
  const wrong = { hidden_size: 24.5, intermediate_size: 50, hidden_act: "gelu", bos_token_id: 50 };
  expect(complaint({ ...mambaJson, ...wrong, hidden_size: 24 })).toMatchInlineSnapshot(`
    "checkpoint error: 3 problems in config.json
                         problem                      expected                                   got
      hidden_act         unusable value               silu (the gate the model is defined with)  "gelu"
      bos_token_id       is outside the vocabulary    < 50                                       50
      intermediate_size  is not the width of a block  expand times hidden_size, 48               50"
  `);
  expect(
    complaint({ model_type: "mamba", vocab_size: 50, hidden_sise: 24, num_hidden_layers: 3 }),
  ).toMatchInlineSnapshot(`
    "checkpoint error: hidden_size: missing
      expected: a positive integer
      at:       config.json
      hint:     is "hidden_sise" this key, misspelt?"
  `);
});

test("a minGRU's config.json", () => {
  const json = { ...mambaJson, model_type: "mingru", intermediate_size: 40, expansion_factor: 1.5 };
  expect(configured(json).config).toMatchObject({
    hiddenWidth: 36,
    mlpWidth: 40,
    convWidth: 4,
    normEps: 1e-6,
  });
  expect(complaint({ ...mambaJson, model_type: "mingru", conv_kernel: 1 })).toMatchInlineSnapshot(`
    "checkpoint error: 2 problems in config.json
                         problem         expected                  got
      intermediate_size  missing         a positive integer
      conv_kernel        unusable value  an integer of at least 2  1"
  `);
});

test("the published sizes have the parameters that they are known for", () => {
  const count = (model: ConfiguredModel): number =>
    model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  expect(count(mamba.presets["mamba-130m"]!)).toBe(129_135_360);
});
