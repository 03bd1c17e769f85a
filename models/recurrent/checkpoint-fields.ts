/** @file Keys of config.json that recurrent language models share, each with what it must be, and how they are read. */
import { z } from "zod";
import type { Problem } from "../../src/model/index.js";

export const count = z.int("a positive integer").positive("a positive integer");
export const positive = z.number("a positive number").positive("a positive number");
export const truth = z.boolean("true or false");
export const taps = z.int("an integer of at least 2").min(2, "an integer of at least 2");
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
  num_hidden_layers: z.int(layers).min(1, layers).max(MOST_LAYERS, layers),
  tie_word_embeddings: truth.nullish(),
  torch_dtype: dtype.nullish(),
  dtype: dtype.nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)], "a token id or an array of them").nullish(),
  pad_token_id: tokenId.nullish(),
} as const;

type Values = { readonly [K in keyof typeof sharedFields]?: z.output<(typeof sharedFields)[K]> | undefined };

/** What the shared keys say: a number that is missing becomes NaN, a token id 0; ids outside of the vocabulary are added to `problems`. */
export function sharedValues(values: Values, problems: Problem[]) {
  const { vocab_size: vocabSize = Number.NaN, eos_token_id: eos = 0 } = values;
  const shared = {
    vocabSize,
    width: values.hidden_size ?? Number.NaN,
    numLayers: values.num_hidden_layers ?? Number.NaN,
    tiedEmbedding: values.tie_word_embeddings ?? true,
    dtype: values.dtype ?? values.torch_dtype ?? ("f32" as const),
    bosId: values.bos_token_id ?? 0,
    eosIds: eos === null ? [] : [eos].flat(),
    padId: values.pad_token_id ?? 0,
  };
  const ids = { bos_token_id: [shared.bosId], eos_token_id: shared.eosIds, pad_token_id: [shared.padId] };
  for (const [subject, list] of Object.entries(ids)) {
    for (const id of list.filter((one) => one >= vocabSize)) {
      const expected = `< ${vocabSize}`;
      problems.push({ subject, problem: "is outside the vocabulary", expected, got: `${id}` });
    }
  }
  return shared;
}
