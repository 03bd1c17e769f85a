/** @file Text <-> token ids by the tokenizer.json or tokenizer.model of a checkpoint. */
import { join } from "node:path";
import { z } from "zod";
import { GriffinError, UsageError } from "../support/errors.js";
import { JsonError, parseJson } from "../support/json.js";
import type { SentencePieceTokenizer } from "./sentencepiece/tokenizer.js";
import { textOf, type TokenizerFiles, withFilesOf } from "./checkpoint-files.js";
import { fileTokenBytes, type TokenBytes } from "./token-bytes.js";
import { TimeLimitError, withinTime } from "../support/time-limit.js";
import {
  growthOf,
  MOST_VALUES,
  isPattern,
  isRegex,
  nameUnknown,
  patternsIn,
  promoteUserPieces,
  sizeProblem,
  tokenizerFile,
  type TokenizerFile,
} from "./tokenizer-file.js";
import { missingCharacter } from "./missing-character.js";

export interface Tokenizer {
  /**
   * Token ids of `text`, with the token that begins a sequence in front exactly once, also when the text
   * itself starts with it.
   * @throws UsageError for text that the vocabulary cannot spell, with the character, or that the file's regular expressions do not come to
   * an end for
   */
  encode(text: string): number[];
  /** The text of token ids, tokens such as end of sequence left out; spaces are never tidied up. */
  decode(ids: readonly number[]): string;
  /** What each token adds to a text in its midst, by id. @throws UsageError for a tokenizer whose tokens have no bytes of their own */
  tokenBytes(): TokenBytes;
  /** Ids of tokens that control a model and have no text, but are read where a text has their names: what is typed in a dialogue becomes none of them. */
  readonly controls?: readonly number[];
}

/**
 * Loads tokenizer.json (and tokenizer_config.json, if there) of a folder, or of files that are given, or the tokenizer.model of SentencePiece where there is no other;
 * `bosId` begins every sequence. `vocabSize`, the rows of the model's embedding, must be the pieces of a tokenizer.model, and no less than the vocabulary
 * of a tokenizer.json has, whose added tokens may lie beyond. A
 * vocabulary of 256,000 pieces takes seconds and hundreds of megabytes, so the library itself is loaded only
 * here. Throws UsageError when there is no usable file.
 */
export function loadTokenizer(
  from: string | TokenizerFiles,
  bosId: number,
  vocabSize?: number,
): Promise<Tokenizer> {
  return withFilesOf(from, (files) => readTokenizer(files, bosId, vocabSize));
}

async function readTokenizer(
  files: TokenizerFiles,
  bosId: number,
  vocabSize: number | undefined,
): Promise<Tokenizer> {
  const path = join(files.where, "tokenizer.json");
  const json = await readJson(files, "tokenizer.json");
  if (json === undefined) return loadSentencePiece(files, bosId, vocabSize);
  const config = (await readJson(files, "tokenizer_config.json")) ?? {};
  const size = sizeProblem(json);
  if (size !== undefined) {
    const hint = "is it the tokenizer.json of the model's authors?";
    throw new UsageError({ message: "the tokenizer has too much for a model", ...size, where: path, hint });
  }
  const { success, data, error } = tokenizerFile.safeParse(json);
  if (!success) throw unusable(path, z.prettifyError(error));
  checkVocabulary(path, data, vocabSize);
  const { normalizer, pre_tokenizer, decoder } = data;
  const encoder = [normalizer, pre_tokenizer];
  const unknown = patternsIn([encoder, decoder]).find((pattern) => !isPattern(pattern));
  if (unknown !== undefined)
    throw unusable(path, `a pattern that is neither Regex nor String: ${JSON.stringify(unknown)}`);
  const growth = Math.max(growthOf(encoder), growthOf(decoder));
  if (growth > MOST_GROWTH) {
    const most = `at most ${MOST_GROWTH} times is read`;
    throw unusable(path, `replacements that make a text up to ${growth} times as long; ${most}`);
  }
  const { Tokenizer } = await import("@huggingface/tokenizers");
  const limits = (part: unknown): Limit => (patternsIn(part).some(isRegex) ? limited(path) : ofLength(path));
  const library = limits([encoder, decoder])(
    LOADING_MS,
    () => new Tokenizer({ ...nameUnknown(promoteUserPieces(data)), post_processor: null }, config as object),
  );
  const tokenBytes = (): TokenBytes => {
    try {
      return fileTokenBytes(promoteUserPieces(data));
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new UsageError({
        message: "the tokens of this tokenizer have no bytes of their own, which formats need",
        got: cause.message,
        where: path,
      });
    }
  };
  limitMatches(library as LatticeOwner, path);
  const how = { encoding: limits(encoder), decoding: limits(decoder) };
  const controls = data.added_tokens.filter(({ special }) => special === true).map(({ id }) => id);
  return { ...adapt(library, bosId, { ...how, path }), tokenBytes, controls };
}

