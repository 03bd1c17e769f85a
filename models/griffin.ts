/**
 * @file Griffin (arXiv 2402.19427) and RecurrentGemma (arXiv 2404.07839), as the papers write them. This file says what is
 * computed; how (scan strategy, attention bands, layouts, dtypes of intermediates) is the lowering's choice.
 *
 * Axes: batch; time; model (width D); lru (recurrence width); heads; head (channels of one head); mlp (expanded width);
 * vocab; window (attention window W); tap and tail (convolution). Parameter paths are those of the published checkpoints.
 */
import {
  type Axis,
  at,
  axis,
  blockDiagonal,
  causalConv1d,
  dot,
  exp,
  geluTanh,
  linearScan,
  attention,
  merge,
  oneMinus,
  type TracedProgram,
  parameter,
  probe,
  remat,
  type RematOptions,
  kvCacheUpdate,
  rmsNorm,
  rotary,
  roundTo,
  scope,
  select,
  sigmoid,
  softplus,
  split,
  sqrt,
  state,
  take,
  type Tensor,
  tanh,
} from "../src/dsl/index.js";
import type { ComputeDType, Head } from "../src/model/index.js";
import { type CausalKey, causalProgram } from "./causal-program.js";
import type { BlockType, GriffinConfig } from "./griffin/config.js";

export type { BlockType, GriffinConfig } from "./griffin/config.js";

/** One run over [batch, time] tokens; `position` is each token's place in its document, 0 starts one, negative is padding. */
interface Step {
  readonly config: GriffinConfig;
  /** What is held of a residual block for its gradient; the rest is computed again. */
  readonly keep: NonNullable<RematOptions["keep"]>;
  /** Computed in; the RG-LRU carries f32 in all of them. */
  readonly dtype: ComputeDType;
  readonly tokens: Tensor<"batch" | "time", "i32">;
  readonly position: Tensor<"batch" | "time", "i32">;
  /** How many tokens of its document each sequence had before this run. */
  readonly numTokens: Tensor<"batch", "i32">;
}

type Residual = Tensor<"batch" | "time" | "model", ComputeDType>;
type Embedding = Tensor<"vocab" | "model", ComputeDType>;
type Recurrence = Tensor<"batch" | "time" | "lru", ComputeDType>;

/** c of the RG-LRU (Griffin paper, equation 6). */
const DECAY_POWER = 8;

const model = (config: GriffinConfig): Axis<"model"> => axis("model", config.width);
const lru = (config: GriffinConfig): Axis<"lru"> => axis("lru", config.lruWidth);
const heads = (config: GriffinConfig): Axis<"heads"> => axis("heads", config.numHeads);

/** x W^T + b, weights stored [out, in]. */
function linear<A extends string, From extends A, To extends string>(
  name: string,
  x: Tensor<A, ComputeDType>,
  from: Axis<From>,
  to: Axis<To>,
  options: { readonly bias?: boolean } = {},
) {
  return scope(name, () => {
    const weight = parameter("weight", [to, from], x.dtype);
    const product = dot(x, weight, from.name);
    return options.bias === false ? product : product.add(parameter("bias", [to], x.dtype));
  });
}

/** RecurrentGemma's RMSNorm: the stored scale is the distance from 1. */
function norm<A extends string>(
  name: string,
  x: Tensor<A | "model", ComputeDType>,
  { config }: Pick<Step, "config">,
): Tensor<A | "model", ComputeDType> {
  const scale = scope(name, () => parameter("weight", [model(config)], x.dtype));
  return rmsNorm(x, scale, { epsilon: config.rmsNormEps, offset: 1 });
}

/** Gated MLP (Griffin paper, section 2.3): GeLU(x W_gate) * (x W_up), back to the model's width. */
function mlp(x: Residual, { config }: Step): Residual {
  const mlpAxis = axis("mlp", config.mlpExpandedWidth);
  return scope("mlp_block", () => {
    const gate = geluTanh(linear("gate_proj", x, model(config), mlpAxis));
    const up = linear("up_proj", x, model(config), mlpAxis);
    return linear("down_proj", gate.mul(up), mlpAxis, model(config));
  });
}

