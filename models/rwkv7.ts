/**
 * @file RWKV-7 "Goose" (arXiv 2503.14456), as the paper writes it: time mixing by a generalised delta rule, then channel mixing. This file says
 * what is computed; how is the lowering's choice.
 *
 * Axes: batch; time; model (width D); heads; head (channels of one head, those of keys) and value (the same, of values); rank (low-rank
 * projections); hidden (channel mixing); vocab. Parameter paths are those of the published checkpoints.
 */
import {
  type Axis,
  axis,
  dot,
  concat,
  deltaRule,
  merge,
  parameter,
  probe,
  remat,
  type RematOptions,
  scope,
  select,
  sigmoid,
  slice,
  split,
  sqrt,
  state,
  sum,
  take,
  tanh,
  type Tensor,
  type TracedProgram,
} from "../src/dsl/index.js";
import type { Head } from "../src/model/index.js";
import { layerNorm, relu } from "../src/nn/index.js";
import { type CausalInputs, type CausalKey, causalProgram } from "./causal-program.js";
import { linear, type Residual } from "./layers.js";
import type { Rwkv7Config } from "./rwkv7/config.js";

type DType = CausalInputs["dtype"];
type Wide = Tensor<"batch" | "time" | "model", "f32">;

/** One run over [batch, time] tokens. */
interface Step extends CausalInputs {
  readonly config: Rwkv7Config;
  /** What is held of a layer for its gradient; the rest is computed again. */
  readonly keep: NonNullable<RematOptions["keep"]>;
}

/** The strongest decay is exp(-exp(-1/2)) a token (section 4.1, "w"). */
const LEAST_LOG_DECAY = -Math.exp(-0.5);

const model = ({ width }: Rwkv7Config): Axis<"model"> => axis("model", width);

function norm<A extends string>(
  name: string,
  x: Tensor<A | "model", DType>,
  { config }: Pick<Step, "config">,
): Tensor<A | "model", DType> {
  const scale = parameter(`${name}.weight`, [model(config)], x.dtype);
  const bias = config.normBias ? parameter(`${name}.bias`, [model(config)], x.dtype) : undefined;
  return layerNorm(x, "model", { scale, bias, epsilon: config.normEps });
}

/** What the token before has more than each token, nothing being before a document. */
function towardsPrevious(x: Residual, { position }: Step): Residual {
  const last = state("shift", [x.axis("batch"), axis("tail", 1), x.axis("model")], x.dtype);
  const before = concat([last.value.rename({ tail: "time" }), slice(x, "time", { stop: -1 })], "time");
  last.update(slice(x, "time", { start: -1 }).rename({ time: "tail" }));
  return select(position.eq(0), 0, before).sub(x);
}

/** x moved towards the token before it, each channel by its own share. */
const mixed = (name: string, x: Residual, towards: Residual, config: Rwkv7Config): Residual =>
  x.add(towards.mul(parameter(name, [model(config)], x.dtype)));

/** B f(A x) + bias, A and B of low rank. */
function lowRank(
  name: string,
  x: Residual,
  { rank, f, bias = true }: { rank: number; f?: typeof tanh; bias?: boolean },
): Residual {
  const [channels, inner] = [x.axis("model"), axis("rank", rank)];
  return scope(`${name}.lora`, () => {
    const down = linear("0", x, channels, inner);
    const up = linear("2", f === undefined ? down : f(down), inner, channels);
    return bias ? up.add(parameter("2.bias", [channels], x.dtype)) : up;
  });
}

/**
 * Time mixing (section 4.1). For each head, with receptance r, decay w, key k, value v and in-context learning rate a,
 *
 *   S_t = S_{t-1} (diag(w_t) - k'_t^T (a_t k'_t)) + v_t^T k~_t,   y_t = r_t S_t
 *
 * where k' is the normalised removal key and k~ the key scaled by a. S is f32. The first layer's values are mixed into those of all others.
 * @returns the output, and the first layer's values
 */
