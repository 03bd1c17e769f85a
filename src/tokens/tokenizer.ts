/** @file Text <-> token ids by the tokenizer.json of a checkpoint. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../support/errors.js";
import { promoteUserPieces, tokenizerFile } from "./tokenizer-file.js";

export interface Tokenizer {
  /**
   * Token ids of `text`, with the token that begins a sequence in front exactly once, also when the text
   * itself starts with it. Throws {@link UsageError} for text that the vocabulary cannot spell.
   */
  encode(text: string): number[];
  /** The text of token ids, tokens such as end of sequence left out; spaces are never tidied up. */
  decode(ids: readonly number[]): string;
}

/**
 * Loads tokenizer.json (and tokenizer_config.json, if there) of a folder; `bosId` begins every sequence. A
 * vocabulary of 256,000 pieces takes seconds and hundreds of megabytes, so the library itself is loaded only
 * here. Throws {@link UsageError} when there is no usable file.
 */
export async function loadTokenizer(folder: string, bosId: number): Promise<Tokenizer> {
  const path = join(folder, "tokenizer.json");
  const json = await readJson(path);
  if (json === undefined) {
    throw new UsageError({
      message: "the checkpoint has no tokenizer",
      expected: path,
      hint: "copy the tokenizer.json of the checkpoint there, or give token ids instead of text",
    });
  }
  const config = (await readJson(join(folder, "tokenizer_config.json"))) ?? {};
  const { success, data, error } = tokenizerFile.safeParse(json);
  if (!success) throw unusable(path, z.prettifyError(error));
  const { Tokenizer } = await import("@huggingface/tokenizers");
  try {
    return adapt(new Tokenizer(promoteUserPieces(data), config as object), bosId);
  } catch (cause) {
    throw unusable(path, cause instanceof Error ? cause.message : String(cause));
  }
}

function unusable(path: string, got: string): UsageError {
  return new UsageError({ message: "the tokenizer cannot be used", got, where: path });
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unusable(path, cause instanceof Error ? cause.message : String(cause));
  }
}

/** What we use of the library's tokenizer. */
interface LibraryTokenizer {
  encode(
    text: string,
    options: { add_special_tokens: boolean },
  ): { ids: (number | undefined)[]; tokens: string[] };
  decode(
    ids: number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
}

function adapt(tokenizer: LibraryTokenizer, bosId: number): Tokenizer {
  return {
    encode(text) {
      const { ids } = tokenizer.encode(text, { add_special_tokens: false });
      const known = ids.filter((id) => id !== undefined);
      if (known.length < ids.length) {
        throw new UsageError({ message: "the text has a character that the tokenizer has no token for" });
      }
      return known[0] === bosId ? known : [bosId, ...known];
    },
    decode(ids) {
      if (ids.length === 0) return "";
      return tokenizer.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
    },
  };
}