/**
 * RG-LRU (Griffin paper, section 2.4). x [batch, time, lru] -> h [batch, time, lru]; the state is f32.
 *
 *   r_t = sigmoid(W_a x_t + b_a)                          recurrence gate
 *   i_t = sigmoid(W_x x_t + b_x)                          input gate
 *   a_t = exp(-c r_t softplus(L))
 *   h_t = a_t h_{t-1} + sqrt(1 - a_t^2) (i_t x_t)
 *
 * At the start of a document h_{t-1} is forgotten and the input is not damped.
 */
export function rgLru(x: Recurrence, { config, position }: Step): Recurrence {
  return scope("rg_lru", () => {
    const block = config.lruWidth / config.numHeads;
    const gate = (name: string): Recurrence => {
      const weight = parameter(
        `${name}_weight`,
        [heads(config), axis("block_in", block), axis("block_out", block)],
        x.dtype,
      );
      const bias = parameter(`${name}_bias`, [heads(config), axis("block", block)], x.dtype);
      return sigmoid(blockDiagonal(x, weight).add(merge(bias, ["heads", "block"], "lru")));
    };
    const r = gate("recurrent_gate");
    const i = gate("input_gate");
    const lambda = parameter("recurrent_param", [lru(config)], x.dtype);
    const logA = r.mul(softplus(lambda)).mul(-DECAY_POWER);
    const start = position.eq(0);
    const damping = select(start, 1, sqrt(oneMinus(exp(logA.mul(2)))));
    const h = state("state", [x.axis("batch"), lru(config)], "f32");
    const { y, last } = linearScan({
      a: select(start, 0, exp(logA)),
      x: x.mul(i).mul(damping),
      h0: h.value,
      axis: "time",
    });
    h.update(last);
    return y;
  });
}

/** Recurrent block (Griffin paper, figure 2c): conv and RG-LRU on one branch, GeLU on the other. */
function recurrentBlock(u: Residual, step: Step): Residual {
  const { config, position } = step;
  const branch = geluTanh(linear("linear_y", u, model(config), lru(config)));
  const x = linear("linear_x", u, model(config), lru(config));
  const convolved = scope("conv_1d", () => {
    const taps = axis("tap", config.conv1dTemporalWidth);
    const tail = state("tail", [u.axis("batch"), axis("tail", taps.size - 1), lru(config)], u.dtype);
    const conv = causalConv1d({
      x,
      w: parameter("weight", [lru(config), taps], u.dtype),
      bias: parameter("bias", [lru(config)], u.dtype),
      segmentPos: position,
      tail: tail.value,
      axis: "time",
      taps: "tap",
    });
    tail.update(conv.tail);
    return conv.y;
  });
  return linear("linear_out", rgLru(convolved, step).mul(branch), lru(config), model(config));
}

/** Local multi-query attention (Griffin paper, section 2.3) with rotary positions on part of each head. */
function attentionBlock(u: Residual, { config, position, numTokens }: Step): Residual {
  const head = axis("head", config.width / config.numHeads);
  const dims = 2 * Math.floor((head.size * config.partialRotaryFactor) / 2);
  const rotate = { axis: "head", dims, base: config.ropeTheta } as const;
  const slots = [u.axis("batch"), axis("window", config.attentionWindowSize), head] as const;
  const keys = state("keys", [...slots], u.dtype);
  const values = state("values", [...slots], u.dtype);

  const query = linear("q_proj", u, model(config), axis("query", config.width), { bias: false });
  const q = rotary(split(query, "query", [heads(config), head]), position, rotate);
  const k = rotary(linear("k_proj", u, model(config), head, { bias: false }), position, rotate);
  const v = linear("v_proj", u, model(config), head, { bias: false });
  const attended = attention({
    q,
    k,
    v,
    segmentPos: position,
    cache: { kind: "ring", keys: keys.value, values: values.value },
    numTokens,
    axes: { time: "time", slots: "window", channels: "head" },
    scale: head.size ** -0.5,
  });
  keys.update(kvCacheUpdate(keys.value, k, position));
  values.update(kvCacheUpdate(values.value, v, position));
  return linear(
    "o_proj",
    merge(attended, ["heads", "head"], "attended"),
    axis("attended", config.width),
    model(config),
  );
}

