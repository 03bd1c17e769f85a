/** @file A text that is being made in a format: which tokens may follow, and whether it is complete. */
import type { Place, Recognizer } from "../../grammar/index.js";
import { GriffinError, InternalError } from "../../support/errors.js";
import type { TokenDecoder } from "../streaming.js";
import type { Vocabulary } from "./vocabulary.js";

/** Bytes of the bits that are kept of a format. */
const MOST_BYTES = 64 * 2 ** 20;

/** A format over the tokens of a vocabulary; what may follow at a place is found out once. */
export class HeldFormat {
  readonly #following = new Map<Place, Int32Array<ArrayBuffer>>();

  constructor(
    readonly recognizer: Recognizer,
    readonly vocabulary: Vocabulary,
  ) {}

  /** A bit for each token that may follow. */
  following(place: Place): Int32Array<ArrayBuffer> {
    const known = this.#following.get(place);
    if (known !== undefined) return known;
    const found = this.vocabulary.following(this.recognizer, place);
    this.#following.set(place, found);
    if (this.#following.size * found.byteLength > MOST_BYTES)
      this.#following.delete(this.#following.keys().next().value!);
    return found;
  }
}

/** One text. Its text is told byte by byte, as the format has it. */
export class FormatProgress implements TokenDecoder {
  #place: Place;
  #isEnded = false;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  constructor(
    private readonly format: HeldFormat,
    private readonly eosIds: readonly number[],
  ) {
    this.#place = format.recognizer.start;
  }

  /** Whether the text so far is of the format. */
  get isComplete(): boolean {
    return this.#place.isComplete;
  }

  /** Whether nothing may follow: it is complete, and any other text that begins with it is none of the format. */
  get isFinal(): boolean {
    return this.#place.isFinal;
  }

  /**
   * A bit for each token that may be next, 32 a word, the lowest bit first; undefined when the text has ended.
   * @param ruledOut tokens that are not chosen, whatever the format
   * @throws GriffinError where no token is left: the text is complete, nothing may follow, and no token ends it, or what may follow is ruled
   * out; for a format that is too ambiguous
   */
  allowed(ruledOut: readonly number[] = []): Int32Array<ArrayBuffer> | undefined {
    if (this.#isEnded) return undefined;
    const allowed = Int32Array.from(this.format.following(this.#place));
    const { size } = this.format.vocabulary;
    for (const id of this.eosIds) {
      if (id >= size) continue;
      if (this.#place.isComplete) allowed[id >> 5]! |= 1 << (id & 31);
      else allowed[id >> 5]! &= ~(1 << (id & 31));
    }
    const lost = ruledOut.filter((id) => (allowed[id >> 5]! >> (id & 31)) & 1);
    for (const id of lost) allowed[id >> 5]! &= ~(1 << (id & 31));
    if (allowed.some((word) => word !== 0)) return allowed;
    const endless = this.#place.isFinal ? "give eosIds: the format has the empty text alone" : undefined;
    throw new GriffinError("generation error", {
      message: "no token may follow in the format",
      expected: "a token of the vocabulary that goes on with it, or one that ends the text",
      hint: lost.length > 0 ? "logitBias rules out all tokens that may" : endless,
    });
  }

  /** Goes on by a token that is allowed; one of `eosIds` ends the text. */
  push(token: number): string {
    if (this.eosIds.includes(token)) {
      this.#isEnded = true;
      return "";
    }
    const bytes = this.format.vocabulary.bytes[token];
    for (const byte of bytes ?? []) {
      const next = this.format.recognizer.next(this.#place, byte);
      if (next === undefined) throw new InternalError(`token ${token} is not of the format`);
      this.#place = next;
    }
    this.#isEnded = this.isFinal;
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** Ends the text, complete or not; what is left of a character that is not whole. */
  end(): string {
    this.#isEnded = true;
    return this.#decoder.decode();
  }
}
