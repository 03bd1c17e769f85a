import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { mamba2, rwkv7 } from "../../models/index.js";
import { lowerProgram } from "../../src/engine/index.js";
import { walk } from "../../src/ir/operation.js";
import { type ConfiguredModel, configureCheckpoint } from "../../src/model/index.js";
import { GriffinError } from "../../src/support/errors.js";
import { readConfigFiles } from "../../src/weights/index.js";

const small = [
  ["mamba2", mamba2.presets["tiny-mamba2"]!],
  ["rwkv7", rwkv7.presets["tiny-rwkv7"]!],
] as const satisfies readonly (readonly [string, ConfiguredModel])[];

const MAMBA2 = {
  model_type: "mamba2",
  vocab_size: 50_288,
  hidden_size: 768,
  num_hidden_layers: 24,
  num_heads: 24,
  head_dim: 64,
  state_size: 128,
  n_groups: 1,
  tie_word_embeddings: true,
  bos_token_id: 0,
  eos_token_id: 0,
  pad_token_id: 0,
  dtype: "bfloat16",
};

const RWKV7 = {
  model_type: "rwkv7",
  vocab_size: 65_536,
  hidden_size: 768,
  num_hidden_layers: 12,
  head_dim: 64,
  hidden_ratio: 4,
  value_dim: Array<number>(12).fill(768),
  decay_low_rank_dim: 64,
  a_low_rank_dim: 64,
  v_low_rank_dim: 32,
  gate_low_rank_dim: 128,
  bos_token_id: 0,
  eos_token_id: 0,
  pad_token_id: 0,
  dtype: "bfloat16",
};

const configure = (config: object) =>
  configureCheckpoint({ where: "config.json", config: { ...config }, generation: {} }, [mamba2, rwkv7]);

/** The text of what is wrong with a configuration. */
function complaint(config: object): string {
  try {
    configure(config);
  } catch (error) {
    if (error instanceof GriffinError) return error.message;
    throw error;
  }
  throw new Error("nothing was complained about");
}

describe("config.json", () => {
  it("of the smallest published Mamba-2 and RWKV-7 gives their presets", () => {
    expect(configure(MAMBA2).config).toEqual(mamba2.presets["mamba2-130m"]!.config);
    expect(configure(RWKV7).config).toEqual(rwkv7.presets["rwkv7-0.1b"]!.config);
  });

  it("may say that step sizes have no bound, as Python writes infinity and as transformers does", async () => {
    const folder = await mkdtemp(join(tmpdir(), "griffin-config-"));
    const text = JSON.stringify({ ...MAMBA2, time_step_limit: [0, "HERE"], note: 'no "Infinity" here' });
    for (const infinity of ["Infinity", '{"__float__": "Infinity"}']) {
      await writeFile(join(folder, "config.json"), text.replace('"HERE"', infinity));
      const { config } = configureCheckpoint(await readConfigFiles(folder), [mamba2]);
      expect(config).toMatchObject({ stepLimit: [0, null] });
    }
    await rm(folder, { recursive: true });
  });

  it("is refused with all that is wrong", () => {
    expect(complaint({ ...MAMBA2, num_heads: 20, n_groups: 3, hidden_act: "gelu" })).toMatchInlineSnapshot(`
      "checkpoint error: 3 problems in config.json
                    problem                    expected                                         got
        hidden_act  unusable value             silu (the activation the model is defined with)  "gelu"
        num_heads   does not fit the width     expand * hidden_size, 1536                       num_heads * head_dim, 20 * 64 = 1280
        n_groups    does not divide the heads  a divisor of num_heads, 20                       3"
    `);
    expect(
      complaint({ ...RWKV7, head_dim: 60, value_dim: 512, norm_first: false, attn: { layers: [1] } }),
    ).toMatchInlineSnapshot(`
      "checkpoint error: 4 problems in config.json
                     problem                                                    expected                                      got
        norm_first   unusable value                                             true (the embedding is normalised)            false
        attn         unusable value                                             null (layers of attention are another model)  {"layers":[1]}
        hidden_size  heads do not divide it                                     a multiple of head_dim, 60                    768
        value_dim    values wider or narrower than the model are not supported  hidden_size, 768                              512"
    `);
    for (const config of [MAMBA2, RWKV7]) {
      const slips = complaint({ ...config, num_hidden_layers: 1e15, eos_token_id: [5, config.vocab_size] });
      expect(slips).toMatch(/num_hidden_layers +unusable value +an integer from 1 to 1000 /);
      expect(slips).toMatch(/eos_token_id +is outside the vocabulary +< \d+ /);
    }
  });
});

test.each(small)(
  "tensors of %s have one name in checkpoints, which leads back to them",
  (_, { names, parameters }) => {
    const stored = parameters.map((parameter) => names.nameOf(parameter));
    expect(stored.map((tensor) => names.pathOf(tensor))).toEqual(parameters);
    expect(names.pathOf({ name: "other.weight", shape: [1] })).toBeUndefined();
  },
);

test.each([
  [
    ...small[0],
    {
      "mixer.conv1d.tail": "batch 1, tail 3, channels 96, bf16",
      "mixer.state": "batch 1, groups 2, heads 2, state 8, channel 16, f32",
    },
  ],
  [
    ...small[1],
    {
      "attn.shift": "batch 1, tail 1, model 32, bf16",
      "attn.state": "batch 1, heads 2, head 16, value 16, f32",
      "ffn.shift": "batch 1, tail 1, model 32, bf16",
    },
  ],
] as const)("states of %s are matrices of heads in f32 and what came just before", (_, model, expected) => {
  const { arguments: all } = model.program({ kind: "decode", batch: 1, time: 1, dtype: "bf16" });
  const states = all.filter(({ role, name }) => role === "state" && name.startsWith("layers.1."));
  const described = states.map(({ name, axes, dimensions, elementType }) => [
    name.slice("layers.1.".length),
    [...axes.map((axis, i) => `${axis} ${dimensions[i]}`), elementType].join(", "),
  ]);
  expect(Object.fromEntries(described)).toEqual(expected);
});

test.each(small)("programs of %s lower to StableHLO for every target", (_, model) => {
  for (const [target, kind, time] of [
    ["cpu", "extend", 8],
    ["gpu", "decode", 1],
    ["tpu", "prefill", 64],
  ] as const) {
    const { module } = lowerProgram(model.program({ kind, batch: 1, time, dtype: "bf16" }), { target });
    const dialects = new Set([...walk(module)].map(({ name }) => name.split(".")[0]));
    expect([...dialects].filter((name) => !["builtin", "func", "stablehlo", "chlo"].includes(name!))).toEqual(
      [],
    );
  }
});
