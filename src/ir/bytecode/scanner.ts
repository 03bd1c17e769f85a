/** @file Takes short texts apart: the bodies of attributes that the IR keeps as their text. */
import { unquote } from "../text/strings.js";

/** Thrown by `Scanner` on text that has another form; never leaves this folder. */
export class UnknownForm extends Error {}

export class Scanner {
  #at = 0;

  constructor(readonly text: string) {}

  /** Takes `word` if it comes next. */
  accept(word: string): boolean {
    this.#skipSpace();
    if (!this.text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  /** @throws UnknownForm unless `word` comes next. */
  expect(word: string): void {
    if (!this.accept(word)) throw new UnknownForm(this.text);
  }

  /** `"..."` */
  string(): string {
    return unquote(this.#match(/"(?:[^"\\]|\\.)*"/y)[0]);
  }

  /** `-12` */
  integer(): bigint {
    return BigInt(this.#match(/-?\d+/y)[0]);
  }

  /** Items with commas between, up to `close`, which is taken. */
  list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    if (this.accept(close)) return items;
    do items.push(item());
    while (this.accept(","));
    this.expect(close);
    return items;
  }

  /** What is left before the last character, which must be `close`: the end of the text. */
  rest(close: string): string {
    if (!this.text.endsWith(close)) throw new UnknownForm(this.text);
    const rest = this.text.slice(this.#at, -close.length);
    this.#at = this.text.length;
    return rest.trim();
  }

  /** @throws UnknownForm unless all is taken. */
  end(): void {
    this.#skipSpace();
    if (this.#at < this.text.length) throw new UnknownForm(this.text);
  }

  #skipSpace(): void {
    while (/\s/.test(this.text[this.#at] ?? "")) this.#at++;
  }

  #match(pattern: RegExp): RegExpExecArray {
    this.#skipSpace();
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text);
    if (match === null) throw new UnknownForm(this.text);
    this.#at = pattern.lastIndex;
    return match;
  }
}
