import { describe, expect, test } from "vitest";
import { gemma2, gemma2ConfigSchema, llama, llamaConfigSchema } from "../../models/index.js";
import { gemma2Presets } from "../../models/gemma2/presets.js";
import { llamaPresets } from "../../models/llama/presets.js";
import { lowerProgram } from "../../src/engine/index.js";
import { walk } from "../../src/ir/operation.js";
import type { ConfiguredModel } from "../../src/model/index.js";
import { errorText } from "../weights/files.js";

const count = ({ parameters }: ConfiguredModel): number =>
  parameters.reduce((total, { shape }) => total + shape.reduce((product, size) => product * size, 1), 0);

const from = (
  model: typeof llama | typeof gemma2,
  config: object,
  generation: object = {},
): ConfiguredModel =>
  model.fromCheckpoint({ where: "config.json", config: { ...config }, generation: { ...generation } });

describe("presets", () => {
  test("have as many parameters as the published models", () => {
    expect(count(llama.presets["llama-3.2-1b"]!)).toBe(1_235_814_400);
    expect(count(gemma2.presets["gemma-2-2b"]!)).toBe(2_614_341_888);
  });

  test("are what the schemas of configurations say", () => {
    for (const preset of Object.values(llamaPresets)) expect(llamaConfigSchema.parse(preset)).toEqual(preset);
    for (const preset of Object.values(gemma2Presets))
      expect(gemma2ConfigSchema.parse(preset)).toEqual(preset);
  });
});

/** Llama 3.2 1B in transformers' old spelling. */
const LLAMA = {
  architectures: ["LlamaForCausalLM"],
  attention_bias: false,
  attention_dropout: 0.0,
  bos_token_id: 128_000,
  eos_token_id: 128_001,
  head_dim: 64,
  hidden_act: "silu",
  hidden_size: 2048,
  initializer_range: 0.02,
  intermediate_size: 8192,
  max_position_embeddings: 131_072,
  mlp_bias: false,
  model_type: "llama",
  num_attention_heads: 32,
  num_hidden_layers: 16,
  num_key_value_heads: 8,
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_scaling: {
    factor: 32.0,
    high_freq_factor: 4.0,
    low_freq_factor: 1.0,
    original_max_position_embeddings: 8192,
    rope_type: "llama3",
  },
  rope_theta: 500_000.0,
  tie_word_embeddings: true,
  torch_dtype: "bfloat16",
  use_cache: true,
  vocab_size: 128_256,
};

