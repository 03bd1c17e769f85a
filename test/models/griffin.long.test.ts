import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { griffinProgram } from "../../models/griffin.js";
import { griffin, type GriffinConfig } from "../../models/index.js";
import { griffinConfigSchema } from "../../models/griffin/config.js";
import { griffinPattern, hawkPattern, presets } from "../../models/griffin/presets.js";
import { walk } from "../../src/ir/operation.js";
import type { Argument, Result } from "../../src/program/index.js";

/** How many numbers the parameters of a model have, and those besides its embedding. */
function count(config: GriffinConfig): readonly [all: number, withoutEmbedding: number] {
  const { parameters } = griffin.configure(config);
  const sizes = parameters.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const all = sizes.reduce((total, size) => total + size, 0);
  return [all, all - sizes[parameters.findIndex(({ path }) => path === "embed_tokens.weight")]!];
}

describe("presets", () => {
  it.each([
    ["recurrentgemma-2b", 2_682_862_080, 2_027_502_080],
    ["recurrentgemma-9b", 8_579_977_216, 7_531_401_216],
    ["griffin-7b", 7_795_144_704, 6_746_568_704],
    ["hawk-7b", 8_161_562_624, 7_112_986_624],
  ] as const)("%s has %d parameters, %d without the embedding", (name, all, withoutEmbedding) => {
    expect(count(presets[name])).toEqual([all, withoutEmbedding]);
  });

  const shared = {
    vocabSize: 256_000,
    conv1dTemporalWidth: 4,
    ropeTheta: 10_000,
    partialRotaryFactor: 0.5,
    rmsNormEps: 1e-6,
    dtype: "bf16",
    bosId: 2,
    eosIds: [1],
    padId: 0,
  };
  const gemma = { ...shared, attentionWindowSize: 2048, embeddingsScaleBySqrtDim: true, logitsSoftCap: 30 };
  const paper = {
    ...shared,
    width: 4096,
    mlpExpandedWidth: 12_288,
    numHeads: 32,
    lruWidth: 5632,
    attentionWindowSize: 1024,
    embeddingsScaleBySqrtDim: false,
    logitsSoftCap: 0,
  };
  const blocks = (pattern: string) =>
    [...pattern].map((letter) => (letter === "R" ? "recurrent" : "attention"));

  it("have every field of the published models", () => {
    expect(presets["recurrentgemma-2b"]).toEqual({
      ...gemma,
      width: 2560,
      mlpExpandedWidth: 7680,
      numHeads: 10,
      lruWidth: 2560,
      blockTypes: blocks("RRARRARRARRARRARRARRARRARR"),
    });
    expect(presets["recurrentgemma-9b"]).toEqual({
      ...gemma,
      width: 4096,
      mlpExpandedWidth: 12_288,
      numHeads: 16,
      lruWidth: 4096,
      blockTypes: blocks("RRARRARRARRARRARRARRARRARRARRARRARRARR"),
    });
    expect(presets["griffin-7b"]).toEqual({
      ...paper,
      blockTypes: blocks("RRARRARRARRARRARRARRARRARRARRARR"),
    });
    expect(presets["hawk-7b"]).toEqual({ ...paper, blockTypes: blocks("R".repeat(32)) });
  });

  it.each(Object.entries(presets))("%s is what the schema of configurations says", (_, preset) => {
    expect(griffinConfigSchema.parse(preset)).toEqual(preset);
  });

  it("tiny ones have both kinds of blocks, and a window shorter than most prompts", () => {
    expect(presets.tiny.blockTypes).toEqual(["recurrent", "recurrent", "attention"]);
    expect(presets.tiny.attentionWindowSize).toBe(8);
    expect(presets["tiny-hawk"].blockTypes).toEqual(["recurrent", "recurrent"]);
    expect([count(presets.tiny)[0], count(presets["tiny-hawk"])[0]]).toEqual([48_544, 35_936]);
  });

  it("patterns are cut to the number of layers", () => {
    expect(griffinPattern(5)).toEqual(blocks("RRARR"));
    expect(griffinPattern(0)).toEqual([]);
    expect(hawkPattern(3)).toEqual(blocks("RRR"));
  });
});

