/**
 * @file Mamba (arXiv 2312.00752), as the paper writes it. This file says what is computed; how the scan walks time is the lowering's choice.
 *
 * Axes: batch; time; model (D); inner (E D, channels of a block); state (N); rank (of the projection that gives delta); vocab; tap and tail
 * (convolution). Parameter paths are those of the published checkpoints.
 */
import {
  type Axis,
  axis,
  dot,
  exp,
  neg,
  parameter,
  probe,
  remat,
  scope,
  selectiveScan,
  slice,
  softplus,
  state,
  take,
  type Tensor,
  type TracedProgram,
} from "../src/dsl/index.js";
import type { ComputeDType, Head, TrainingInputs } from "../src/model/index.js";
import { silu } from "../src/nn/index.js";
import { type CausalKey, type CausalOutputs, causalProgram } from "./causal-program.js";
import { convolution, linear, norm, type Position, type Residual } from "./layers.js";
import type { MambaConfig } from "./mamba/config.js";

export type { MambaConfig } from "./mamba/config.js";

type Inner = Tensor<"batch" | "time" | "inner", ComputeDType>;
const model = (config: MambaConfig): Axis<"model"> => axis("model", config.width);
const inner = (config: MambaConfig): Axis<"inner"> => axis("inner", config.innerWidth);

/**
 * The selective state space (sections 3.2 and 3.6): x [batch, time, inner] -> y of the same axes, f32; the state is f32.
 *
 *   r_t, B_t, C_t = W x_t                    delta_t = softplus(W r_t + b)
 *   h_t = exp(delta_t A) h_{t-1} + delta_t B_t x_t         A = -exp(A_log)
 *   y_t = C_t h_t + D x_t
 *
 * At the start of a document h_{t-1} is forgotten.
 */
function stateSpace(
  x: Inner,
  position: Position,
  config: MambaConfig,
): Tensor<"batch" | "time" | "inner", "f32"> {
  const [rank, states] = [axis("rank", config.timeStepRank), axis("state", config.stateSize)];
  const parts = axis("parts", rank.size + 2 * states.size);
  const projected = linear("x_proj", x, inner(config), parts);
  const part = <Name extends string>(start: number, { name, size }: Axis<Name>) =>
    slice(projected, "parts", { start, stop: start + size }).rename<{ readonly parts: Name }>({
      parts: name,
    });
  const delta = scope("dt_proj", () => {
    const weight = parameter("weight", [inner(config), rank], x.dtype);
    const product = dot(part(0, rank), weight, "rank").to("f32");
    return softplus(product.add(parameter("bias", [inner(config)], x.dtype).to("f32")));
  });
  const h = state("state", [x.axis("batch"), inner(config), states], "f32");
  const { y, last } = selectiveScan({
    x: x.to("f32"),
    delta,
    a: neg(exp(parameter("A_log", [inner(config), states], x.dtype).to("f32"))),
    b: part(rank.size, states).to("f32"),
    c: part(rank.size + states.size, states).to("f32"),
    h0: h.value,
    segmentPos: position,
    axis: "time",
    states: ["state"],
  });
  h.update(last);
  return y.add(x.to("f32").mul(parameter("D", [inner(config)], x.dtype).to("f32")));
}

/** The block (section 3.4, figure 3): convolution, SiLU and state space on one branch; the other gates it by its SiLU. */
function mixer(u: Residual, position: Position, config: MambaConfig): Residual {
  const [width, bias] = [config.innerWidth, { bias: config.bias }];
  const both = linear("in_proj", u, model(config), axis("both", 2 * width), bias);
  const half = (start: number): Inner =>
    slice(both, "both", { start, stop: start + width }).rename({ both: "inner" } as const);
  const convolved = convolution(half(0), position, {
    channels: inner(config),
    width: config.convWidth,
    bias: config.convBias,
  });
  const y = stateSpace(silu(convolved), position, config);
  const gated = y.mul(silu(half(width).to("f32"))).to(u.dtype);
  return linear("out_proj", gated, inner(config), model(config), bias);
}

/** A matrix [vocab, model]: the embedding, or the output's projection. */
const table = (
  name: string,
  config: MambaConfig,
  dtype: ComputeDType,
): Tensor<"vocab" | "model", ComputeDType> =>
  scope(name, () => parameter("weight", [axis("vocab", config.vocabSize), model(config)], dtype));

/** The residual stream [batch, time, model] after all layers, and how logits come of any part of it. */
export function mambaForward(
  config: MambaConfig,
  { dtype, tokens, position, keep }: TrainingInputs,
): CausalOutputs {
  const epsilon = config.normEps;
  const layer = (x: Residual): Residual => {
    const normed = norm("norm", x.to(dtype), { epsilon });
    const mixed = scope("mixer", () => mixer(normed, position, config));
    return probe("output", x.add(mixed.to(x.dtype)));
  };
  const embedded: Residual = take(table("embeddings", config, dtype), "vocab", tokens);
  let x: Residual = embedded.to(config.residualInF32 ? "f32" : dtype);
  for (let i = 0; i < config.numLayers; i++) {
    const before = x;
    x = scope(`layers.${i}`, () => remat(() => layer(before), { keep }));
  }
  return {
    residual: x,
    norm: <A extends string>(y: Tensor<A | "model", ComputeDType>) =>
      norm("norm_f", y.to(dtype), { epsilon }),
    head: { weight: table(config.tiedEmbedding ? "embeddings" : "lm_head", config, dtype) },
    logits: <A extends string>(y: Tensor<A | "model", ComputeDType>, { weight }: Head) =>
      dot(y, weight, "model").to("f32"),
  };
}

/** Traces one program of a model; see `causalProgram`. States: the convolution's tail and the f32 state of every layer. */
export const mambaProgram = (config: MambaConfig, key: CausalKey): TracedProgram =>
  causalProgram("mamba", key, (inputs) => mambaForward(config, { ...inputs, keep: "everything" }));
