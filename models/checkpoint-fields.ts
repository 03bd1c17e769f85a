/** @file Keys of config.json that language models of the Hugging Face layout share, each with what it must be, and how they are read. */
import { z } from "zod";
import type { ComputeDType, Problem } from "../src/model/index.js";

export const count = z.int("a positive integer").positive("a positive integer");
export const positive = z.number("a positive number").positive("a positive number");
export const truth = z.boolean("true or false");
export const taps = z.int("an integer of at least 2").min(2, "an integer of at least 2");
export const tokenId = z.int("a token id").nonnegative("a token id");

/** Far beyond any model; a slip of the keyboard must not ask for a list of 10^15 layers. */
export const MOST_LAYERS = 1000;
const layers = `an integer from 1 to ${MOST_LAYERS}`;

/** How many layers there are. */
export const layerCount = z.int(layers).min(1, layers).max(MOST_LAYERS, layers);

/** An element type by PyTorch's name. */
export const dtype = z
  .enum(["float32", "bfloat16", "float16"], "float32, bfloat16 or float16")
  .transform((name) => (({ float32: "f32", bfloat16: "bf16", float16: "f16" }) as const)[name]);

/** Null means absent, as in Python. */
const sharedFields = {
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: layerCount,
  torch_dtype: dtype.nullish(),
  dtype: dtype.nullish(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)], "a token id or an array of them").nullish(),
  quantization_config: z.null("null (weights that are quantized are not read)").optional(),
} as const;

/** Of recurrent models. */
export const recurrentFields = {
  ...sharedFields,
  tie_word_embeddings: truth.nullish(),
  pad_token_id: tokenId.nullish(),
} as const;

/** Of transformers. */
export const transformerFields = {
  ...sharedFields,
  intermediate_size: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  max_position_embeddings: count,
  rms_norm_eps: positive.nullish(),
  pad_token_id: z.int("a token id, or -1 for none").min(-1, "a token id, or -1 for none").nullish(),
} as const;

/** What keys say, of those that are there and as they must be. */
type ValuesOf<Fields extends Readonly<Record<string, z.ZodType>>> = {
  readonly [K in keyof Fields]?: z.output<Fields[K]> | undefined;
};

type TokenIdKeys = "bos_token_id" | "eos_token_id" | "pad_token_id";

interface TokenIds {
  readonly bosId: number;
  readonly eosIds: readonly number[];
  readonly padId: number;
}

/** Token ids of a model whose file has none. */
interface OwnTokenIds {
  readonly bos: number;
  readonly eos: number;
  readonly pad?: number;
}

/** Token ids: the model's own where the file has none; padding without a token of its own is token 0, which nothing reads. */
export function tokenIds(
  {
    bos_token_id: bos,
    eos_token_id: eos,
    pad_token_id: pad,
  }: Pick<ValuesOf<typeof transformerFields>, TokenIdKeys>,
  own: OwnTokenIds,
): TokenIds {
  return {
    bosId: bos ?? own.bos,
    eosIds: eos === null ? [] : [eos ?? own.eos].flat(),
    padId: Math.max(0, pad ?? own.pad ?? 0),
  };
}

/** The dtype, by either of its names; f32 without one. */
export const dtypeOf = ({
  dtype,
  torch_dtype,
}: Pick<ValuesOf<typeof sharedFields>, "dtype" | "torch_dtype">): ComputeDType =>
  dtype ?? torch_dtype ?? "f32";

/** Token ids outside of the vocabulary are added to `problems`; a vocabulary that is missing (NaN) is not complained about again. */
export function checkTokenIds(
  { vocabSize, bosId, eosIds, padId }: TokenIds & { readonly vocabSize: number },
  problems: Problem[],
): void {
  const ids = { bos_token_id: [bosId], eos_token_id: eosIds, pad_token_id: [padId] };
  for (const [subject, list] of Object.entries(ids)) {
    for (const id of list.filter((one) => one >= vocabSize)) {
      const expected = `< ${vocabSize}`;
      problems.push({ subject, problem: "is outside the vocabulary", expected, got: `${id}` });
    }
  }
}

/** What the shared keys of a recurrent model say: a number that is missing becomes NaN, a token id the model's own; ids are checked. */
export function recurrentValues(
  values: Omit<ValuesOf<typeof recurrentFields>, "tie_word_embeddings">,
  own: OwnTokenIds,
  problems: Problem[],
) {
  const shared = {
    vocabSize: values.vocab_size ?? Number.NaN,
    width: values.hidden_size ?? Number.NaN,
    numLayers: values.num_hidden_layers ?? Number.NaN,
    dtype: dtypeOf(values),
    ...tokenIds(values, own),
  };
  checkTokenIds(shared, problems);
  return shared;
}

/** Heads that do not fit together, and token ids outside of the vocabulary; numbers that are missing (NaN) are not complained about again. */
export function checkTransformerSizes(
  config: TokenIds & {
    readonly vocabSize: number;
    readonly numHeads: number;
    readonly numKeyValueHeads: number;
    readonly headSize: number;
  },
  problems: Problem[],
): void {
  const { numHeads, numKeyValueHeads, headSize } = config;
  if (numHeads % numKeyValueHeads > 0)
    problems.push({
      subject: "num_key_value_heads",
      problem: "does not divide the heads of queries",
      expected: `a divisor of num_attention_heads, ${numHeads}`,
      got: `${numKeyValueHeads}`,
    });
  if (headSize % 2 > 0)
    problems.push({
      subject: "head_dim",
      problem: "cannot rotate channels in pairs",
      expected: "an even whole number of channels a head",
      got: `${headSize}`,
    });
  checkTokenIds(config, problems);
}