describe("parameters", () => {
  const { tiny } = presets;
  const [vocab, d, e, lru, heads] = [64, 32, 96, 48, 2];
  const around = (layer: number, block: Readonly<Record<string, readonly number[]>>) => ({
    [`layers.${layer}.temporal_pre_norm.weight`]: [d],
    ...Object.fromEntries(
      Object.entries(block).map(([name, shape]) => [`layers.${layer}.temporal_block.${name}`, shape]),
    ),
    [`layers.${layer}.channel_pre_norm.weight`]: [d],
    [`layers.${layer}.mlp_block.gate_proj.weight`]: [e, d],
    [`layers.${layer}.mlp_block.gate_proj.bias`]: [e],
    [`layers.${layer}.mlp_block.up_proj.weight`]: [e, d],
    [`layers.${layer}.mlp_block.up_proj.bias`]: [e],
    [`layers.${layer}.mlp_block.down_proj.weight`]: [d, e],
    [`layers.${layer}.mlp_block.down_proj.bias`]: [d],
  });
  const recurrent = {
    "linear_y.weight": [lru, d],
    "linear_y.bias": [lru],
    "linear_x.weight": [lru, d],
    "linear_x.bias": [lru],
    "conv_1d.weight": [lru, 4],
    "conv_1d.bias": [lru],
    "rg_lru.recurrent_gate_weight": [heads, lru / heads, lru / heads],
    "rg_lru.recurrent_gate_bias": [heads, lru / heads],
    "rg_lru.input_gate_weight": [heads, lru / heads, lru / heads],
    "rg_lru.input_gate_bias": [heads, lru / heads],
    "rg_lru.recurrent_param": [lru],
    "linear_out.weight": [d, lru],
    "linear_out.bias": [d],
  };
  const attention = {
    "q_proj.weight": [d, d],
    "k_proj.weight": [d / heads, d],
    "v_proj.weight": [d / heads, d],
    "o_proj.weight": [d, d],
    "o_proj.bias": [d],
  };

  it("have the paths and shapes of the published checkpoints", () => {
    const listed = Object.fromEntries(
      griffin.configure(tiny).parameters.map(({ path, shape }) => [path, shape]),
    );
    expect(listed).toEqual({
      "embed_tokens.weight": [vocab, d],
      ...around(0, recurrent),
      ...around(1, recurrent),
      ...around(2, attention),
      "final_norm.weight": [d],
    });
  });

  it("go to the names of checkpoints and back", () => {
    const { parameters, names } = griffin.configure(tiny);
    for (const parameter of parameters) {
      const { name, shape } = names.nameOf(parameter);
      expect(name).toBe(`model.${parameter.path}`);
      expect(shape).toEqual(name.endsWith("conv_1d.weight") ? [lru, 1, 4] : parameter.shape);
      expect(names.pathOf({ name, shape })).toEqual(parameter);
    }
  });

  it("are the same, in the same order, for every kind of program", () => {
    const paths = (kind: "forward" | "prefill" | "extend" | "decode" | "score") =>
      griffinProgram(tiny, { kind, batch: 2, time: kind === "decode" ? 1 : 4, dtype: "bf16" })
        .arguments.filter(({ role }) => role === "parameter")
        .map(({ name }) => name);
    for (const kind of ["prefill", "extend", "decode", "score"] as const)
      expect(paths(kind)).toEqual(paths("forward"));
  });
});

