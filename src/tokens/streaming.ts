/** @file Text of tokens as they come: only whole characters, however many tokens one takes. */
import type { Tokenizer } from "./tokenizer.js";

/** What the bytes of an unfinished character decode to: one for all of them, or one for each, which are three at most. */
const UNFINISHED = /\uFFFD{1,3}$/;

/** What makes text of the tokens of one sequence. */
export interface TokenDecoder {
  /** The text that is certain now that a token has come. */
  push(token: number): string;
  /** What is left when no token follows. */
  end(): string;
}

/** Turns tokens into text one by one; the pieces together are the text of all tokens. */
export class StreamingDecoder implements TokenDecoder {
  readonly #tokenizer: Pick<Tokenizer, "decode">;
  /**
   * Tokens already told in full: some decoders treat the first token of a text differently, so one is never
   * decoded alone.
   */
  #context: readonly number[] = [];
  /** Their text by themselves. */
  #before = "";
  /** Tokens since then, and how much of their text is told. */
  #pending: readonly number[] = [];
  #told = 0;

  constructor(tokenizer: Pick<Tokenizer, "decode">) {
    this.#tokenizer = tokenizer;
  }

  /** The text that is certain now that `token` has come; empty while a character is unfinished. */
  push(token: number): string {
    this.#pending = [...this.#pending, token];
    const text = this.#pendingText();
    // Bytes that cannot be a character stay replacements: all but the last few are certain.
    const certain = text.replace(UNFINISHED, "");
    const unfinished = certain.length < text.length;
    const piece = certain.slice(this.#told);
    this.#told = Math.max(this.#told, certain.length);
    if (!unfinished && text !== "") this.#settle();
    return piece;
  }

  /**
   * What is left when no token follows: the replacement of a character that was never finished, or nothing.
   */
  end(): string {
    const rest = this.#pendingText().slice(this.#told);
    this.#context = [];
    this.#before = "";
    this.#pending = [];
    this.#told = 0;
    return rest;
  }

  /** All that is pending is told. */
  #settle(): void {
    const text = this.#tokenizer.decode(this.#pending);
    // Spaces in front of a text have none: behind them alone, more of them would have none either.
    const isShown = text !== "";
    this.#context = isShown ? this.#pending : [...this.#context, ...this.#pending];
    this.#before = isShown ? text : this.#tokenizer.decode(this.#context);
    this.#pending = [];
    this.#told = 0;
  }

  #pendingText(): string {
    return this.#tokenizer.decode([...this.#context, ...this.#pending]).slice(this.#before.length);
  }
}