/** @throws UsageError for tokens that a model of `vocabSize` does not have; it may have more, which nothing is spelt with */
function checkVocabulary(path: string, { model: { vocab } }: TokenizerFile, vocabSize = Infinity): void {
  const last = Array.isArray(vocab)
    ? vocab.length - 1
    : Object.values(vocab).reduce((most, id) => Math.max(most, id), -1);
  if (last < vocabSize) return;
  throw new UsageError({
    message: "the tokenizer is of another model: it has more tokens than the embedding has rows",
    expected: `ids from 0 to ${vocabSize - 1}`,
    got: `id ${last}`,
    where: path,
    hint: "copy the tokenizer of the checkpoint there",
  });
}

/** How many times as long replacements may make a text, so that it fits into memory; spaces become a mark, and runs of them one. */
const MOST_GROWTH = 1024;

/** The most that patterns of others may take, ms: to be read, and for a text with so many characters. Good ones take a thousandth. */
const LOADING_MS = 60_000;
const textMs = (characters: number): number => 3_000 + Math.ceil(characters / 20);

/** Runs the library's work. @throws UsageError when it fails, or takes longer than it may */
type Limit = <T>(ms: number, work: () => T) => T;

/** For a file without regular expressions: what it does with a text ends, and takes its length squared at most. */
const ofLength =
  (path: string): Limit =>
  (ms, work) =>
    (ms > textMs(MOST_UNLIMITED) ? limited(path, SLOW) : unlimited(path))(ms, work);

/** Characters of a text whose square is no time. */
const MOST_UNLIMITED = 2048;

const unlimited =
  (path: string): Limit =>
  (_ms, work) => {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof GriffinError) throw cause;
      throw unusable(path, cause instanceof Error ? cause.message : String(cause));
    }
  };

const limited =
  (path: string, slow: Slow = SLOW_PATTERNS): Limit =>
  (ms, work) =>
    unlimited(path)(ms, () => {
      try {
        return withinTime(ms, work);
      } catch (cause) {
        if (cause instanceof TimeLimitError) throw tooSlow(path, ms, slow);
        throw cause;
      }
    });

/** What the library keeps of a unigram model: each piece that a place of a text begins with is a node of its own until the best way is known. */
interface LatticeOwner {
  readonly model?: {
    readonly trie?: { common_prefix_search?: (chars: readonly string[], start: number) => Iterable<string> };
  };
}

/** Nodes of one text: beyond that they take gigabytes. Texts of a million characters have some four a character. */
const MOST_NODES = 2 ** 23;

/** Ends a text whose pieces nest so deep that all that begin at its places are no amount of memory. */
function limitMatches({ model }: LatticeOwner, path: string): void {
  const trie = model?.trie;
  const search = trie?.common_prefix_search;
  if (trie === undefined || search === undefined) return;
  let nodes = 0;
  trie.common_prefix_search = function* (chars, start) {
    if (start === 0) nodes = 0;
    for (const piece of search.call(trie, chars, start)) {
      if (++nodes > MOST_NODES) {
        throw new UsageError({
          message: "the tokenizer has too many pieces for each place of this text",
          expected: `at most ${MOST_NODES} in ${chars.length} characters`,
          where: path,
          hint: "read the text in parts, or look at the file: its pieces lie in each other",
        });
      }
      yield piece;
    }
  };
}

