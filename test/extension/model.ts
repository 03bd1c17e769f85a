/** A language model with one recurrence, whose states are soft-clipped. */
import {
  argmax,
  at,
  axis,
  dot,
  input,
  linearScan,
  oneMinus,
  op,
  parameter,
  program,
  select,
  sigmoid,
  split,
  state,
  take,
} from "stablegriffin/dsl";
import { causalLanguageModel, defineModel, type TraceKey } from "stablegriffin/model";
import { z } from "zod";
import { softClip } from "./dialect.js";

const configSchema = z.strictObject({ words: z.int(), width: z.int(), limit: z.int() });
type Config = z.infer<typeof configSchema>;

const states = {
  read: "started",
  go_on: "carried",
  next: "carried",
  judge: "carried",
  all: "dropped",
} as const;
type Kind = keyof typeof states;

function trace({ words, width, limit }: Config, { kind, dtype, batch, time }: TraceKey<Kind>) {
  const [texts, steps, word] = [axis("text", batch), axis("step", time), axis("word", words)];
  const [wide, held] = [axis("wide", width), axis("held", width)];
  return program({ name: `drift_${kind}`, state: states[kind] }, () => {
    const ids = input("ids", [texts, steps], "i32");
    const place = input("place", [texts, steps], "i32");
    const x = take(parameter("embedding", [word, wide], dtype), "word", ids);
    const z = sigmoid(dot(x, parameter("gate", [held, wide], dtype), "wide"));
    const candidate = dot(x, parameter("candidate", [held, wide], dtype), "wide");
    const h = state("h", [texts, held], "f32");
    const a = select(place.eq(0), 0, oneMinus(z));
    const { y, last } = linearScan({ a, x: z.mul(candidate), h0: h.value, axis: "step" });
    h.update(last);
    const clipped = op(softClip, [y], { limit }, { result: { axes: [texts, steps, held], dtype } });
    const scores = dot(clipped, parameter("head", [word, held], dtype), "held").to("f32");
    if (kind === "judge" || kind === "all") return { scores };
    const end = at(scores, "step", -1);
    return { scores: end, choice: split(argmax(end, "word"), "text", [texts, axis("step", 1)]) };
  });
}

export const drift = defineModel({
  name: "drift",
  config: configSchema,
  kinds: {
    read: { summary: "reads the start of a text" },
    go_on: { summary: "reads what follows" },
    next: { summary: "reads one word of each text", time: 1 },
    judge: { summary: "as go_on, with the scores of all words" },
    all: { summary: "reads a whole text" },
  },
  program: trace,
  checkpoint: {
    modelTypes: ["drift"],
    configFrom: ({ config: { model_type: _, ...config } }) => configSchema.parse(config),
    nameOf: ({ path, shape }) => ({ name: path, shape }),
    pathOf: ({ name, shape }) => ({ path: name, shape }),
  },
  generation: causalLanguageModel({
    vocab: ({ words }: Config) => words,
    bos: () => 0,
    eos: () => [1],
    pad: () => 1,
    inputs: { tokens: "ids", positions: "place" },
    outputs: { logits: "scores", best: "choice" },
    programs: { prefill: "read", extend: "go_on", decode: "next", score: "judge", forward: "all" },
  }),
  dtype: () => "f32",
  summary: ({ width }) => `a recurrence of width ${width}`,
  presets: { "drift-small": { words: 20, width: 6, limit: 2 } },
});
