/**
 * @file Mamba-2 (arXiv 2405.21060), as the paper writes it: layers of state space duality. This file says what is computed; how is the
 * lowering's choice.
 *
 * Axes: batch; time; model (width D); groups and heads (heads of one group share B and C); channel (of one head); state (N); tap and tail
 * (convolution); vocab. Parameter paths are those of the published checkpoints.
 */
import {
  type Axis,
  axis,
  clamp,
  dot,
  exp,
  linearAttention,
  mean,
  merge,
  parameter,
  probe,
  remat,
  type RematOptions,
  rsqrt,
  scope,
  slice,
  softplus,
  split,
  state,
  take,
  type Tensor,
  type TracedProgram,
} from "../src/dsl/index.js";
import type { Head } from "../src/model/index.js";
import { silu } from "../src/nn/index.js";
import { type CausalInputs, type CausalKey, causalProgram } from "./causal-program.js";
import { convolution, linear, norm, type Residual } from "./layers.js";
import type { Mamba2Config } from "./mamba2/config.js";

type DType = CausalInputs["dtype"];
type Channels = Tensor<"batch" | "time" | "channels", DType>;
type Inner = Tensor<"batch" | "time" | "inner", DType>;

/** One run over [batch, time] tokens. */
interface Step extends CausalInputs {
  readonly config: Mamba2Config;
  /** What is held of a layer for its gradient; the rest is computed again. */
  readonly keep: NonNullable<RematOptions["keep"]>;
}

const model = ({ width }: Mamba2Config): Axis<"model"> => axis("model", width);
const inner = ({ heads, headWidth }: Mamba2Config): Axis<"inner"> => axis("inner", heads * headWidth);
/** Heads as groups of such as share B and C. */
const grouped = ({ heads, groups }: Mamba2Config) =>
  [axis("groups", groups), axis("heads", heads / groups)] as const;

/** x, B and C, mixed along time by a short convolution for each channel. */
const convolve = (x: Channels, { config, position }: Step): Channels =>
  silu(
    convolution(x, position, {
      channels: x.axis("channels"),
      width: config.convWidth,
      bias: config.convBias,
    }),
  );

/**
 * The selective state space (section 6, "SSD"): with step sizes dt and A < 0, a number for each head,
 *
 *   S_t = exp(dt_t A) S_{t-1} + dt_t B_t x_t^T,   y_t = C_t^T S_t + D x_t
 *
 * x [batch, time, inner] and dt [batch, time, heads of all groups] -> y [batch, time, inner] f32; the state is f32. At the start of a document the
 * state is forgotten.
 */
function stateSpace(
  x: Inner,
  b: Tensor<"batch" | "time" | "states", DType>,
  c: Tensor<"batch" | "time" | "states", DType>,
  dt: Tensor<"batch" | "time" | "all", DType>,
  { config, position }: Step,
): Tensor<"batch" | "time" | "inner", "f32"> {
  const heads = grouped(config);
  const [channel, n] = [axis("channel", config.headWidth), axis("state", config.stateSize)];
  const perHead = (name: string) =>
    split(parameter(name, [axis("all", config.heads)], x.dtype).to("f32"), "all", heads);
  const [least, most] = config.stepLimit;
  const raw = softplus(split(dt.to("f32"), "all", heads).add(perHead("dt_bias")));
  const step = most === null ? raw.max(least) : clamp(least, raw, most);
  const inputs = split(x.to("f32"), "inner", [...heads, channel]);
  const groupStates = (of: typeof b) => split(of.to("f32"), "states", [heads[0], n]);
  const s = state("state", [x.axis("batch"), ...heads, n, channel], "f32");
  const { y, last } = linearAttention({
    query: groupStates(c),
    key: groupStates(b),
    value: inputs.mul(step),
    logDecay: step.mul(exp(perHead("A_log"))).mul(-1),
    state: s.value,
    axes: { time: "time", key: "state", value: "channel" },
    segmentPos: position,
  });
  s.update(last);
  return merge(y.add(inputs.mul(perHead("D"))), ["groups", "heads", "channel"], "inner");
}