/** Why a text takes too long, and what may be done. */
interface Slow {
  readonly message: string;
  readonly hint: string;
}

const SLOW_PATTERNS: Slow = {
  message: "the tokenizer's regular expressions do not come to an end for this text",
  hint: "an expression such as (a+)+$ tries all ways: is the file the one of the model's authors?",
};

const SLOW: Slow = {
  message: "the tokenizer does not come to an end for this text",
  hint: "read the text in parts; or is the file not the one of the model's authors? It takes long texts as one word",
};

const tooSlow = (path: string, ms: number, { message, hint }: Slow): UsageError =>
  new UsageError({ message, expected: `an end within ${ms / 1000} s`, where: path, hint });

async function loadSentencePiece(
  { where, read }: TokenizerFiles,
  bosId: number,
  vocabSize: number | undefined,
): Promise<Tokenizer> {
  const path = join(where, "tokenizer.model");
  const bytes = await read("tokenizer.model");
  if (bytes === undefined) {
    throw new UsageError({
      message: "the checkpoint has no tokenizer",
      expected: `${join(where, "tokenizer.json")} or tokenizer.model`,
      hint: "copy the tokenizer of the checkpoint there, or give token ids instead of text",
    });
  }
  const { sentencePieceTokenizer } = await import("./sentencepiece/tokenizer.js");
  let tokenizer: SentencePieceTokenizer;
  try {
    tokenizer = sentencePieceTokenizer(bytes, bosId);
  } catch (cause) {
    if (cause instanceof RangeError) throw unusable(path, cause.message);
    throw cause;
  }
  const { pieces } = tokenizer;
  if (vocabSize === undefined || pieces === vocabSize) return tokenizer;
  throw new UsageError({
    message: "the tokenizer is of another model: it has another number of pieces than the embedding has rows",
    expected: `${vocabSize} pieces`,
    got: `${pieces} pieces`,
    where: path,
  });
}

function unusable(path: string, got: string): UsageError {
  return new UsageError({ message: "the tokenizer cannot be used", got, where: path });
}

async function readJson(files: TokenizerFiles, name: string): Promise<unknown> {
  const text = await textOf(files, name);
  if (text === undefined) return undefined;
  try {
    return parseJson(text, MOST_VALUES);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw unusable(join(files.where, name), cause.message);
  }
}

/** What we use of the library's tokenizer. */
interface LibraryTokenizer {
  encode(
    text: string,
    options: { add_special_tokens: boolean },
  ): { ids: (number | null | undefined)[]; tokens: string[] };
  decode(
    ids: number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
}

function adapt(
  tokenizer: LibraryTokenizer,
  bosId: number,
  { encoding, decoding, path }: { readonly encoding: Limit; readonly decoding: Limit; readonly path: string },
): Pick<Tokenizer, "encode" | "decode"> {
  /** Tokens of a text; undefined when it has characters without one. */
  const spell = (text: string): number[] | undefined => {
    const { ids } = encoding(textMs(text.length), () =>
      tokenizer.encode(text, { add_special_tokens: false }),
    );
    const known = ids.filter((id) => typeof id === "number");
    return known.length < ids.length ? undefined : known;
  };
  return {
    encode(text) {
      const known = spell(text);
      if (known === undefined) {
        throw new UsageError({
          message: "the tokenizer has no token for a character of the text",
          expected:
            "characters of its vocabulary: it has neither tokens of bytes nor one for what is unknown",
          got: missingCharacter(text, (start) => spell(start) !== undefined),
          where: path,
          hint: "leave the character out, write it otherwise, or take the tokenizer that the text was written for",
        });
      }
      return known[0] === bosId ? known : [bosId, ...known];
    },
    decode(ids) {
      if (ids.length === 0) return "";
      return decoding(textMs(ids.length), () =>
        tokenizer.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
      );
    },
  };
}
