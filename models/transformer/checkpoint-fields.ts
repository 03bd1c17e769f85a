/** @file Keys of config.json that transformers of the Hugging Face layout share, each with what it must be, and how they are read. */
import { z } from "zod";
import type { Problem } from "../../src/model/index.js";

export const count = z.int("a positive integer").positive("a positive integer");
export const positive = z.number("a positive number").positive("a positive number");
const tokenId = z.int("a token id").nonnegative("a token id");

/** Far beyond any model; a slip of the keyboard must not ask for a list of 10^15 layers. */
const MOST_LAYERS = 10_000;
const layers = `an integer from 1 to ${MOST_LAYERS}`;

const dtype = z
  .enum(["float32", "bfloat16", "float16"], "float32, bfloat16 or float16")
  .transform((name) => (({ float32: "f32", bfloat16: "bf16", float16: "f16" }) as const)[name]);

/** Null means absent, as in Python. */
export const sharedFields = {
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: z.int(layers).min(1, layers).max(MOST_LAYERS, layers),
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  max_position_embeddings: count,
  sliding_window: count.nullish(),
  rms_norm_eps: positive.nullish(),
  rope_theta: positive.nullish(),
  torch_dtype: dtype.nullish(),
  dtype: dtype.nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)], "a token id or an array of them").nullish(),
  pad_token_id: z.int("a token id, or -1 for none").min(-1, "a token id, or -1 for none").nullish(),
} as const;

type Values = { readonly [K in keyof typeof sharedFields]?: z.output<(typeof sharedFields)[K]> | undefined };

/** Token ids: the model's own where the file has none; padding without a token of its own is token 0, which nothing reads. */
export function tokenIds(
  { bos_token_id: bos, eos_token_id: eos, pad_token_id: pad }: Values,
  own: { readonly bos: number; readonly eos: number },
): { readonly bosId: number; readonly eosIds: readonly number[]; readonly padId: number } {
  return {
    bosId: bos ?? own.bos,
    eosIds: eos === null ? [] : [eos ?? own.eos].flat(),
    padId: Math.max(0, pad ?? 0),
  };
}

/** The dtype, by either of its names. */
export const dtypeOf = ({ dtype, torch_dtype }: Values): "f32" | "bf16" | "f16" =>
  dtype ?? torch_dtype ?? "f32";

/** Heads that do not fit together, and token ids outside of the vocabulary; numbers that are missing (NaN) are not complained about again. */
export function checkSizes(
  config: {
    readonly vocabSize: number;
    readonly numHeads: number;
    readonly numKeyValueHeads: number;
    readonly headSize: number;
    readonly bosId: number;
    readonly eosIds: readonly number[];
    readonly padId: number;
  },
  problems: Problem[],
): void {
  const { numHeads, numKeyValueHeads, headSize, vocabSize } = config;
  const report = (subject: string, problem: string, expected: string, got: number) =>
    problems.push({ subject, problem, expected, got: `${got}` });
  if (numHeads % numKeyValueHeads > 0) {
    const expected = `a divisor of num_attention_heads, ${numHeads}`;
    report("num_key_value_heads", "does not divide the heads of queries", expected, numKeyValueHeads);
  }
  if (headSize % 2 > 0)
    report(
      "head_dim",
      "cannot rotate channels in pairs",
      "an even whole number of channels a head",
      headSize,
    );
  const ids = { bos_token_id: [config.bosId], eos_token_id: config.eosIds, pad_token_id: [config.padId] };
  for (const [subject, list] of Object.entries(ids)) {
    for (const id of list)
      if (id >= vocabSize) report(subject, "is outside the vocabulary", `< ${vocabSize}`, id);
  }
}