/** Root mean square norm of y gated by z, of each group by itself; f32 up to the end. */
function gatedNorm(y: Tensor<"batch" | "time" | "inner", "f32">, z: Inner, { config }: Step): Inner {
  const groups = axis("groups", config.groups);
  const parts = [groups, axis("part", inner(config).size / groups.size)] as const;
  const gated = split(y.mul(silu(z.to("f32"))), "inner", parts);
  const squares = mean(gated.mul(gated), "part");
  const normal = gated.mul(rsqrt(squares.add(config.normEps)));
  const weight = parameter("norm.weight", [inner(config)], z.dtype);
  return merge(normal, ["groups", "part"], "inner").to(z.dtype).mul(weight);
}

/** The Mamba-2 block (figure 6): one projection makes gate z, x, B, C and dt. */
function mixer(u: Residual, step: Step): Residual {
  const { config } = step;
  const states = config.groups * config.stateSize;
  const channels = axis("channels", inner(config).size + 2 * states);
  const all = axis("projected", inner(config).size + channels.size + config.heads);
  const projected = linear("in_proj", u, model(config), all, { bias: config.bias });
  const z = slice(projected, "projected", { stop: inner(config).size }).rename({ projected: "inner" });
  const dt = slice(projected, "projected", { start: -config.heads }).rename({ projected: "all" });
  const mixed = slice(projected, "projected", { start: inner(config).size, stop: -config.heads });
  const xbc = convolve(mixed.rename({ projected: "channels" }), step);
  const part = <To extends string>(start: number, size: number, name: To) =>
    slice(xbc, "channels", { start, stop: start + size }).rename({ channels: name });
  const x = part(0, inner(config).size, "inner");
  const [b, c] = [
    part(inner(config).size, states, "states"),
    part(inner(config).size + states, states, "states"),
  ];
  const y = gatedNorm(stateSpace(x, b, c, dt, step), z, step);
  return linear("out_proj", y, inner(config), model(config), { bias: config.bias });
}

/** Logits come of the stream after all layers, by a projection that may be the embedding. */
export function mamba2Forward(config: Mamba2Config, inputs: CausalInputs & Pick<Step, "keep">) {
  const { dtype, tokens, keep } = inputs;
  const step: Step = { ...inputs, config };
  const epsilon = config.normEps;
  const vocab = axis("vocab", config.vocabSize);
  const embedding = parameter("embeddings.weight", [vocab, model(config)], dtype);
  const embedded: Residual = take(embedding, "vocab", tokens);
  let x: Residual = embedded.to(config.residualInF32 ? "f32" : dtype);
  for (let layer = 0; layer < config.numLayers; layer++) {
    const block = (before: Residual): Residual => {
      const normed = norm("norm", before.to(dtype), { epsilon });
      const mixed = scope("mixer", () => mixer(normed, step));
      return probe("output", before.add(mixed.to(before.dtype)));
    };
    x = scope(`layers.${layer}`, () => remat(() => block(x), { keep }));
  }
  const projection = (): Tensor<"vocab" | "model", DType> =>
    config.tiedEmbedding ? embedding : parameter("lm_head.weight", [vocab, model(config)], dtype);
  return {
    residual: x,
    norm: <A extends string>(y: Tensor<A | "model", DType>) => norm("norm_f", y.to(dtype), { epsilon }),
    head: { weight: projection() },
    logits: <A extends string>(y: Tensor<A | "model", DType>, { weight }: Head) =>
      dot(y, weight, "model").to("f32"),
  };
}

/** Traces one program. States, all of a fixed size: for each layer S [batch, groups, heads, state, channel] f32, and the convolution's tail. */
export const mamba2Program = (config: Mamba2Config, key: CausalKey): TracedProgram =>
  causalProgram("mamba2", key, (inputs) => mamba2Forward(config, { ...inputs, keep: "everything" }));