function timeMixing(x: Residual, step: Step, first: Residual | undefined) {
  const { config, position, dtype } = step;
  const [heads, head] = [axis("heads", config.width / config.headWidth), axis("head", config.headWidth)];
  const perHead = (of: Residual) => split(of.to("f32"), "model", [heads, head]);
  const weights = (name: string) =>
    split(parameter(name, [model(config)], dtype).to("f32"), "model", [heads, head]);
  const towards = towardsPrevious(x, step);
  const [xr, xw, xk, xv, xa, xg] = (["x_r", "x_w", "x_k", "x_v", "x_a", "x_g"] as const).map((name) =>
    mixed(name, x, towards, config),
  ) as [Residual, Residual, Residual, Residual, Residual, Residual];
  const project = (name: string, from: Residual): Residual =>
    linear(name, from, model(config), axis("out", config.width)).rename({ out: "model" });

  const r = perHead(project("r_proj", xr));
  const decay = sigmoid(perHead(lowRank("w_lora", xw, { rank: config.decayRank, f: tanh })));
  const plainKey = perHead(project("k_proj", xk));
  const own = project("v_proj", xv);
  const share = (): Residual => sigmoid(lowRank("v_lora", xv, { rank: config.valueRank }));
  const values = first === undefined ? own : own.add(first.sub(own).mul(share()));
  const a = sigmoid(perHead(lowRank("a_lora", xa, { rank: config.rateRank })));
  const gate = lowRank("g_lora", xg, { rank: config.gateRank, f: sigmoid, bias: false });

  const removal = plainKey.mul(weights("k_k"));
  const removalKey = removal.div(sqrt(sum(removal.mul(removal), "head")).max(1e-12));
  const k = plainKey.mul(a.sub(1).mul(weights("k_a")).add(1));
  const v = perHead(values);
  const s = state("state", [x.axis("batch"), heads, head, axis("value", head.size)], "f32");
  const { y, last } = deltaRule({
    query: r,
    key: k,
    value: v.rename({ head: "value" }),
    logDecay: decay.mul(LEAST_LOG_DECAY),
    read: removalKey.mul(-1),
    write: removalKey.mul(a),
    state: s.value,
    axes: { time: "time", key: "head", value: "value" },
    segmentPos: position,
  });
  s.update(last);

  const normal = layerNorm(y.rename({ value: "head" }), "head", {
    scale: weights("g_norm.weight"),
    bias: weights("g_norm.bias"),
    epsilon: head.size * config.normEps,
  });
  const bonus = sum(r.mul(k).mul(parameter("r_k", [heads, head], dtype).to("f32")), "head");
  const mixedValues: Wide = merge(normal.add(v.mul(bonus)), ["heads", "head"], "model");
  return { out: project("o_proj", mixedValues.to(dtype).mul(gate)), values };
}

/** Channel mixing (section 4.2): squared ReLU of a projection of x and the token before. */
function channelMixing(x: Residual, step: Step): Residual {
  const hidden = axis("hidden", step.config.hidden);
  const key = linear("key", mixed("x_k", x, towardsPrevious(x, step), step.config), x.axis("model"), hidden);
  const active = relu(key);
  return linear("value", active.mul(active), hidden, model(step.config));
}

/** Logits come of the stream after all layers. */
export function rwkv7Forward(config: Rwkv7Config, inputs: CausalInputs & Pick<Step, "keep">) {
  const { dtype, tokens, keep } = inputs;
  const step: Step = { ...inputs, config };
  const vocab = axis("vocab", config.vocabSize);
  let x: Residual = take(parameter("embeddings.weight", [vocab, model(config)], dtype), "vocab", tokens);
  let first: Residual | undefined;
  const block = (before: Residual, layer: number) => {
    const u = layer === 0 ? norm("pre_norm", before, step) : before;
    const normed = norm("attn_norm", u, step);
    const { out, values } = scope("attn", () => timeMixing(normed, step, first));
    const timed = u.add(out);
    const wide = norm("ffn_norm", timed, step);
    return { x: probe("output", timed.add(scope("ffn", () => channelMixing(wide, step)))), values };
  };
  for (let layer = 0; layer < config.numLayers; layer++) {
    const made = scope(`layers.${layer}`, () => remat(() => block(x, layer), { keep }));
    x = made.x;
    first ??= made.values;
  }
  return {
    residual: x,
    norm: <A extends string>(y: Tensor<A | "model", DType>) => norm("norm", y, step),
    head: { weight: parameter("lm_head.weight", [vocab, model(config)], dtype) },
    logits: <A extends string>(y: Tensor<A | "model", DType>, { weight }: Head) =>
      dot(y, weight, "model").to("f32"),
  };
}

/** Traces one program. States of each layer, all of a fixed size: S [batch, heads, head, value] f32, and the last inputs of both mixings. */
export const rwkv7Program = (config: Rwkv7Config, key: CausalKey): TracedProgram =>
  causalProgram("rwkv7", key, (inputs) => rwkv7Forward(config, { ...inputs, keep: "everything" }));
