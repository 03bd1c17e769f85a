/** @file The configuration of a Llama. */
import { z } from "zod";

const count = z.int().positive();
const token = z.int().nonnegative();

export const llamaConfigSchema = z.strictObject({
  words: count,
  width: count,
  depth: count,
  queryHeads: count,
  keyHeads: count,
  inner: count,
  /** The longest text, in tokens. */
  context: count,
  theta: z.number().positive(),
  epsilon: z.number().positive(),
  begin: token,
  end: token,
});

export type LlamaConfig = Readonly<z.infer<typeof llamaConfigSchema>>;

/** A small one: two layers, four heads of queries over two of keys. */
export const small: LlamaConfig = {
  words: 40,
  width: 32,
  depth: 2,
  queryHeads: 4,
  keyHeads: 2,
  inner: 48,
  context: 64,
  theta: 500,
  epsilon: 1e-5,
  begin: 1,
  end: 2,
};
