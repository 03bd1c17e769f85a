/** @file What we read of a tokenizer.json ourselves, and mend in it, before the library has it. */
import { z } from "zod";

/** How two texts, or one and its special tokens, become one list of ids, as far as it may be for one text. */
type PostProcessor =
  | { readonly type: "ByteLevel" | "BertProcessing" | "RobertaProcessing" | "TemplateProcessing" }
  | { readonly type: "Sequence"; readonly processors: readonly PostProcessor[] };

const specialToken = z.strictObject({ id: z.string(), type_id: z.int() });
const templateItem = z.union([
  z.strictObject({ SpecialToken: specialToken }),
  z.strictObject({ Sequence: z.strictObject({ id: z.enum(["A", "B"]), type_id: z.int() }) }),
]);
const isText = (item: z.output<typeof templateItem>): boolean =>
  "Sequence" in item && item.Sequence.id === "A";
const tokenAndId = z.tuple([z.string(), z.int()]);

/** Without special tokens, which come from the generation's configuration, each of them leaves the ids of a text as they are. */
const postProcessor: z.ZodType<PostProcessor> = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("ByteLevel") }),
  z.looseObject({ type: z.literal("BertProcessing"), sep: tokenAndId, cls: tokenAndId }),
  z.looseObject({ type: z.literal("RobertaProcessing"), sep: tokenAndId, cls: tokenAndId }),
  z.looseObject({
    type: z.literal("TemplateProcessing"),
    single: z
      .array(templateItem)
      .refine((items) => items.filter(isText).length === 1, "the text (Sequence A) just once"),
  }),
  z.looseObject({
    type: z.literal("Sequence"),
    get processors() {
      return z.array(postProcessor);
    },
  }),
]);

/** The part of tokenizer.json that matters here; everything else is the library's. */
export const tokenizerFile = z.looseObject({
  post_processor: postProcessor.nullish(),
  added_tokens: z
    .array(z.looseObject({ id: z.number(), content: z.string(), special: z.boolean().optional() }))
    .default([]),
  decoder: z.unknown().optional(),
  model: z.looseObject({
    byte_fallback: z.boolean().nullish(),
    unk_token: z.string().nullish(),
    vocab: z.union([z.record(z.string(), z.number()), z.array(z.tuple([z.string(), z.number()]))]),
  }),
});

export type TokenizerFile = z.output<typeof tokenizerFile>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** The most tokens that are read. The largest vocabulary of a model that is known, XLM-V's, has 901,629. */
const MOST_TOKENS = 2 ** 20;
/** Of all tokens together; UTF-16 units. The library takes two hundred bytes for each where tokens begin otherwise. Those of XLM-V have some six millions. */
const MOST_CHARACTERS = 2 ** 23;

/** Values of a file as JSON: a token, and a merge that is a list of two. */
export const MOST_VALUES = 4 * MOST_TOKENS;

/** Why a parsed tokenizer.json is too large, whatever else is wrong with it. */
export function sizeProblem(json: unknown): { readonly expected: string; readonly got: string } | undefined {
  const { model, added_tokens: added } = isObject(json) ? json : {};
  const vocab = isObject(model) && isObject(model.vocab) ? model.vocab : {};
  const names: readonly unknown[] = [
    ...itemsOf(vocab, (item) => (Array.isArray(item) ? item[0] : undefined)),
    ...itemsOf(added ?? [], (item) => (isObject(item) ? item.content : undefined)),
  ];
  if (names.length > MOST_TOKENS)
    return { expected: `at most ${MOST_TOKENS} tokens`, got: `${names.length} tokens` };
  const characters = names.reduce<number>(
    (sum, name) => sum + (typeof name === "string" ? name.length : 0),
    0,
  );
  if (characters <= MOST_CHARACTERS) return undefined;
  return {
    expected: `at most ${MOST_CHARACTERS} characters in all tokens together`,
    got: `${characters} characters`,
  };
}

/** The names of an object, or those of a list's items. */
const itemsOf = (of: unknown, nameOf: (item: unknown) => unknown): readonly unknown[] =>
  Array.isArray(of) ? of.map(nameOf) : isObject(of) ? Object.keys(of) : [];

/** The first of the 256 pieces that stand for single bytes. */
const FIRST_BYTE = "<0x00>";

/**
 * In a SentencePiece vocabulary control pieces come first, then those the author defined (turn markers, HTML
 * tags), then the bytes. Some conversions of Gemma's list only the control pieces as added tokens, and
 * `<start_of_turn>` falls apart into letters. The result lists every piece before the bytes; other files come
 * back unchanged.
 */
export function promoteUserPieces(file: TokenizerFile): TokenizerFile {
  const { byte_fallback, vocab } = file.model;
  if (byte_fallback !== true || Array.isArray(vocab) || !Object.hasOwn(vocab, FIRST_BYTE)) return file;
  const firstByte = vocab[FIRST_BYTE]!;
  const listed = new Set(file.added_tokens.map(({ id }) => id));
  const lost = Object.entries(vocab)
    .filter(([, id]) => id < firstByte && !listed.has(id))
    .map(([content, id]) => ({ id, content, ...WHOLE }));
  return { ...file, added_tokens: [...file.added_tokens, ...lost] };
}

/**
 * The file with an unknown token that is none of its tokens, where it has none. Without one the library leaves out what BPE cannot spell;
 * with one that has no id, what cannot be spelt is seen. It has no text as long as no token is the empty one: ids beyond the vocabulary
 * decode to it.
 */
export function nameUnknown(file: TokenizerFile): TokenizerFile {
  const { vocab, unk_token } = file.model;
  if (Array.isArray(vocab) || (unk_token ?? undefined) !== undefined) return file;
  const added = new Set(file.added_tokens.map(({ content }) => content));
  let unknown = "";
  while (Object.hasOwn(vocab, unknown) || added.has(unknown)) unknown += "\uFFFD";
  return { ...file, model: { ...file.model, unk_token: unknown } };
}

/** Matched as they stand, in any place, and part of the text. */
const WHOLE = {
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: false,
} as const;

/** Every `pattern` in a part of a tokenizer.json, such as its normalizer. */
export function patternsIn(part: unknown): readonly unknown[] {
  if (!isObject(part)) return [];
  const inner = Object.values(part).flatMap(patternsIn);
  return "pattern" in part ? [part.pattern, ...inner] : inner;
}

/** Whether a pattern is a regular expression; the other kind is a text as it stands. */
export const isRegex = (pattern: unknown): boolean => isObject(pattern) && typeof pattern.Regex === "string";

/** Whether it is either. */
export const isPattern = (pattern: unknown): boolean =>
  isRegex(pattern) || (isObject(pattern) && typeof pattern.String === "string");

/**
 * How many times as long the replacements of a part of a tokenizer.json may make a text, one after the other. What a regular expression
 * finds may be empty, and so may a text.
 */
export function growthOf(part: unknown): number {
  if (!isObject(part)) return 1;
  const { pattern, content } = part;
  const inner = Object.values(part).reduce<number>((product, each) => product * growthOf(each), 1);
  if (!isPattern(pattern) || typeof content !== "string") return inner;
  const { String: text } = pattern as { readonly String?: string };
  const own = text === undefined || text === "" ? content.length + 1 : content.length / text.length;
  return inner * Math.max(1, own);
}
