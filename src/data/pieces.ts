/** @file Examples as tokens: what is read, and which of it is to be learnt. */
import type { ChatMessage, ChatTemplate } from "../tokens/index.js";
import { DataError, TooLongError } from "./errors.js";
import type { Example } from "./example.js";
import type { PlacedExample } from "./source.js";

/** Tokens that follow each other and nothing else; a row holds one or several. */
export interface Piece {
  readonly tokens: readonly number[];
  /** 1 for each token that is to be predicted; never the first one. */
  readonly mask: readonly number[];
}

/** How text becomes tokens of a model. */
export interface Encoder {
  /** The token that begins a sequence in front. */
  encode(text: string): readonly number[];
  readonly bosId: number;
  /** Ends a document. */
  readonly eosId: number;
  /** How dialogues are written. */
  readonly chat: ChatTemplate;
}

/** A part of an example: text that is only read, or that is learnt. */
interface Part {
  readonly text: string;
  readonly learnt: boolean;
}

const ASSISTANTS = ["assistant", "model"];

/**
 * A dialogue as parts: what the template makes of the messages up to an answer is read, what that answer adds is learnt.
 * @throws DataError where no message is an answer, or where the template writes earlier messages otherwise when others follow
 */
function dialogueParts(messages: readonly ChatMessage[], chat: ChatTemplate, where: string): readonly Part[] {
  const parts: Part[] = [];
  let written = "";
  messages.forEach(({ role }, i) => {
    if (!ASSISTANTS.includes(role)) return;
    const before = chat.render(messages.slice(0, i), { generationPrompt: true });
    const after = chat.render(messages.slice(0, i + 1));
    if (!before.startsWith(written) || !after.startsWith(before)) {
      throw new DataError({
        message: "the chat template writes a message otherwise when another follows",
        expected: "a template whose text of some messages begins that of more messages",
        where,
        hint: "give such dialogues as {prompt, completion}, or one answer a line",
      });
    }
    parts.push({ text: before.slice(written.length), learnt: false });
    parts.push({ text: after.slice(before.length), learnt: true });
    written = after;
  });
  if (parts.length > 0) return parts;
  throw new DataError({
    message: "nothing is to be learnt of a dialogue",
    expected: "a message of the assistant",
    got: `messages of ${[...new Set(messages.map(({ role }) => role))].join(", ")}`,
    where,
  });
}

/** The parts, and whether the document ends after them. */
function partsOf(example: Example, { chat }: Encoder, where: string): readonly Part[] {
  if (example.kind === "chat") return dialogueParts(example.messages, chat, where);
  if (example.kind === "text") return [{ text: example.text, learnt: true }];
  return [
    { text: example.prompt, learnt: false },
    { text: example.completion, learnt: true },
  ];
}

const endsDocument = (example: Example): boolean =>
  example.kind === "completion" || (example.kind === "text" && example.ends);

/** The tokens of an example, in one piece however long. @throws DataError; UsageError for text that the tokenizer cannot spell */
export function encodeExample({ example, where }: PlacedExample, encoder: Encoder): Piece {
  const { bosId, eosId } = encoder;
  const tokens = [bosId];
  const mask = [0];
  for (const { text, learnt } of partsOf(example, encoder, where)) {
    // Parts are spelt by themselves: what is generated after a prompt is, too.
    const added = encoder.encode(text).slice(1);
    tokens.push(...added);
    mask.push(...added.map(() => (learnt ? 1 : 0)));
  }
  if (endsDocument(example)) {
    tokens.push(eosId);
    mask.push(1);
  }
  return { tokens, mask };
}

/**
 * The pieces of an example that rows of `width` tokens can hold. A text is cut, each piece with the token that begins a sequence in front, so
 * that every token of it is predicted once.
 * @throws TooLongError for another example that is longer
 */
export function cutExample(placed: PlacedExample, encoder: Encoder, width: number): readonly Piece[] {
  const whole = encodeExample(placed, encoder);
  const { tokens } = whole;
  if (tokens.length <= width) return [whole];
  if (placed.example.kind !== "text") {
    throw new TooLongError({
      message: "an example is longer than a row",
      expected: `at most ${width} tokens`,
      got: `${tokens.length} tokens`,
      where: placed.where,
      hint: `read ${tokens.length - 1} tokens a row or more (--length), or pass over what is longer (--skip-long)`,
    });
  }
  const pieces: Piece[] = [];
  for (let at = 1; at < tokens.length; at += width - 1) {
    const part = tokens.slice(at, at + width - 1);
    pieces.push({ tokens: [encoder.bosId, ...part], mask: [0, ...part.map(() => 1)] });
  }
  return pieces;
}
