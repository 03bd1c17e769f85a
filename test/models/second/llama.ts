/** @file A Llama: rotary attention of grouped queries and a gated MLP, after root mean square norms. Axes: row, step, wide, head ... */
import {
  argmax,
  at,
  attention,
  axis,
  type Axis,
  dot,
  input,
  kvCacheUpdate,
  merge,
  parameter,
  probe,
  program,
  rmsNorm,
  rotary,
  scope,
  sigmoid,
  split,
  state,
  take,
  type Tensor,
  type TracedProgram,
} from "../../../src/dsl/index.js";
import type { ComputeDType, TraceKey } from "../../../src/model/index.js";
import type { LlamaConfig } from "./llama-config.js";

type Stream = Tensor<"row" | "step" | "wide", ComputeDType>;

interface Step {
  readonly config: LlamaConfig;
  readonly place: Tensor<"row" | "step", "i32">;
  /** Tokens of each text before this run. */
  readonly seen: Tensor<"row", "i32">;
}

const wide = ({ width }: LlamaConfig): Axis<"wide"> => axis("wide", width);

/** x W^T, weights stored [out, in]. */
const project = <A extends string, I extends A, O extends string>(
  name: string,
  x: Tensor<A, ComputeDType>,
  from: Axis<I>,
  to: Axis<O>,
) => dot(x, parameter(name, [to, from], x.dtype), from.name);

const norm = <A extends string>(name: string, x: Tensor<A | "wide", ComputeDType>, config: LlamaConfig) =>
  rmsNorm(x, parameter(name, [wide(config)], x.dtype), { epsilon: config.epsilon });

function mixing(x: Stream, { config, place, seen }: Step): Stream {
  const { queryHeads, keyHeads, width, context, theta } = config;
  const channel = axis("channel", width / queryHeads);
  const groups = axis("group", keyHeads);
  const turn = { axis: "channel", dims: channel.size, base: theta } as const;
  const queries = project("query", x, wide(config), axis("queries", width));
  const grouped = (name: string) =>
    split(project(name, x, wide(config), axis("grouped", keyHeads * channel.size)), "grouped", [
      groups,
      channel,
    ]);
  const q = rotary(split(queries, "queries", [axis("head", queryHeads), channel]), place, turn);
  const [k, v] = [rotary(grouped("key"), place, turn), grouped("value")];
  const slots = [x.axis("row"), axis("slot", context), groups, channel] as const;
  const [keys, values] = [state("keys", slots, x.dtype), state("values", slots, x.dtype)];
  const attended = attention({
    q,
    k,
    v,
    segmentPos: place,
    cache: { kind: "growing", keys: keys.value, values: values.value },
    numTokens: seen,
    axes: { time: "step", slots: "slot", channels: "channel" },
    scale: channel.size ** -0.5,
  });
  keys.update(kvCacheUpdate(keys.value, k, place, "growing"));
  values.update(kvCacheUpdate(values.value, v, place, "growing"));
  return project("out", merge(attended, ["head", "channel"], "joined"), axis("joined", width), wide(config));
}

function mlp(x: Stream, config: LlamaConfig): Stream {
  const inner = axis("inner", config.inner);
  const gate = project("gate", x, wide(config), inner);
  return project(
    "down",
    gate.mul(sigmoid(gate)).mul(project("up", x, wide(config), inner)),
    inner,
    wide(config),
  );
}

function block(x: Stream, step: Step): Stream {
  const mixed = x.add(mixing(norm("mix_norm", x, step.config), step));
  return probe("stream", mixed.add(mlp(norm("mlp_norm", mixed, step.config), step.config)));
}

/** Programs in words of this model's own. */
export type Kind = "read" | "continue" | "next" | "everything";

/** Traces one program. Inputs: ids, place [row, step] i32. Results: scores f32, and the choice of one step. */
export function llamaProgram(config: LlamaConfig, key: TraceKey<Kind>): TracedProgram {
  const [row, step, word] = [axis("row", key.batch), axis("step", key.time), axis("word", config.words)];
  const kept = { everything: "dropped", read: "started", continue: "carried", next: "carried" } as const;
  return program(
    { name: `llama_${key.kind}`, state: kept[key.kind], probes: () => key.probes === true },
    () => {
      const [ids, place] = [input("ids", [row, step], "i32"), input("place", [row, step], "i32")];
      const seen = state("seen", [row], "i32");
      let x: Stream = take(parameter("embedding", [word, wide(config)], key.dtype), "word", ids);
      for (let layer = 0; layer < config.depth; layer++)
        x = scope(`block.${layer}`, () => block(x, { config, place, seen: seen.value }));
      seen.update(at(place, "step", -1).add(1));
      const scores = <A extends string>(y: Tensor<A | "wide", ComputeDType>) =>
        project("head", norm("norm", y, config), wide(config), word).to("f32");
      if (key.kind === "everything") return { scores: scores(x) };
      const last = scores(at(x, "step", -1));
      return { scores: last, choice: split(argmax(last, "word"), "row", [row, axis("step", 1)]) };
    },
  );
}
