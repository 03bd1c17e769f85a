/** @file Text as SentencePiece's models see it: characters replaced by the table, spaces as U+2581, one in front where the model wants it. */
import { characterBytes } from "../../support/utf8.js";
import type { CharsMap } from "./charsmap.js";
import type { Trie } from "./trie.js";

/** How text is normalised (NormalizerSpec). */
export interface Normalization {
  readonly charsMap: CharsMap | undefined;
  /** Pieces that are taken as they stand. */
  readonly userDefined: Trie | undefined;
  readonly addDummyPrefix: boolean;
  readonly removeExtraWhitespaces: boolean;
  readonly escapeWhitespaces: boolean;
  /** The mark of a word stands behind it. */
  readonly whitespaceIsSuffix: boolean;
}

const SPACE = 0x20;
const MARK = Uint8Array.of(0xe2, 0x96, 0x81);
const PLAIN_SPACE = Uint8Array.of(SPACE);

/** The normalised UTF-8 of valid UTF-8. */
export function normalize(input: Uint8Array, how: Normalization): Uint8Array {
  const { removeExtraWhitespaces: remove, addDummyPrefix, whitespaceIsSuffix } = how;
  const mark = how.escapeWhitespaces ? MARK : PLAIN_SPACE;
  const output = new Output(input.length * 2 + 16);
  let at = 0;
  if (remove) at = afterSpaces(input, how);
  if (at >= input.length) return new Uint8Array(0);
  if (addDummyPrefix && !whitespaceIsSuffix) output.append(mark);
  let afterSpace = remove;
  const { userDefined, charsMap } = how;
  while (at < input.length) {
    const whole = userDefined?.longestAt(input, at) ?? 0;
    const rule = whole > 0 ? undefined : charsMap?.ruleAt(input, at);
    const end = at + (whole || (rule?.length ?? characterBytes(input[at]!)));
    const bytes = rule?.replacement ?? input;
    const bytesEnd = rule === undefined ? end : bytes.length;
    let begin = rule === undefined ? at : 0;
    if (afterSpace) while (begin < bytesEnd && bytes[begin] === SPACE) begin += 1;
    for (let i = begin; i < bytesEnd; i++) {
      if (bytes[i] === SPACE) output.append(mark);
      else output.push(bytes[i]!);
    }
    if (begin < bytesEnd) afterSpace = bytes[bytesEnd - 1] === SPACE;
    if (!remove) afterSpace = false;
    at = end;
  }
  if (remove) output.trimEnd(mark);
  if (addDummyPrefix && whitespaceIsSuffix) output.append(mark);
  return output.bytes();
}

/** Where the text begins: only what is one space, not what becomes several, is left out in front. */
function afterSpaces(input: Uint8Array, { userDefined, charsMap }: Normalization): number {
  for (let at = 0; ; ) {
    const whole = userDefined?.longestAt(input, at) ?? 0;
    const rule = whole > 0 ? undefined : charsMap?.ruleAt(input, at);
    const isSpace =
      rule === undefined
        ? input[at] === SPACE && whole <= 1
        : rule.replacement.length === 1 && rule.replacement[0] === SPACE;
    if (!isSpace) return at;
    at += rule?.length ?? 1;
  }
}

/** Bytes that grow. */
class Output {
  #buffer: Uint8Array;
  #length = 0;

  constructor(expected: number) {
    this.#buffer = new Uint8Array(expected);
  }

  push(byte: number): void {
    if (this.#length === this.#buffer.length) {
      const larger = new Uint8Array(this.#buffer.length * 2);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer[this.#length++] = byte;
  }

  append(bytes: Uint8Array): void {
    for (const byte of bytes) this.push(byte);
  }

  trimEnd(end: Uint8Array): void {
    const endsSo = () =>
      this.#length >= end.length &&
      end.every((byte, i) => this.#buffer[this.#length - end.length + i] === byte);
    while (endsSo()) this.#length -= end.length;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}
