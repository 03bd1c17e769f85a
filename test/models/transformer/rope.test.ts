import { describe, expect, test } from "vitest";
import { llama } from "../../../models/index.js";
import { llamaConfigSchema, type LlamaConfig } from "../../../models/llama/config.js";
import { ropeOf, scoreFactorOf } from "../../../models/transformer/rope.js";
import { errorText } from "../../weights/files.js";

interface Sizes {
  readonly head: number;
  readonly context: number;
  readonly rope_theta?: number;
}

/** The configuration that a checkpoint with these rotary positions gets. */
function read({ head, context, ...keys }: Sizes & Readonly<Record<string, unknown>>): LlamaConfig {
  const config = {
    model_type: "llama",
    vocab_size: 8,
    hidden_size: 2 * head,
    intermediate_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    head_dim: head,
    max_position_embeddings: context,
    ...keys,
  };
  return llamaConfigSchema.parse(
    llama.fromCheckpoint({ where: "config.json", config, generation: {} }).config,
  );
}

describe("frequencies and the factor of scores are those of transformers 5.24", () => {
  const yarn = { rope_type: "yarn", factor: 4, original_max_position_embeddings: 1024 };
  test.each<[string, Sizes, object, readonly number[], number]>([
    [
      "yarn",
      { head: 16, context: 4096 },
      { rope_theta: 10_000, ...yarn },
      [1, 1, 0.8125, 0.625, 0.4375, 0.25, 0.25, 0.25],
      1.138629436111989,
    ],
    [
      "yarn between channels",
      { head: 16, context: 64 },
      {
        ...yarn,
        rope_theta: 1000,
        original_max_position_embeddings: 16,
        beta_fast: 2,
        beta_slow: 0.2,
        truncate: false,
      },
      [1, 0.79743, 0.51618, 0.25, 0.25, 0.25, 0.25, 0.25],
      1.138629436111989,
    ],
    [
      "yarn with a factor of scores",
      { head: 16, context: 64 },
      { ...yarn, rope_theta: 1000, factor: 8, original_max_position_embeddings: 64, attention_factor: 1.5 },
      [1, 0.70833, 0.41667, 0.125, 0.125, 0.125, 0.125, 0.125],
      1.5,
    ],
    [
      "yarn with two slopes",
      { head: 8, context: 4096 },
      { ...yarn, factor: 40, original_max_position_embeddings: 64, mscale: 1, mscale_all_dim: 0.5 },
      [1, 0.5125, 0.025, 0.025],
      1.1557219901962608,
    ],
    [
      "yarn without a factor: how many times the first context the whole is",
      { head: 8, context: 4096 },
      { ...yarn, factor: null },
      [1, 0.75, 0.5, 0.25],
      1.138629436111989,
    ],
    [
      "yarn without a first context: the whole",
      { head: 8, context: 4096 },
      { ...yarn, factor: 2, original_max_position_embeddings: null },
      [1, 1, 0.75, 0.5],
      1.0693147180559945,
    ],
    [
      "yarn whose borders fall together",
      { head: 8, context: 64 },
      { ...yarn, original_max_position_embeddings: 4 },
      [1, 0.25, 0.25, 0.25],
      1.138629436111989,
    ],
    ["linear", { head: 8, context: 64 }, { rope_type: "linear", factor: 4 }, [0.25, 0.25, 0.25, 0.25], 1],
    [
      "llama3",
      { head: 8, context: 64 },
      {
        rope_type: "llama3",
        rope_theta: 100,
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 64,
      },
      [1, 0.77281, 0.13042, 0.125],
      1,
    ],
    [
      "llama3 without a first context: the whole",
      { head: 8, context: 4096 },
      { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
      [1, 1, 1, 0.125],
      1,
    ],
  ])("%s", (_, sizes, rope_parameters, scaling, factor) => {
    const config = read({ ...sizes, rope_parameters });
    const frequencies = ropeOf(config).scaling!;
    expect(frequencies.map((value) => Number(value.toFixed(5)))).toEqual(scaling);
    expect(scoreFactorOf(config)).toBeCloseTo(factor ** 2, 12);
    // Old files: the base apart, and the type by its older name. They win.
    const { rope_type: type, rope_theta = 10_000, ...rest } = rope_parameters as Record<string, unknown>;
    const old = { ...sizes, rope_theta: rope_theta as number, rope_scaling: { type, ...rest } };
    expect(read({ ...old, rope_parameters: { rope_type: "linear", factor: 3 } })).toEqual(config);
  });

  test("dynamic changes nothing as far as a sequence may go", () => {
    const rope_parameters = { rope_type: "dynamic", rope_theta: 100, factor: 8 };
    const config = read({ head: 8, context: 64, rope_parameters });
    expect([ropeOf(config), scoreFactorOf(config)]).toEqual([{ base: 100 }, 1]);
  });
});

describe("refused", () => {
  test.each<[string, object, readonly string[]]>([
    [
      "a type that is not known",
      { rope_scaling: { type: "longrope", short_factor: [1] } },
      [
        `rope_scaling.rope_type: unusable value`,
        `expected: default, linear, dynamic, llama3 or yarn`,
        `got:      "longrope"`,
      ],
    ],
    [
      "a key that the type does not have",
      { rope_parameters: { rope_type: "linear", factor: 2, mrope_section: [2, 2] } },
      [
        "rope_parameters.mrope_section: unusable value",
        "expected: no such key, of this rope_type",
        "got:      [2,2]",
      ],
    ],
    [
      "a key that is missing",
      { rope_parameters: { rope_type: "linear" } },
      ["rope_parameters.factor: missing", "expected: a number of at least 1"],
    ],
    [
      "heads that rotate in part",
      { partial_rotary_factor: 0.5 },
      [
        "partial_rotary_factor: unusable value",
        "expected: 1 (all channels of a head rotate)",
        "got:      0.5",
      ],
    ],
    [
      "borders in the wrong order",
      { rope_parameters: { rope_type: "llama3", factor: 2, low_freq_factor: 4, high_freq_factor: 4 } },
      [
        "rope_parameters.high_freq_factor: unusable value",
        "expected: above low_freq_factor, 4",
        "got:      4",
      ],
    ],
    [
      "dynamic where sequences have no end",
      { model_type: "mistral", num_key_value_heads: 2, rope_scaling: { type: "dynamic", factor: 2 } },
      [
        `rope_scaling.rope_type: unusable value`,
        `expected: default, linear, llama3 or yarn, where all layers have a window`,
        `got:      "dynamic"`,
      ],
    ],
    [
      "weights that are quantized",
      { quantization_config: { bits: 4 } },
      [
        `quantization_config: unusable value`,
        `expected: null (weights that are quantized are not read)`,
        `got:      {"bits":4}`,
      ],
    ],
  ])("%s", async (_, keys, expected) => {
    const [first, ...rest] = expected;
    const lines = [
      `checkpoint error: ${first}`,
      ...rest.map((line) => `  ${line}`),
      "  at:       config.json",
    ];
    expect(await errorText(() => read({ head: 8, context: 64, ...keys }))).toBe(lines.join("\n"));
  });
});
