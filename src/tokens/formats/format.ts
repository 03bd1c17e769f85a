/** @file Formats that generation is held to: a regular expression, or a JSON schema. */
import type { z } from "zod";
import {
  ALL,
  automatonOf,
  codePoints,
  type Grammar,
  Recognizer,
  schemaGrammar,
  textOf,
  wholeMatches,
} from "../../grammar/index.js";
import { UsageError } from "../../support/errors.js";
import { shown } from "../../support/given.js";
import { FormatProgress, HeldFormat } from "./format-progress.js";
import type { Tokenizer } from "../tokenizer.js";
import { Vocabulary } from "./vocabulary.js";
import { zodJsonSchema } from "./zod-json-schema.js";

/**
 * What a text is to be, from its first character to its last:
 *
 * - what a regular expression matches as a whole: classes (`\d`, `\p{L}`), groups, alternatives, repetition; flags u and s. A text
 *   is read as with u; a RegExp without it has no character behind U+FFFF, which it would see as two;
 * - a document of a JSON schema, or of a schema of zod, as JSON. `whitespace` allows so many spaces, tabs and line feeds at most between its
 *   parts; default 0.
 */
export type Format =
  | { readonly regex: string | RegExp }
  | { readonly schema: boolean | Readonly<Record<string, unknown>>; readonly whitespace?: number | undefined }
  | z.ZodType;

/** Most whitespace between two parts of a document. */
const MOST_WHITESPACE = 100;

/** Of the model that a tokenizer was used with last. */
const vocabularies = new WeakMap<Tokenizer, Vocabulary>();
const formats = new WeakMap<Vocabulary, Map<string, HeldFormat>>();

/** Formats that are kept for the next time, of each vocabulary. */
const MOST_KEPT = 16;

/** The beginning of a text of a format (`beginFormat`). @throws UsageError */
export function progressOf(
  format: Format,
  tokenizer: Tokenizer,
  vocabSize: number,
  eosIds: readonly number[],
): FormatProgress {
  const vocabulary = vocabularyOf(tokenizer, vocabSize);
  const kept = formats.get(vocabulary) ?? new Map<string, HeldFormat>();
  formats.set(vocabulary, kept);
  const { key, grammar } = grammarOf(format);
  const held =
    kept.get(key) ?? new HeldFormat(new Recognizer(automatonOf(grammar(), vocabulary.spellable)), vocabulary);
  // The one that was used last is the last one to go.
  kept.delete(key);
  kept.set(key, held);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  return new FormatProgress(held, eosIds);
}

/** @throws UsageError for a tokenizer whose tokens have no bytes of their own */
function vocabularyOf(tokenizer: Tokenizer, size: number): Vocabulary {
  const known = vocabularies.get(tokenizer);
  if (known?.size === size) return known;
  const made = new Vocabulary(tokenizer.tokenBytes(), size);
  vocabularies.set(tokenizer, made);
  return made;
}

/** @throws UsageError */
function grammarOf(format: Format): { readonly key: string; readonly grammar: () => Grammar } {
  if (isZod(format)) {
    const schema = zodJsonSchema(format);
    return {
      key: `zod ${JSON.stringify(schema)}`,
      grammar: () => schemaGrammar(schema, { patternAlphabet: BASIC_PLANE }),
    };
  }
  if (isRegex(format)) {
    const { source, dotAll, alphabet } = regexOf(format.regex);
    const rules = () => new Map([["", textOf(wholeMatches(source, { dotAll, alphabet }), false)]]);
    const grammar = () => ({ rules: rules(), root: "", nameOf: () => "the expression" });
    return { key: `regex ${dotAll} ${alphabet === ALL} ${source}`, grammar };
  }
  if (!isObject(format) || !("schema" in format)) {
    throw new UsageError({
      message: "the format is none",
      expected: "{ regex }, { schema } or a schema of zod",
      got: isObject(format) ? JSON.stringify(format) : shown(format),
    });
  }
  const { schema, whitespace = 0 } = format;
  if (!Number.isInteger(whitespace) || whitespace < 0 || whitespace > MOST_WHITESPACE) {
    throw new UsageError({
      message: "whitespace of a format is out of range",
      expected: `a whole number from 0 to ${MOST_WHITESPACE}`,
      got: String(whitespace),
    });
  }
  const key = `schema ${whitespace} ${JSON.stringify(schema)}`;
  return { key, grammar: () => schemaGrammar(schema, { whitespace }) };
}

/** Formats come from JavaScript, too. */
const isObject = (format: unknown): format is object => typeof format === "object" && format !== null;

/** Of any copy of zod. */
const isZod = (format: Format): format is z.ZodType => isObject(format) && "_zod" in format;

const isRegex = (format: Format): format is { readonly regex: string | RegExp } =>
  isObject(format) &&
  "regex" in format &&
  (typeof format.regex === "string" || format.regex instanceof RegExp);

/** The characters that expressions without the flag u see whole, as patterns of zod do: others are two halves to them. */
const BASIC_PLANE = codePoints([0, 0xffff]);

/** An expression that is a text is read as with the flag u. Other flags that change which texts match are refused, but for s. */
function regexOf(regex: string | RegExp) {
  if (typeof regex === "string") return { source: regex, dotAll: false, alphabet: ALL };
  const { source, flags, dotAll, unicode } = regex;
  const other = Array.from(flags).find((flag) => !"dgsuy".includes(flag));
  if (other === undefined) return { source, dotAll, alphabet: unicode ? ALL : BASIC_PLANE };
  throw new UsageError({
    message: `the regular expression has the flag ${other}`,
    expected: "the flags u and s, or none",
    got: String(regex),
    hint: other === "i" ? "write both cases: [Aa]" : undefined,
  });
}
