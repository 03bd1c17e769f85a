/**
 * @file Llama (arXiv 2302.13971, 2307.09288, 2407.21783), and what is a Llama but for a window or biases: Mistral 7B (arXiv 2310.06825), Qwen2
 * (arXiv 2407.10671). This file says what is computed; how is the lowering's choice.
 *
 * Axes: batch; time; model (width D); heads and groups (of queries, and of keys and values); head (channels of one head); slots (of the
 * caches); mlp (expanded width); vocab. Parameter paths are those of the published checkpoints.
 */
import {
  at,
  type Axis,
  axis,
  dot,
  parameter,
  probe,
  remat,
  scope,
  state,
  take,
  type Tensor,
  type TracedProgram,
} from "../src/dsl/index.js";
import type { ComputeDType, Head, TrainingInputs } from "../src/model/index.js";
import { silu } from "../src/nn/index.js";
import { type CausalKey, type CausalOutputs, causalProgram } from "./causal-program.js";
import type { LlamaConfig } from "./llama/config.js";
import { linear, norm, type Residual } from "./layers.js";
import { type Place, selfAttention } from "./transformer/attention.js";
import { ropeOf, scoreFactorOf } from "./transformer/rope.js";

export type { LlamaConfig } from "./llama/config.js";

const model = (config: LlamaConfig): Axis<"model"> => axis("model", config.width);

/** Grouped-query attention with rotary positions, over all that came before or a window of it. */
function attentionBlock(u: Residual, window: number | null, config: LlamaConfig, place: Place): Residual {
  const { contextSize, attentionBias } = config;
  return scope("self_attn", () =>
    selfAttention(u, {
      ...place,
      heads: config.numHeads,
      keyValueHeads: config.numKeyValueHeads,
      headSize: config.headSize,
      rope: ropeOf(config),
      cache: window === null ? { kind: "growing", slots: contextSize } : { kind: "ring", slots: window },
      scale: config.headSize ** -0.5 * scoreFactorOf(config),
      bias: { queries: attentionBias !== "none", output: attentionBias === "all" },
    }),
  );
}

/** SwiGLU (arXiv 2002.05202): silu(x W_gate) * (x W_up), back to the model's width. */
function mlp(x: Residual, config: LlamaConfig): Residual {
  const [inner, bias] = [axis("mlp", config.mlpWidth), { bias: config.mlpBias }];
  return scope("mlp", () => {
    const gate = silu(linear("gate_proj", x, model(config), inner, bias));
    const up = linear("up_proj", x, model(config), inner, bias);
    return linear("down_proj", gate.mul(up), inner, model(config), bias);
  });
}

/** Attention, then the MLP, each on a normalised input and added to the stream. */
function layer(x: Residual, window: number | null, config: LlamaConfig, place: Place): Residual {
  const epsilon = config.rmsNormEps;
  const mixed = x.add(attentionBlock(norm("input_layernorm", x, { epsilon }), window, config, place));
  return probe("output", mixed.add(mlp(norm("post_attention_layernorm", mixed, { epsilon }), config)));
}

/** A matrix [vocab, model]: the embedding, or the output's projection. */
const table = (
  name: string,
  config: LlamaConfig,
  dtype: ComputeDType,
): Tensor<"vocab" | "model", ComputeDType> =>
  scope(name, () => parameter("weight", [axis("vocab", config.vocabSize), model(config)], dtype));

/** The residual stream [batch, time, model] after all layers, and how logits come of any stretch of it. */
export function llamaForward(
  config: LlamaConfig,
  { dtype, tokens, position, keep }: TrainingInputs,
): CausalOutputs {
  const numTokens = state("num_tokens", [tokens.axis("batch")], "i32");
  let x: Residual = take(table("embed_tokens", config, dtype), "vocab", tokens);
  config.windows.forEach((window, i) => {
    const place = { position, numTokens: numTokens.value };
    x = scope(`layers.${i}`, () => remat(() => layer(x, window, config, place), { keep }));
  });
  numTokens.update(at(position, "time", -1).add(1));
  return {
    residual: x,
    norm: <A extends string>(y: Tensor<A | "model", ComputeDType>) =>
      norm("norm", y, { epsilon: config.rmsNormEps }),
    head: { weight: table(config.tiedEmbedding ? "embed_tokens" : "lm_head", config, dtype) },
    logits: <A extends string>(y: Tensor<A | "model", ComputeDType>, { weight }: Head) =>
      dot(y, weight, "model").to("f32"),
  };
}

/** Traces one program of a model; see `causalProgram`. States: keys and values of every layer, and the number of tokens. */
export const llamaProgram = (config: LlamaConfig, key: CausalKey): TracedProgram =>
  causalProgram("llama", key, (inputs) => llamaForward(config, { ...inputs, keep: "everything" }));
