/** @file For tests: a model of which everything can be worked out by hand: a token's embedding, and its products with another matrix. */
import { axis, dot, parameter, probe, program, scope, take, input, tanh } from "../../src/dsl/index.js";
import { causalLanguageModel, defineModel, type Head, type TrainingInputs } from "../../src/model/index.js";
import { z } from "zod";

const configSchema = z.strictObject({ words: z.int(), width: z.int(), cap: z.number() });
export type BigramConfig = Readonly<z.infer<typeof configSchema>>;

function forward(
  { words, width, cap }: BigramConfig,
  { dtype, tokens }: Pick<TrainingInputs, "dtype" | "tokens">,
) {
  const axes = [axis("vocab", words), axis("model", width)] as const;
  const matrix = (name: string) => scope(name, () => parameter("weight", axes, dtype));
  const hidden = probe("hidden", take(matrix("table"), "vocab", tokens));
  const bias = scope("head", () => parameter("bias", [axis("vocab", words)], dtype));
  const head = { bias, weight: matrix("head") };
  return {
    hidden,
    head,
    logits: (some: typeof hidden, rows: Head) => {
      const logits = dot(some, rows.weight, "model").add(rows.bias!).to("f32");
      return tanh(logits.div(cap)).mul(cap);
    },
  };
}

/** Logits of the next token from one token alone: cap tanh((table[token] head^T + bias) / cap). Only `head.weight` decays. */
export const bigram = defineModel({
  name: "bigram",
  config: configSchema,
  checkpoint: {
    modelTypes: ["bigram"],
    configFrom: ({ config }) => configSchema.parse(config.bigram),
    nameOf: ({ path, shape }) => ({ name: path, shape }),
    pathOf: ({ name, shape }) => ({ path: name, shape }),
  },
  kinds: { all: { summary: "logits of all positions" }, next: { summary: "of one", time: 1 } },
  program: (config, { batch, time, dtype }) =>
    program({ name: "bigram", state: "dropped" }, () => {
      const tokens = input("tokens", [axis("batch", batch), axis("time", time)], "i32");
      const { hidden, head, logits } = forward(config, { dtype, tokens });
      return { logits: logits(hidden, head) };
    }),
  generation: causalLanguageModel({
    vocab: ({ words }: BigramConfig) => words,
    bos: () => 0,
    eos: () => [1],
    pad: () => 0,
    programs: { prefill: "all", extend: "all", decode: "next", forward: "all" },
    inputs: { tokens: "tokens", positions: "positions" },
    outputs: { logits: "logits", best: "best" },
  }),
  training: { forward, decays: ({ path }) => path === "head.weight" },
  dtype: () => "f32",
  summary: () => "two matrices",
});

export const CONFIG: BigramConfig = { words: 5, width: 3, cap: 4 };

/** Weights of a bigram by path. */
export type BigramWeights = Readonly<Record<string, readonly number[]>>;

/** Loss and gradients of tokens that follow each other, worked out in f64. */
export function plainBigram(
  { words, width, cap }: BigramConfig,
  weights: BigramWeights,
  pairs: readonly { readonly token: number; readonly target: number; readonly mask: number }[],
): { readonly loss: number; readonly gradients: BigramWeights } {
  const gradients = Object.fromEntries(
    Object.entries(weights).map(([path, values]) => [path, values.map(() => 0)]),
  );
  const [table, head, bias] = [weights["table.weight"]!, weights["head.weight"]!, weights["head.bias"]!];
  const counted = pairs.reduce((sum, { mask }) => sum + mask, 0);
  let loss = 0;
  for (const { token, target, mask } of pairs) {
    const capped = Array.from({ length: words }, (_, v) => {
      let product = bias[v]!;
      for (let d = 0; d < width; d++) product += table[token * width + d]! * head[v * width + d]!;
      return Math.tanh(product / cap);
    });
    const total = capped.reduce((sum, logit) => sum + Math.exp(cap * logit), 0);
    loss -= (mask / counted) * (cap * capped[target]! - Math.log(total));
    capped.forEach((logit, v) => {
      const probability = Math.exp(cap * logit) / total;
      const g = (mask / counted) * (probability - (v === target ? 1 : 0)) * (1 - logit * logit);
      gradients["head.bias"]![v]! += g;
      for (let d = 0; d < width; d++) {
        gradients["head.weight"]![v * width + d]! += g * table[token * width + d]!;
        gradients["table.weight"]![token * width + d]! += g * head[v * width + d]!;
      }
    });
  }
  return { loss, gradients };
}

/** What an optimiser does to one number, worked out in f64: `t` counts from 1. */
type PlainUpdate = (
  p: number,
  g: number,
  slots: readonly number[],
  t: number,
) => readonly [number, ...number[]];

export const plainSgd =
  (rate: number): PlainUpdate =>
  (p, g) => [p - rate * g];

/** AdamW without decay, or with. */
export const plainAdamW =
  ({
    rate,
    b1,
    b2,
    eps,
    decay,
  }: Readonly<Record<"rate" | "b1" | "b2" | "eps" | "decay", number>>): PlainUpdate =>
  (p, g, [m = 0, v = 0], t) => {
    const [mean, square] = [b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g];
    const root = Math.sqrt(square / (1 - b2 ** t)) + eps;
    return [p - rate * (mean / (1 - b1 ** t) / root + decay * p), mean, square];
  };

/** Losses before each update and weights after all, in f64. Gradients are clipped to a norm where one is given. */
export function trainPlainly(
  config: BigramConfig,
  start: BigramWeights,
  batches: readonly Parameters<typeof plainBigram>[2][],
  updateOf: (path: string) => PlainUpdate,
  clipNorm = Number.POSITIVE_INFINITY,
): { readonly losses: readonly number[]; readonly weights: BigramWeights } {
  let weights = start;
  const losses: number[] = [];
  const slots = new Map<string, readonly number[]>();
  batches.forEach((batch, step) => {
    const { loss, gradients } = plainBigram(config, weights, batch);
    losses.push(loss);
    const scale = Math.min(1, clipNorm / Math.hypot(...Object.values(gradients).flat()));
    const next = Object.entries(weights).map(([path, values]) => [
      path,
      values.map((p, i) => {
        const key = `${path} ${i}`;
        const [moved, ...kept] = updateOf(path)(
          p,
          scale * gradients[path]![i]!,
          slots.get(key) ?? [],
          step + 1,
        );
        slots.set(key, kept);
        return moved;
      }),
    ]);
    weights = Object.fromEntries(next);
  });
  return { losses, weights };
}

/** What each position of rows of tokens predicts. */
export const pairsOf = (rows: readonly (readonly number[])[], masks: readonly (readonly number[])[]) =>
  rows.flatMap((row, i) =>
    row.slice(1).map((target, t) => ({ token: row[t]!, target, mask: masks[i]![t + 1]! })),
  );
