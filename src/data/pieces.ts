/** @file Examples as tokens: what is read, and which of it is to be learnt. */
import type { ChatMessage } from "../tokens/index.js";
import { DataError, TooLongError } from "./errors.js";
import type { PlacedExample } from "./source.js";
import { spelledAt } from "./spelled.js";

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
  /** Tokens of a dialogue as a model reads it, the one that begins a sequence in front; with `asked` also what stands before an answer. */
  dialogue(messages: readonly ChatMessage[], asked: boolean): readonly number[];
}

const ASSISTANTS = ["assistant", "model"];

const begins = (start: readonly number[], whole: readonly number[]): boolean =>
  start.length <= whole.length && start.every((token, i) => token === whole[i]);

/**
 * A dialogue, as it is read when it is led: what stands before an answer is read, what the answer adds is learnt.
 * @throws DataError where no message is an answer that the template writes, or where the template writes earlier messages otherwise when others follow
 */
function dialoguePiece(messages: readonly ChatMessage[], { dialogue }: Encoder, where: string): Piece {
  let tokens: readonly number[] = [];
  const mask: number[] = [];
  messages.forEach(({ role }, i) => {
    if (!ASSISTANTS.includes(role)) return;
    const before = dialogue(messages.slice(0, i), true);
    const after = dialogue(messages.slice(0, i + 1), false);
    if (!begins(tokens, before) || !begins(before, after)) {
      throw new DataError({
        message: "the chat template writes a message otherwise when another follows",
        expected: "a template whose tokens of some messages begin those of more messages",
        where,
        hint: "give such dialogues as {prompt, completion}, or one answer a line",
      });
    }
    while (mask.length < before.length) mask.push(0);
    while (mask.length < after.length) mask.push(1);
    tokens = after;
  });
  if (mask.includes(1)) return { tokens, mask };
  throw new DataError({
    message: "nothing is to be learnt of a dialogue",
    expected: "a message of the assistant, not an empty one",
    got: `messages of ${[...new Set(messages.map(({ role }) => role))].join(", ")}`,
    where,
  });
}

/** The tokens of an example, in one piece however long. @throws DataError, also for text that the tokenizer cannot spell */
export function encodeExample(placed: PlacedExample, encoder: Encoder): Piece {
  return spelledAt(placed.where, () => pieceOf(placed, encoder));
}

function pieceOf({ example, where }: PlacedExample, encoder: Encoder): Piece {
  if (example.kind === "chat") return dialoguePiece(example.messages, encoder, where);
  // Parts are spelt by themselves: what is generated after a prompt is, too.
  const spelt = (text: string): readonly number[] => encoder.encode(text).slice(1);
  const isText = example.kind === "text";
  const read = [encoder.bosId, ...(isText ? [] : spelt(example.prompt))];
  const end = isText && !example.ends ? [] : [encoder.eosId];
  const learnt = [...spelt(isText ? example.text : example.completion), ...end];
  return { tokens: [...read, ...learnt], mask: [...read.map(() => 0), ...learnt.map(() => 1)] };
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