describe("config.json", () => {
  test("of Llama 3.2 is the preset, with caches for all that it can hold", () => {
    expect(from(llama, LLAMA).config).toEqual({
      ...llamaPresets["llama-3.2-1b"],
      contextSize: 131_072,
    });
    expect(from(llama, LLAMA).generation.capacity).toBe(131_072);
  });

  test("of Mistral has a window, in which Hugging Face counts the token itself: no bound on what a sequence may have", () => {
    const { rope_scaling: _, ...plain } = LLAMA;
    const mistral = from(llama, { ...plain, model_type: "mistral", sliding_window: 4096 });
    expect(mistral.config).toMatchObject({
      windows: Array<number>(16).fill(4095),
      ropeScaling: null,
      attentionBias: "none",
    });
    expect(mistral.generation.capacity).toBeUndefined();
    expect(from(llama, { ...plain, model_type: "mistral", sliding_window: null }).config).toMatchObject({
      windows: Array<null>(16).fill(null),
    });
    // What transformers' class has where the file says nothing.
    const { num_key_value_heads: _heads, ...bare } = plain;
    expect(from(llama, { ...bare, model_type: "mistral" }).config).toMatchObject({
      windows: Array<number>(16).fill(4095),
      numKeyValueHeads: 8,
    });
  });

  test("of Qwen2 has biases, and a window that is not used", () => {
    const { rope_scaling: _, bos_token_id, eos_token_id, ...plain } = LLAMA;
    const qwen = {
      ...plain,
      model_type: "qwen2",
      vocab_size: 151_936,
      use_sliding_window: false,
      sliding_window: 131_072,
    };
    expect(from(llama, qwen, { eos_token_id: [151_645, 151_643] }).config).toMatchObject({
      attentionBias: "queries, keys and values",
      windows: Array<null>(16).fill(null),
      bosId: 151_643,
      eosIds: [151_645, 151_643],
    });
    expect([bos_token_id, eos_token_id]).toEqual([128_000, 128_001]);
  });

  test("of Qwen2 has windows in the layers behind the first few, or in those that it lists", async () => {
    const { rope_scaling: _, ...plain } = LLAMA;
    const qwen = {
      ...plain,
      model_type: "qwen2",
      vocab_size: 151_936,
      num_hidden_layers: 4,
      use_sliding_window: true,
      sliding_window: 9,
      max_window_layers: 3,
    };
    expect(from(llama, qwen).config).toMatchObject({ windows: [null, null, null, 8] });
    expect(from(llama, qwen).generation.capacity).toBe(131_072);
    // Transformers' own number is 28 layers without.
    expect(from(llama, { ...qwen, max_window_layers: null }).config).toMatchObject({
      windows: [null, null, null, null],
    });
    const all = { ...qwen, max_window_layers: 0 };
    expect(from(llama, all).config).toMatchObject({ windows: [8, 8, 8, 8] });
    expect(from(llama, all).generation.capacity).toBeUndefined();
    const layer_types = ["sliding_attention", "full_attention", "full_attention", "sliding_attention"];
    const listed = { ...qwen, layer_types };
    expect(from(llama, listed).config).toMatchObject({ windows: [8, null, null, 8] });
    expect(from(llama, listed).summary).toBe(
      "4 layers (2 of a window of 8), width 2048, vocabulary 151936, context 131072",
    );
    const unused = { ...listed, use_sliding_window: false };
    expect(await errorText(() => from(llama, unused))).toMatchInlineSnapshot(`
      "checkpoint error: layer_types: lists a window that the model does not use
        expected: full_attention for all layers
        got:      sliding_attention
        at:       config.json"
    `);
    const mixed = { ...listed, model_type: "mistral" };
    expect(await errorText(() => from(llama, mixed))).toMatchInlineSnapshot(`
      "checkpoint error: layer_types: lists layers without the model's window
        expected: sliding_attention for all layers
        got:      full_attention
        at:       config.json"
    `);
  });

  test("is refused with all that is wrong with it", async () => {
    const config = {
      ...LLAMA,
      hidden_act: "gelu",
      num_key_value_heads: 5,
      head_dim: 63,
      rope_scaling: { rope_type: "su", factor: 4 },
      eos_token_id: 128_256,
      vocab_sizes: 1,
    };
    expect(await errorText(() => from(llama, { ...config, vocab_size: undefined }))).toMatchInlineSnapshot(`
      "checkpoint error: 5 problems in config.json
                                problem                               expected                                   got     hint
        vocab_size              missing                               a positive integer                                 is "vocab_sizes" this key, misspelt?
        hidden_act              unusable value                        silu (the gate the model is defined with)  "gelu"
        rope_scaling.rope_type  unusable value                        default, linear, dynamic, llama3 or yarn   "su"
        num_key_value_heads     does not divide the heads of queries  a divisor of num_attention_heads, 32       5
        head_dim                cannot rotate channels in pairs       an even whole number of channels a head    63"
    `);
    expect(await errorText(() => from(llama, config))).toMatchInlineSnapshot(`
      "checkpoint error: 5 problems in config.json
                                problem                               expected                                   got
        hidden_act              unusable value                        silu (the gate the model is defined with)  "gelu"
        rope_scaling.rope_type  unusable value                        default, linear, dynamic, llama3 or yarn   "su"
        num_key_value_heads     does not divide the heads of queries  a divisor of num_attention_heads, 32       5
        head_dim                cannot rotate channels in pairs       an even whole number of channels a head    63
        eos_token_id            is outside the vocabulary             < 128256                                   128256"
    `);
  });

  test("of a Gemma 2 lists its layers or alternates, and is refused where it is another model", async () => {
    const config = {
      model_type: "gemma2",
      vocab_size: 256_000,
      hidden_size: 2304,
      intermediate_size: 9216,
      num_hidden_layers: 26,
      num_attention_heads: 8,
      num_key_value_heads: 4,
      head_dim: 256,
      max_position_embeddings: 8192,
      sliding_window: 4096,
      query_pre_attn_scalar: 256,
      attn_logit_softcapping: 50.0,
      final_logit_softcapping: 30.0,
      hidden_activation: "gelu_pytorch_tanh",
      rms_norm_eps: 1e-6,
      rope_theta: 10_000.0,
      torch_dtype: "bfloat16",
    };
    expect(from(gemma2, config).config).toEqual(gemma2Presets["gemma-2-2b"]);
    const { attn_logit_softcapping: _scores, final_logit_softcapping: _logits, ...bare } = config;
    expect(from(gemma2, bare).config).toEqual(gemma2Presets["gemma-2-2b"]);
    const off = { attn_logit_softcapping: null, final_logit_softcapping: null };
    expect(from(gemma2, { ...config, ...off }).config).toMatchObject({
      scoreSoftCap: null,
      logitsSoftCap: null,
    });
    const listed = { ...config, num_hidden_layers: 2, layer_types: ["full_attention", "sliding_attention"] };
    expect(from(gemma2, listed).config).toMatchObject({ layerTypes: ["global", "local"] });
    const wrong = { ...listed, num_hidden_layers: 3, sliding_window: 1, attention_bias: true };
    expect(await errorText(() => from(gemma2, wrong))).toMatchInlineSnapshot(`
      "checkpoint error: 3 problems in config.json
                        problem                 expected                         got
        sliding_window  unusable value          an integer of at least 2         1
        attention_bias  unusable value          false (the model has no biases)  true
        layer_types     wrong number of layers  3 (num_hidden_layers)            2"
    `);
  });
});

const tiny = [llama.presets["tiny-llama"]!, gemma2.presets["tiny-gemma-2"]!] as const;

test("tensors are called as transformers calls them, in both directions", () => {
  for (const { parameters, names } of tiny) {
    const stored = parameters.map((parameter) => names.nameOf(parameter));
    expect(stored.map((tensor) => names.pathOf(tensor))).toEqual(parameters);
    expect(stored[0]).toEqual({ name: "model.embed_tokens.weight", shape: [64, 32] });
  }
  const untied = llama.configure({ ...llamaPresets["tiny-llama"], tiedEmbedding: false });
  const head = { path: "lm_head.weight", shape: [64, 32] };
  expect(untied.parameters).toContainEqual(head);
  expect(untied.names.nameOf(head)).toEqual({ name: "lm_head.weight", shape: [64, 32] });
});

test.each(["cpu", "gpu", "tpu"])("every program lowers for %s, to StableHLO only", (target) => {
  for (const model of tiny) {
    for (const [kind, time] of [
      ["prefill", 8],
      ["extend", 8],
      ["decode", 1],
      ["score", 8],
      ["forward", 8],
    ] as const) {
      const { module } = lowerProgram(model.program({ kind, batch: 2, time, dtype: "bf16" }), { target });
      const dialects = new Set([...walk(module)].map(({ name }) => name.split(".")[0]));
      expect(
        [...dialects].filter((name) => !["builtin", "func", "stablehlo", "chlo"].includes(name!)),
      ).toEqual([]);
    }
  }
});
