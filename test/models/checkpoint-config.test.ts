import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCheckpointConfig } from "../../models/griffin/checkpoint-config.js";
import { checkpointFields } from "../../models/griffin/checkpoint-fields.js";
import { CheckpointError } from "../../src/weights/errors.js";
import { errorText, TINY_CONFIG } from "../weights/files.js";

/** The Griffin of these files. */
const parseConfig = (config: object, generation: object = {}, where = "config.json") =>
  parseCheckpointConfig({ where, config: { ...config }, generation: { ...generation } });

/** What parseConfig makes of TINY_CONFIG. */
const TINY_MODEL = {
  vocabSize: 16,
  width: 8,
  mlpExpandedWidth: 12,
  numHeads: 2,
  lruWidth: 12,
  blockTypes: ["recurrent", "attention"],
  attentionWindowSize: 4,
  embeddingsScaleBySqrtDim: true,
  logitsSoftCap: 30,
  conv1dTemporalWidth: 4,
  ropeTheta: 10000,
  partialRotaryFactor: 0.5,
  rmsNormEps: 1e-6,
  dtype: "f32",
  bosId: 2,
  eosIds: [1],
  padId: 0,
};

test("only what the file must say is needed, the rest has Hugging Face's defaults", () => {
  expect(parseConfig(TINY_CONFIG)).toEqual(TINY_MODEL);
});

test("RecurrentGemma 2B in its old spelling", () => {
  const config = {
    model_type: "recurrent_gemma",
    architectures: ["RecurrentGemmaForCausalLM"],
    attention_bias: false,
    attention_window_size: 2048,
    _block_types: ["recurrent", "recurrent", "attention"],
    bos_token_id: 2,
    conv1d_width: 4,
    embeddings_scale_by_sqrt_dim: true,
    eos_token_id: 1,
    head_dim: 256,
    hidden_activation: "gelu_pytorch_tanh",
    hidden_size: 2560,
    intermediate_size: 15360,
    logits_soft_cap: 30,
    lru_width: 2560,
    num_attention_heads: 10,
    num_hidden_layers: 26,
    num_key_value_heads: 1,
    pad_token_id: 0,
    partial_rotary_factor: 0.5,
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
    torch_dtype: "bfloat16",
    vocab_size: 256000,
    w_init_variance_scale: 0.01,
  };
  const model = parseConfig(config);
  expect(model).toMatchObject({ width: 2560, mlpExpandedWidth: 7680, numHeads: 10, dtype: "bf16" });
  expect(model.blockTypes).toHaveLength(26);
  expect(model.blockTypes.filter((type) => type === "attention")).toHaveLength(8);
  expect(model.blockTypes.slice(-3)).toEqual(["attention", "recurrent", "recurrent"]);
});

describe("spellings of later versions mean the same", () => {
  const { attention_window_size: _window, block_types: _blocks, ...rest } = TINY_CONFIG;
  test.each([
    ["sliding_window", { sliding_window: 4, block_types: ["recurrent", "attention"] }],
    [
      "layers_block_type with the new words",
      { attention_window_size: 4, layers_block_type: ["linear_attention", "sliding_attention"] },
    ],
    ["layer_types", { attention_window_size: 4, layer_types: ["recurrent", "attention"] }],
    ["_block_types", { attention_window_size: 4, _block_types: ["recurrent", "attention"] }],
    [
      "rope_parameters",
      {
        attention_window_size: 4,
        block_types: ["recurrent", "attention"],
        rope_parameters: { rope_type: "default", rope_theta: 10000, partial_rotary_factor: 0.5 },
      },
    ],
  ])("%s", (_, keys) => {
    expect(parseConfig({ ...rest, ...keys })).toEqual(TINY_MODEL);
  });

  test("values are taken from rope_parameters, and dtype has two names", () => {
    const rope_parameters = { rope_type: "default", rope_theta: 500, partial_rotary_factor: 1 };
    expect(parseConfig({ ...TINY_CONFIG, rope_parameters, dtype: "float16" })).toEqual({
      ...TINY_MODEL,
      ropeTheta: 500,
      partialRotaryFactor: 1,
      dtype: "f16",
    });
  });
});

test("a pattern is repeated and cut to the number of layers; without one it is R, R, A", () => {
  const config = { ...TINY_CONFIG, num_hidden_layers: 5 };
  const kinds = (extra: object) =>
    parseConfig({ ...config, ...extra })
      .blockTypes.map((type) => type[0])
      .join("");
  expect(kinds({})).toBe("rarar");
  expect(kinds({ block_types: ["attention"] })).toBe("aaaaa");
  expect(kinds({ block_types: undefined })).toBe("rrarr");
});

test("lru_width null is the model's width; a soft cap of null or 0 is off", () => {
  expect(parseConfig({ ...TINY_CONFIG, lru_width: null }).lruWidth).toBe(8);
  expect(parseConfig({ ...TINY_CONFIG, logits_soft_cap: null }).logitsSoftCap).toBe(0);
  expect(parseConfig({ ...TINY_CONFIG, logits_soft_cap: 0 }).logitsSoftCap).toBe(0);
});