describe("programs", () => {
  const { tiny } = presets;
  const describeAll = (kind: "forward" | "prefill" | "extend" | "decode" | "score", probes = false) => {
    const options = { kind, batch: 2, time: kind === "decode" ? 1 : 5, dtype: "bf16", probes } as const;
    const { name, arguments: args, results } = griffinProgram(tiny, options);
    const line = ({ role, name, axes, dimensions, elementType }: Argument | Result) =>
      `${role} ${name} [${axes.map((axis, i) => `${axis} ${dimensions[i]}`).join(", ")}] ${elementType}`;
    return {
      name,
      arguments: args.filter(({ role }) => role !== "parameter").map(line),
      results: results.map(line),
    };
  };
  const inputs = (time: number) => [
    `input tokens [batch 2, time ${time}] i32`,
    `input segment_pos [batch 2, time ${time}] i32`,
  ];
  const states = [
    "state num_tokens [batch 2] i32",
    "state layers.0.temporal_block.conv_1d.tail [batch 2, tail 3, lru 48] bf16",
    "state layers.0.temporal_block.rg_lru.state [batch 2, lru 48] f32",
    "state layers.1.temporal_block.conv_1d.tail [batch 2, tail 3, lru 48] bf16",
    "state layers.1.temporal_block.rg_lru.state [batch 2, lru 48] f32",
    "state layers.2.temporal_block.keys [batch 2, window 8, head 16] bf16",
    "state layers.2.temporal_block.values [batch 2, window 8, head 16] bf16",
  ];

  it("forward gives the logits of all positions and carries nothing", () => {
    expect(describeAll("forward")).toEqual({
      name: "griffin_forward",
      arguments: inputs(5),
      results: ["output logits [batch 2, time 5, vocab 64] f32"],
    });
  });

  it("prefill starts the states, extend and decode carry them, all give the last position's logits and best token", () => {
    const last = ["output logits [batch 2, vocab 64] f32", "output next [batch 2, time 1] i32"];
    expect(describeAll("prefill")).toEqual({
      name: "griffin_prefill",
      arguments: inputs(5),
      results: [...last, ...states],
    });
    expect(describeAll("extend")).toEqual({
      name: "griffin_extend",
      arguments: [...inputs(5), ...states],
      results: [...last, ...states],
    });
    expect(describeAll("decode")).toEqual({
      name: "griffin_decode",
      arguments: [...inputs(1), ...states],
      results: [...last, ...states],
    });
  });

  it("score carries the states and gives the logits of all positions", () => {
    const { arguments: args, results } = describeAll("score");
    expect(args).toEqual([...inputs(5), ...states]);
    expect(results[0]).toBe("output logits [batch 2, time 5, vocab 64] f32");
  });

  it("layer outputs come on request", () => {
    expect(describeAll("forward", true).results).toEqual([
      "output logits [batch 2, time 5, vocab 64] f32",
      ...[0, 1, 2].map((layer) => `probe layers.${layer}.output [batch 2, time 5, model 32] bf16`),
    ]);
  });

  it("say each thing once: one gate product a gate, one scan a recurrent layer, one attention an attention layer", () => {
    const { module } = griffinProgram(tiny, { kind: "forward", batch: 1, time: 4, dtype: "f32" });
    const counts: Record<string, number> = {};
    for (const { name } of walk(module))
      if (/^(nn|griffin)\./.test(name)) counts[name] = (counts[name] ?? 0) + 1;
    expect(counts).toEqual({
      "nn.block_diagonal_dot": 4,
      "nn.causal_conv1d": 2,
      "nn.gelu_tanh": 5,
      "nn.linear_scan": 2,
      "nn.attention": 1,
      "nn.kv_cache_update": 2,
      "nn.rms_norm": 7,
      "nn.rotary": 2,
      "nn.softplus": 2,
    });
  });

  it("heads that do not divide a width are the author's mistake, at the author's line", () => {
    const config = { ...tiny, numHeads: 5 };
    expect(() => griffinProgram(config, { kind: "forward", batch: 1, time: 1, dtype: "f32" })).toThrow(
      /^shape error: axis "block_in" has size 9.6\n {2}expected: a whole number, 0 or more\n {2}at: {7}.*models\/griffin\.ts:\d+:\d+\n/,
    );
  });
});

describe("the model file", () => {
  it("imports the DSL, how programs are traced, and types of models and of its configuration", () => {
    const text = readFileSync(new URL("../../models/griffin.ts", import.meta.url), "utf8");
    const imports = [...text.matchAll(/from "([^"]+)"/g)].map(([, from]) => from);
    expect(new Set(imports)).toEqual(
      new Set(["../src/dsl/index.js", "../src/model/index.js", "./causal-program.js", "./griffin/config.js"]),
    );
    expect(text).toContain('import type { ComputeDType, Head } from "../src/model/index.js";');
    expect(text).not.toMatch(/import\(|require\(/);
  });

  it("names no strategy and no op of the IR", () => {
    const text = readFileSync(new URL("../../models/griffin.ts", import.meta.url), "utf8");
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    expect(code).not.toMatch(/sequential|associative|blocked|banded|dense|stablehlo|griffin\./);
  });
});
