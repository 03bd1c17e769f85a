/** @file The Llama as plain loops over numbers, one text at a time, everything computed anew for each word: what the compiled one is held to. */
import type { LlamaConfig } from "./llama-config.js";

/** Weights by their names in checkpoints, row-major. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** What a whole text gives: rows of `words` scores, and the stream after each block. */
export interface Reading {
  readonly scores: readonly (readonly number[])[];
  readonly streams: readonly (readonly (readonly number[])[])[];
}

/** W x, W [out, in] of as many columns as x has elements. */
const times = (weight: Float32Array, x: readonly number[]): number[] =>
  Array.from({ length: weight.length / x.length }, (_, o) =>
    x.reduce((sum, value, i) => sum + weight[o * x.length + i]! * value, 0),
  );

const add = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);

/** Channels i and i + n/2 of each head as a pair, turned by place / theta^(2i/n). */
function turned(x: readonly number[], channels: number, place: number, theta: number): number[] {
  const half = channels / 2;
  return x.map((value, c) => {
    const i = c % channels;
    const angle = place / theta ** ((2 * (i % half)) / channels);
    const other = i < half ? -x[c + half]! : x[c - half]!;
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}

/** Reads a text. */
export function readPlainly(config: LlamaConfig, weights: Weights, text: readonly number[]): Reading {
  const { width, queryHeads, keyHeads, theta, epsilon } = config;
  const w = (name: string): Float32Array => weights.get(`${name}.weight`)!;
  const channels = width / queryHeads;
  const norm = (name: string, x: readonly number[]): number[] => {
    const mean = x.reduce((sum, value) => sum + value ** 2, 0) / x.length;
    return x.map((value, i) => (value / Math.sqrt(mean + epsilon)) * w(name)[i]!);
  };
  const attend = (at: string, xs: readonly (readonly number[])[]): number[][] => {
    const projected = (name: string) => xs.map((x) => times(w(`${at}.self_attn.${name}_proj`), x));
    const turn = (rows: number[][]) => rows.map((row, place) => turned(row, channels, place, theta));
    const [q, k, v] = [turn(projected("q")), turn(projected("k")), projected("v")];
    const one = (t: number, head: number): number[] => {
      const query = q[t]!.slice(head * channels, (head + 1) * channels);
      const from = Math.floor((head * keyHeads) / queryHeads) * channels;
      const weighed = k
        .slice(0, t + 1)
        .map((key) =>
          Math.exp(query.reduce((sum, value, c) => sum + value * key[from + c]!, 0) / Math.sqrt(channels)),
        );
      const total = weighed.reduce((sum, value) => sum + value, 0);
      return query.map((_, c) =>
        weighed.reduce((sum, part, s) => sum + (part / total) * v[s]![from + c]!, 0),
      );
    };
    return xs.map((_, t) =>
      times(
        w(`${at}.self_attn.o_proj`),
        Array.from({ length: queryHeads }, (_, head) => one(t, head)).flat(),
      ),
    );
  };
  const mlp = (at: string, x: readonly number[]): number[] => {
    const up = times(w(`${at}.mlp.up_proj`), x);
    const gate = times(w(`${at}.mlp.gate_proj`), x).map(
      (value, i) => (value / (1 + Math.exp(-value))) * up[i]!,
    );
    return times(w(`${at}.mlp.down_proj`), gate);
  };
  const table = w("model.embed_tokens");
  let xs = text.map((word) => [...table.subarray(word * width, (word + 1) * width)]);
  const streams = Array.from({ length: config.depth }, (_, layer) => {
    const at = `model.layers.${layer}`;
    const mixed = attend(
      at,
      xs.map((x) => norm(`${at}.input_layernorm`, x)),
    );
    xs = xs.map((x, t) => add(x, mixed[t]!));
    xs = xs.map((x) => add(x, mlp(at, norm(`${at}.post_attention_layernorm`, x))));
    return xs;
  });
  return { scores: xs.map((x) => times(w("lm_head"), norm("model.norm", x))), streams };
}

/** The place of the largest number. */
export const bestOf = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));

/** `count` best words after a text, each read with all before it. */
export function continuePlainly(
  config: LlamaConfig,
  weights: Weights,
  text: readonly number[],
  count: number,
): number[] {
  const words = [...text];
  for (let i = 0; i < count; i++) words.push(bestOf(readPlainly(config, weights, words).scores.at(-1)!));
  return words.slice(text.length);
}
