/**
 * @file Gemma 2 (arXiv 2408.00118): attention to a window and to everything in turn, soft caps, norms before and after each block. This file
 * says what is computed; how is the lowering's choice.
 *
 * Axes: batch; time; model (width D); heads and groups (of queries, and of keys and values); head (channels of one head); slots (of the
 * caches); mlp (expanded width); vocab. Parameter paths are those of the published checkpoints.
 */
import {
  at,
  type Axis,
  axis,
  dot,
  geluTanh,
  parameter,
  probe,
  remat,
  roundTo,
  scope,
  state,
  take,
  tanh,
  type Tensor,
  type TracedProgram,
} from "../src/dsl/index.js";
import type { ComputeDType, Head, TrainingInputs } from "../src/model/index.js";
import { type CausalKey, type CausalOutputs, causalProgram } from "./causal-program.js";
import type { Gemma2Config } from "./gemma2/config.js";
import { linear, norm, type Residual } from "./layers.js";
import { type Place, selfAttention } from "./transformer/attention.js";
import { ropeOf, scoreFactorOf } from "./transformer/rope.js";

export type { Gemma2Config } from "./gemma2/config.js";

const model = (config: Gemma2Config): Axis<"model"> => axis("model", config.width);

/** Of all norms: the stored scale is the distance from 1. */
const scaling = ({ rmsNormEps }: Gemma2Config) => ({ epsilon: rmsNormEps, offset: 1 });

/** Grouped-query attention with rotary positions and capped scores, over a window or all that came before. */
function attentionBlock(u: Residual, isLocal: boolean, config: Gemma2Config, place: Place): Residual {
  return scope("self_attn", () =>
    selfAttention(u, {
      ...place,
      heads: config.numHeads,
      keyValueHeads: config.numKeyValueHeads,
      headSize: config.headSize,
      rope: ropeOf(config),
      cache: isLocal
        ? { kind: "ring", slots: config.window }
        : { kind: "growing", slots: config.contextSize },
      scale: config.queryScale ** -0.5 * scoreFactorOf(config),
      softCap: config.scoreSoftCap ?? undefined,
      bias: { queries: false, output: false },
    }),
  );
}

/** GeGLU (arXiv 2002.05202): GeLU(x W_gate) * (x W_up), back to the model's width. */
function mlp(x: Residual, config: Gemma2Config): Residual {
  const inner = axis("mlp", config.mlpWidth);
  return scope("mlp", () => {
    const gate = geluTanh(linear("gate_proj", x, model(config), inner));
    const up = linear("up_proj", x, model(config), inner);
    return linear("down_proj", gate.mul(up), inner, model(config));
  });
}

/** Attention, then the MLP, each on a normalised input; what each gives is normalised too before it joins the stream. */
function layer(x: Residual, isLocal: boolean, config: Gemma2Config, place: Place): Residual {
  const mixed = attentionBlock(norm("input_layernorm", x, scaling(config)), isLocal, config, place);
  const between = x.add(norm("post_attention_layernorm", mixed, scaling(config)));
  const expanded = mlp(norm("pre_feedforward_layernorm", between, scaling(config)), config);
  return probe("output", between.add(norm("post_feedforward_layernorm", expanded, scaling(config))));
}

/** The embedding, [vocab, model], which is also the output's projection. */
const embeddingOf = (config: Gemma2Config, dtype: ComputeDType): Tensor<"vocab" | "model", ComputeDType> =>
  scope("embed_tokens", () => parameter("weight", [axis("vocab", config.vocabSize), model(config)], dtype));

/** Tied output projection and soft cap, of what is normalised. */
function logitsOf<A extends string>(
  x: Tensor<A | "model", ComputeDType>,
  { weight }: Head,
  config: Gemma2Config,
) {
  const logits = dot(x, weight, "model");
  const cap = config.logitsSoftCap;
  return (cap === null ? logits : tanh(logits.div(cap)).mul(cap)).to("f32");
}

/** The residual stream [batch, time, model] after all layers, and how logits come of any stretch of it. */
export function gemma2Forward(
  config: Gemma2Config,
  { dtype, tokens, position, keep }: TrainingInputs,
): CausalOutputs {
  const numTokens = state("num_tokens", [tokens.axis("batch")], "i32");
  // sqrt(D) is rounded to what the model computes in.
  const scale = roundTo(Math.sqrt(config.width), dtype);
  let x: Residual = take(embeddingOf(config, dtype), "vocab", tokens).mul(scale);
  config.layerTypes.forEach((type, i) => {
    const place = { position, numTokens: numTokens.value };
    x = scope(`layers.${i}`, () => remat(() => layer(x, type === "local", config, place), { keep }));
  });
  numTokens.update(at(position, "time", -1).add(1));
  return {
    residual: x,
    norm: <A extends string>(y: Tensor<A | "model", ComputeDType>) => norm("norm", y, scaling(config)),
    head: { weight: embeddingOf(config, dtype) },
    logits: <A extends string>(y: Tensor<A | "model", ComputeDType>, head: Head) => logitsOf(y, head, config),
  };
}

/** Traces one program of a model; see `causalProgram`. States: keys and values of every layer, and the number of tokens. */
export const gemma2Program = (config: Gemma2Config, key: CausalKey): TracedProgram =>
  causalProgram("gemma2", key, (inputs) => gemma2Forward(config, { ...inputs, keep: "everything" }));
