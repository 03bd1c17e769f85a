// A language model of recurrent blocks (minGRU), from its configuration to what generation asks of it.
import {
  argmax,
  at,
  axis,
  dot,
  input,
  linearScan,
  oneMinus,
  parameter,
  program,
  rmsNorm,
  scope,
  select,
  sigmoid,
  split,
  state,
  take,
  type Tensor,
} from "stablegriffin/dsl";
import { causalLanguageModel, defineModel, normalNumber, sameNumber } from "stablegriffin/model";
import type { ComputeDType, TraceKey } from "stablegriffin/model";
import { silu } from "stablegriffin/nn";
import { z } from "zod";

const configSchema = z.strictObject({ vocab: z.int(), width: z.int(), hidden: z.int(), blocks: z.int() });
type Config = z.infer<typeof configSchema>;
type Stream = Tensor<"batch" | "time" | "model", ComputeDType>;
type Positions = Tensor<"batch" | "time", "i32">;
type Step = { readonly config: Config; readonly position: Positions };

// #region block
// One block: a gated recurrence, added to what it was given. Its state is what a session keeps.
function block(x: Stream, { config, position }: Step) {
  const [model, hidden] = [axis("model", config.width), axis("hidden", config.hidden)];
  const normed = rmsNorm(x, parameter("norm", [model], x.dtype), { epsilon: 1e-6 });
  const z = sigmoid(dot(normed, parameter("update", [hidden, model], x.dtype), "model"));
  const candidate = dot(normed, parameter("candidate", [hidden, model], x.dtype), "model");
  const gate = silu(dot(normed, parameter("gate", [hidden, model], x.dtype), "model"));
  const h = state("h", [x.axis("batch"), hidden], "f32");
  // Position 0 begins a text: nothing of before it is kept. Padding in front of it has position -1.
  const keeps = select(position.eq(0), 0, oneMinus(z));
  const { y, last } = linearScan({ a: keeps, x: z.mul(candidate), h0: h.value, axis: "time" });
  h.update(last);
  return x.add(dot(y.mul(gate), parameter("out", [model, hidden], x.dtype), "hidden"));
}
// #endregion

// Token ids [batch, time] to what the logits are made of, and how they are made.
function forward(config: Config, dtype: ComputeDType, tokens: Positions, position: Positions) {
  const [vocab, model] = [axis("vocab", config.vocab), axis("model", config.width)];
  const embedding = parameter("embedding", [vocab, model], dtype);
  let x: Stream = take(embedding, "vocab", tokens);
  for (let i = 0; i < config.blocks; i++) {
    const before = x;
    x = scope(`blocks.${i}`, () => block(before, { config, position }));
  }
  const hidden = rmsNorm(x, parameter("norm", [model], dtype), { epsilon: 1e-6 });
  const head = { weight: embedding };
  const logits = (some: Stream, { weight }: typeof head) => dot(some, weight, "model").to("f32");
  return { hidden, head, logits };
}

// #region trace
const allPositions = ["score", "forward"];
const states = { prefill: "started", extend: "carried", decode: "carried", score: "carried" };

// Traces one program of the model: inputs and results are named as `generation` below says.
function trace(config: Config, { kind, dtype, ...shape }: TraceKey) {
  const [batch, time] = [axis("batch", shape.batch), axis("time", shape.time)];
  const kept = kind === "forward" ? "dropped" : states[kind as keyof typeof states];
  return program({ name: `little_${kind}`, state: kept as "carried" }, () => {
    const tokens = input("tokens", [batch, time], "i32");
    const position = input("position", [batch, time], "i32");
    const { hidden, head, logits } = forward(config, dtype, tokens, position);
    if (allPositions.includes(kind)) return { logits: logits(hidden, head) };
    const last = at(logits(hidden, head), "time", -1);
    return { logits: last, next: split(argmax(last, "vocab"), "batch", [batch, axis("time", 1)]) };
  });
}
// #endregion

// #region definition
export const little = defineModel({
  name: "little",
  config: configSchema,
  kinds: {
    prefill: { summary: "reads the first piece of the prompts" },
    extend: { summary: "reads a piece that follows" },
    decode: { summary: "reads one token of each text", time: 1 },
    score: { summary: "as extend, with the logits of all positions" },
    forward: { summary: "the logits of all positions, nothing kept" },
  },
  program: trace,
  checkpoint: {
    modelTypes: ["little"],
    configFrom: ({ config: { model_type, ...config } }) => configSchema.parse(config),
    // Tensors of checkpoints are called as the parameters are.
    nameOf: ({ path, shape }) => ({ name: path, shape }),
    pathOf: ({ name, shape }) => ({ path: name, shape }),
  },
  generation: causalLanguageModel({
    vocab: (config: Config) => config.vocab,
    pad: () => 0,
    eos: () => [1],
    bos: () => 2,
    inputs: { tokens: "tokens", positions: "position" },
    outputs: { logits: "logits", best: "next" },
    programs: {
      prefill: "prefill",
      extend: "extend",
      decode: "decode",
      score: "score",
      forward: "forward",
    },
  }),
  training: {
    forward: (config, { dtype, tokens, position }) => forward(config, dtype, tokens, position),
    decays: ({ shape }) => shape.length > 1,
    initial: (config, { path }) =>
      path.endsWith("norm") ? sameNumber(1) : normalNumber(config.width ** -0.5),
  },
  dtype: () => "f32",
  summary: ({ blocks, width }) => `${blocks} recurrent blocks of width ${width}`,
});
// #endregion