/** Residual block (Griffin paper, figure 2a): temporal mixing, then the MLP, each on a normalised input. */
function residualBlock(x: Residual, kind: BlockType, step: Step): Residual {
  const mix = kind === "recurrent" ? recurrentBlock : attentionBlock;
  const normed = norm("temporal_pre_norm", x, step);
  const mixed = x.add(scope("temporal_block", () => mix(normed, step)));
  return probe("output", mixed.add(mlp(norm("channel_pre_norm", mixed, step), step)));
}

/** The embedding, which is also the output's projection. */
function embeddingOf(config: GriffinConfig, dtype: ComputeDType): Embedding {
  const vocab = axis("vocab", config.vocabSize);
  return scope("embed_tokens", () => parameter("weight", [vocab, model(config)], dtype));
}

/** Token ids to the residual stream after all blocks. */
function trunk(step: Omit<Step, "numTokens">): Residual {
  const { config, dtype, tokens, position } = step;
  const embedded = take(embeddingOf(config, dtype), "vocab", tokens);
  const numTokens = state("num_tokens", [tokens.axis("batch")], "i32");
  const full: Step = { ...step, numTokens: numTokens.value };
  // sqrt(D) in bf16 whatever the model computes in: the published models were trained so.
  const scale = roundTo(Math.sqrt(config.width), "bf16");
  let x: Residual = config.embeddingsScaleBySqrtDim ? embedded.mul(scale) : embedded;
  config.blockTypes.forEach((kind, layer) => {
    x = scope(`layers.${layer}`, () => remat(() => residualBlock(x, kind, full), { keep: step.keep }));
  });
  numTokens.update(at(position, "time", -1).add(1));
  return x;
}

/** Tied output projection and soft cap: logits of the entries whose rows `weight` has, for each position of x, which is normalised. */
function logitsOf<A extends string>(
  x: Tensor<A | "model", ComputeDType>,
  weight: Embedding,
  { config }: Pick<Step, "config">,
) {
  const logits = dot(x, weight, "model");
  const cap = config.logitsSoftCap;
  return cap === 0 ? logits : tanh(logits.div(cap)).mul(cap);
}

/**
 * What a loss is made of: the residual stream [batch, time, model] after all blocks, from nothing that came before, and how logits come of
 * any stretch of it and of the vocabulary, so that all of them need never be there at once.
 */
export function griffinForward(config: GriffinConfig, step: Omit<Step, "config" | "numTokens">) {
  return {
    residual: trunk({ config, ...step }),
    norm: <A extends string>(x: Tensor<A | "model", ComputeDType>) => norm("final_norm", x, { config }),
    head: { weight: embeddingOf(config, step.dtype) },
    logits: <A extends string>(x: Tensor<A | "model", ComputeDType>, { weight }: Head) =>
      logitsOf(x, weight, { config }).to("f32"),
  };
}

/**
 * Logits [batch, time, vocab] f32 of all positions of a program being traced, from nothing that came before: what a loss is made of. The
 * program's states are to be `dropped`. position [batch, time] is each token's place in its document. `keep` says what a gradient finds
 * held of each residual block: nothing but its input, as the reference, unless more is asked for.
 */
export function griffinLogits(
  config: GriffinConfig,
  { keep = "nothing", ...step }: Pick<Step, "dtype" | "tokens" | "position"> & Partial<Pick<Step, "keep">>,
): Tensor<"batch" | "time" | "vocab", "f32"> {
  const { residual, norm: normOf, head, logits } = griffinForward(config, { keep, ...step });
  return logits(normOf(residual), head);
}

/** Traces one program. States: keys and values of W tokens, f32 recurrence, convolution tail, number of tokens; all of a fixed size. */
export const griffinProgram = (config: GriffinConfig, key: CausalKey): TracedProgram =>
  causalProgram("griffin", key, (inputs) => griffinForward(config, { ...inputs, keep: "everything" }));
