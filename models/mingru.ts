/**
 * @file minGRU ("Were RNNs All We Needed?", arXiv 2410.01201) as a language model: layers of a short convolution, the recurrence and an MLP.
 * This file says what is computed; how the scan walks time is the lowering's choice.
 *
 * Axes: batch; time; model; hidden (width of the recurrence); mlp; vocab; tap and tail (convolution).
 */
import {
  type Axis,
  axis,
  dot,
  linearScan,
  parameter,
  probe,
  remat,
  scope,
  select,
  sigmoid,
  state,
  take,
  type Tensor,
  type TracedProgram,
} from "../src/dsl/index.js";
import type { ComputeDType, Head, TrainingInputs } from "../src/model/index.js";
import { gelu } from "../src/nn/index.js";
import { type CausalKey, type CausalOutputs, causalProgram } from "./causal-program.js";
import { convolution, linear, norm, type Position, type Residual } from "./layers.js";
import type { MinGruConfig } from "./mingru/config.js";

export type { MinGruConfig } from "./mingru/config.js";

/** Every matrix but the embedding has biases. */
const BIAS = { bias: true } as const;

const model = (config: MinGruConfig): Axis<"model"> => axis("model", config.width);

/** g of the paper's appendix B, which keeps states positive: x + 0.5 where x >= 0, else sigmoid(x). */
const positive = <A extends string>(x: Tensor<A, "f32">): Tensor<A, "f32"> =>
  select(x.ge(0), x.add(0.5), sigmoid(x));

/**
 * minGRU (section 3.1, and appendix B for g): x [batch, time, model] -> h [batch, time, hidden] f32; the state is f32.
 *
 *   z_t = sigmoid(W_z x_t + b_z)
 *   h_t = (1 - z_t) h_{t-1} + z_t g(W_h x_t + b_h)
 *
 * The authors compute it in log space, since their parallel scan divides by products of the 1 - z. No strategy here does: all factors lie in
 * [0, 1] and all summands are positive, so that plain numbers neither overflow nor cancel. At the start of a document h_{t-1} is forgotten.
 */
function minGru(
  x: Residual,
  position: Position,
  config: MinGruConfig,
): Tensor<"batch" | "time" | "hidden", "f32"> {
  const hidden = axis("hidden", config.hiddenWidth);
  const k = linear("to_z", x, model(config), hidden, BIAS).to("f32");
  const candidate = positive(linear("to_h", x, model(config), hidden, BIAS).to("f32"));
  const z = sigmoid(k);
  const h = state("state", [x.axis("batch"), hidden], "f32");
  const { y, last } = linearScan({
    x: z.mul(candidate),
    a: select(position.eq(0), 0, sigmoid(k.mul(-1))),
    h0: h.value,
    axis: "time",
  });
  h.update(last);
  return y;
}

/** Convolution and recurrence, then an MLP, each on a normalised input and added to the stream. */
function layer(x: Residual, position: Position, config: MinGruConfig): Residual {
  const hidden = axis("hidden", config.hiddenWidth);
  const epsilon = config.normEps;
  const mixed = scope("mixer", () => {
    const u = convolution(norm("norm", x, { epsilon }), position, {
      channels: model(config),
      width: config.convWidth,
      bias: true,
    });
    return linear("out_proj", minGru(u, position, config).to(x.dtype), hidden, model(config), BIAS);
  });
  const between = x.add(mixed);
  const mlp = axis("mlp", config.mlpWidth);
  const added = scope("mlp", () => {
    const up = gelu(linear("up_proj", norm("norm", between, { epsilon }), model(config), mlp, BIAS));
    return linear("down_proj", up, mlp, model(config), BIAS);
  });
  return probe("output", between.add(added));
}

/** A matrix [vocab, model]: the embedding, or the output's projection. */
const table = (
  name: string,
  config: MinGruConfig,
  dtype: ComputeDType,
): Tensor<"vocab" | "model", ComputeDType> =>
  scope(name, () => parameter("weight", [axis("vocab", config.vocabSize), model(config)], dtype));

/** The residual stream [batch, time, model] after all layers, and how logits come of any part of it. */
export function minGruForward(
  config: MinGruConfig,
  { dtype, tokens, position, keep }: TrainingInputs,
): CausalOutputs {
  let x: Residual = take(table("embeddings", config, dtype), "vocab", tokens);
  for (let i = 0; i < config.numLayers; i++) {
    const before = x;
    x = scope(`layers.${i}`, () => remat(() => layer(before, position, config), { keep }));
  }
  return {
    residual: x,
    norm: <A extends string>(y: Tensor<A | "model", ComputeDType>) =>
      norm("norm_f", y, { epsilon: config.normEps }),
    head: { weight: table(config.tiedEmbedding ? "embeddings" : "lm_head", config, dtype) },
    logits: <A extends string>(y: Tensor<A | "model", ComputeDType>, { weight }: Head) =>
      dot(y, weight, "model").to("f32"),
  };
}

/** Traces one program of a model; see `causalProgram`. States: the convolution's tail and the f32 state of every layer. */
export const minGruProgram = (config: MinGruConfig, key: CausalKey): TracedProgram =>
  causalProgram("mingru", key, (inputs) => minGruForward(config, { ...inputs, keep: "everything" }));