test("token ids: lists of eos, none at all, and those of generation_config.json win", () => {
  const config = { ...TINY_CONFIG, eos_token_id: [1, 7], bos_token_id: 5, pad_token_id: 3 };
  expect(parseConfig(config)).toMatchObject({ bosId: 5, eosIds: [1, 7], padId: 3 });
  expect(parseConfig({ ...TINY_CONFIG, eos_token_id: null }).eosIds).toEqual([]);
  expect(parseConfig(config, { eos_token_id: 9, bos_token_id: null })).toMatchObject({
    bosId: 5,
    eosIds: [9],
    padId: 3,
  });
});

test("one problem reads as a sentence with a hint", async () => {
  const { num_key_value_heads: _, ...config } = TINY_CONFIG;
  expect(await errorText(() => parseConfig(config, {}, "model/config.json"))).toBe(
    [
      "checkpoint error: num_key_value_heads: only one head of keys and values is supported",
      "  expected: 1",
      "  got:      2",
      "  at:       model/config.json",
      "  hint:     every published checkpoint says 1; without the key Hugging Face means one a query head",
    ].join("\n"),
  );
});

test("a misspelt key that is needed is recognised", async () => {
  const { hidden_size, ...config } = TINY_CONFIG;
  expect(await errorText(() => parseConfig({ ...config, hiden_size: hidden_size }))).toBe(
    [
      "checkpoint error: hidden_size: missing",
      "  expected: a positive integer",
      "  at:       config.json",
      '  hint:     is "hiden_size" this key, misspelt?',
    ].join("\n"),
  );
});

test("all problems are found at once", async () => {
  const config = {
    ...TINY_CONFIG,
    vocab_size: "16",
    hidden_size: 9,
    intermediate_size: 25,
    num_key_value_heads: 2,
    lru_width: 13,
    block_types: ["recurrent", "mamba"],
    sliding_window: 5,
    hidden_activation: "silu",
    attention_bias: true,
    tie_word_embeddings: false,
    rope_scaling: { factor: 2 },
    dtype: "bfloat16",
    torch_dtype: "float32",
    eos_token_id: 16,
  };
  expect(await errorText(() => parseConfig(config))).toMatchInlineSnapshot(`
    "checkpoint error: 12 problems in config.json
                           problem                                        expected                                                               got                    hint
      vocab_size           unusable value                                 a positive integer                                                     "16"
      block_types          unusable value                                 an array of recurrent, attention, linear_attention, sliding_attention  ["recurrent","mamba"]
      hidden_activation    unusable value                                 gelu_pytorch_tanh (the GeLU the model is defined with)                 "silu"
      rope_scaling         unusable value                                 null (the model's positions are not scaled)                            {"factor":2}
      attention_bias       unusable value                                 false (the model has no biases on q, k, v)                             true
      tie_word_embeddings  unusable value                                 true (the model's head is its embedding)                               false
      sliding_window       contradicts its other name                     attention_window_size, 4                                               5
      torch_dtype          contradicts its other name                     dtype, "bf16"                                                          "f32"
      hidden_size          heads do not divide it                         a multiple of num_attention_heads, 2                                   9
      lru_width            heads do not divide it                         a multiple of num_attention_heads, 2                                   13
      intermediate_size    is odd                                         an even number: twice the width inside the MLP                         25
      num_key_value_heads  only one head of keys and values is supported  1                                                                      2                      every published checkpoint says 1; without the key Hugging Face means one a query head"
  `);
});

test.each([
  [{ hidden_size: 12 }, "partial_rotary_factor: cannot rotate channels in pairs"],
  [{ head_dim: 8 }, "head_dim: is not the width of a head"],
  [{ layer_types: ["recurrent"] }, "layer_types: wrong number of layers"],
  [{ conv1d_width: 1 }, "conv1d_width: unusable value"],
  [{ logits_soft_cap: -1 }, "logits_soft_cap: unusable value"],
  [{ num_hidden_layers: 0 }, "num_hidden_layers: unusable value"],
  [{ num_hidden_layers: 1e15 }, "num_hidden_layers: unusable value"],
  [{ rope_parameters: { rope_type: "yarn" } }, "rope_parameters: unusable value"],
  [{ eos_token_id: 16 }, "eos_token_id: is outside the vocabulary"],
  [{ model_type: "gemma" }, "model_type: unusable value"],
  [{ partial_rotary_factor: 2 }, "partial_rotary_factor: unusable value"],
])("%j", async (keys, message) => {
  const text = await errorText(() => parseConfig({ ...TINY_CONFIG, ...keys }));
  expect(text.split("\n")[0]).toBe(`checkpoint error: ${message}`);
});

test("whatever a key holds, the answer is a model that fits together or a checkpoint error", () => {
  const change = fc.dictionary(fc.constantFrom(...Object.keys(checkpointFields)), fc.jsonValue(), {
    maxKeys: 3,
  });
  fc.assert(
    fc.property(change, (keys) => {
      try {
        const { width, lruWidth, numHeads, blockTypes } = parseConfig({ ...TINY_CONFIG, ...keys });
        expect([width % numHeads, lruWidth % numHeads, blockTypes.length > 0]).toEqual([0, 0, true]);
      } catch (error) {
        expect(error).toBeInstanceOf(CheckpointError);
      }
    }),
    { numRuns: 500 },
  );
});
