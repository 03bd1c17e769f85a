/**
 * @file The lexer: one token at a time, read on demand and never stored. What a text means depends on the
 * grammar around it: `0x3` in `tensor<0x3xf32>` is two sizes, a dialect's attribute body is anything with
 * balanced brackets, the type of a literal stands after it. The parser reads such parts as raw characters and
 * continues after them.
 *
 * Why not chevrotain's lexer: it makes tokens of the whole text before the grammar sees any, with modes for
 * context. Measured with these same tokens (Node 20): 8 ms and 19 MB of token objects for a program of 1 MB,
 * here 7 ms and none; on files of constants 90 MB/s against 270. Time would allow it; but bodies that only
 * their dialect can read are no mode of a regular lexer, and their characters would be errors before anyone
 * asked for them. Its grammars serve where the text is fixed.
 */
import type { Source } from "./source.js";

export type TokenKind =
  /** `stablehlo.add`, `true`, `f32` */
  | "name"
  /** `%0`, `^bb0`, `@f`, `#loc`, `!t` */
  | "value"
  | "block"
  | "symbol"
  | "attribute"
  | "type"
  | "integer"
  | "float"
  | "string"
  | "end"
  /** A character that starts no token, or a string that does not end; `problem` says what is wrong. */
  | "invalid"
  | Punctuation;

const punctuation = [..."()[]{}<>,:=?*-+|/;"] as const;
type Punctuation = "->" | "::" | "{-#" | "#-}" | (typeof punctuation)[number];

const tokenNames: Readonly<Partial<Record<string, string>>> = {
  name: "a name",
  value: "a value",
  block: "a block",
  symbol: "a symbol",
  attribute: "an attribute",
  type: "a type",
  integer: "an integer",
  float: "a float",
  string: "a string",
  end: "the end of the text",
};

// Classes of ASCII characters, as bits.
const letter = 1;
const digit = 2;
const nameRest = 4;
const suffixRest = 8;
const hexDigit = 16;
const blank = 32;

const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) classes[code]! |= letter;
  if (/[0-9]/.test(character)) classes[code]! |= digit;
  if (/[A-Za-z0-9_$.]/.test(character)) classes[code]! |= nameRest;
  if (/[A-Za-z0-9_$.-]/.test(character)) classes[code]! |= suffixRest;
  if (/[0-9A-Fa-f]/.test(character)) classes[code]! |= hexDigit;
  if (/[ \t\r\n]/.test(character)) classes[code]! |= blank;
}

const singles = new Map<number, TokenKind>(punctuation.map((text) => [text.charCodeAt(0), text]));
const prefixed = new Map<number, TokenKind>([
  [37, "value"],
  [94, "block"],
  [64, "symbol"],
  [35, "attribute"],
  [33, "type"],
]);

/**
 * Longer numbers fit no type, and turning them into one takes time that grows with the square of their
 * length.
 */
export const longestNumber = 500;

/** A place to return to. */
export interface Mark {
  readonly start: number;
  readonly line: number;
  readonly lineStart: number;
}

export class Cursor {
  kind: TokenKind = "end";
  /** Offsets of the current token. */
  start = 0;
  end = 0;
  /** Line of the current token, and the offset where the line starts. */
  line: number;
  lineStart = 0;
  /** What is wrong with an `invalid` token. */
  problem = "";
  readonly text: string;
  /** The end of a line that the last search from an offset found. */
  #foundLineEnd = { from: 0, at: -1 };

  constructor(readonly source: Source) {
    this.text = source.text;
    this.line = source.firstLine;
    this.advance();
  }

  /** The characters of the current token. */
  get spelling(): string {
    return this.text.slice(this.start, this.end);
  }

  mark(): Mark {
    return { start: this.start, line: this.line, lineStart: this.lineStart };
  }

  return(mark: Mark): void {
    this.line = mark.line;
    this.lineStart = mark.lineStart;
    this.end = mark.start;
    this.advance();
  }

  /** Reads the token at or after an offset beyond the current token. */
  continueAt(offset: number): void {
    for (let at = this.#lineEnd(this.end); at < offset; at = this.#lineEnd(at + 1)) {
      this.line++;
      this.lineStart = at + 1;
    }
    this.end = offset;
    this.advance();
  }

  /** The first end of a line at or after an offset. It is kept: a search of each token's would read a long line to its end each time. */
  #lineEnd(offset: number): number {
    const { from, at } = this.#foundLineEnd;
    if (from <= offset && offset <= at) return at;
    const found = this.text.indexOf("\n", offset);
    this.#foundLineEnd = { from: offset, at: found === -1 ? this.text.length : found };
    return this.#foundLineEnd.at;
  }

  advance(): void {
    this.#skipBlanks();
    const { text } = this;
    const at = this.start;
    const code = text.charCodeAt(at);
    const kinds = code < 128 ? classes[code]! : 0;
    if ((kinds & letter) !== 0) this.#token("name", this.#while(nameRest, at + 1));
    else if (code === 37) this.#prefixed("value", at);
    else if ((kinds & digit) !== 0) this.#number(at);
    else if (code === 34) this.#string("string", at);
    else if (at >= text.length) this.#token("end", at);
    else this.#symbolic(code, at);
  }

  #symbolic(code: number, at: number): void {
    const { text } = this;
    const next = text.charCodeAt(at + 1);
    const prefix = prefixed.get(code);
    const single = singles.get(code);
    if (code === 45 && next === 62) this.#token("->", at + 2);
    else if (code === 58 && next === 58) this.#token("::", at + 2);
    else if (code === 123 && text.startsWith("{-#", at)) this.#token("{-#", at + 3);
    else if (code === 35 && text.startsWith("#-}", at)) this.#token("#-}", at + 3);
    else if (prefix !== undefined) this.#prefixed(prefix, at);
    else if (single !== undefined) this.#token(single, at + 1);
    else
      this.#invalid(
        `${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))} starts nothing`,
        at,
        at + 1,
      );
  }

  #token(kind: TokenKind, end: number): void {
    this.kind = kind;
    this.end = end;
  }

  #invalid(problem: string, start: number, end: number): void {
    this.problem = problem;
    this.start = start;
    this.#token("invalid", end);
  }

  #skipBlanks(): void {
    const { text } = this;
    let at = this.end;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 10) {
        this.line++;
        this.lineStart = at + 1;
        at++;
      } else if (code < 128 && (classes[code]! & blank) !== 0) {
        at++;
      } else if (code === 47 && text.charCodeAt(at + 1) === 47) {
        const lineEnd = text.indexOf("\n", at);
        at = lineEnd === -1 ? text.length : lineEnd;
      } else {
        break;
      }
    }
    this.start = at;
  }

  #while(wanted: number, from: number): number {
    const { text } = this;
    let at = from;
    for (let code = text.charCodeAt(at); code < 128 && (classes[code]! & wanted) !== 0; ) {
      code = text.charCodeAt(++at);
    }
    return at;
  }

  #prefixed(kind: TokenKind, at: number): void {
    const { text } = this;
    const code = text.charCodeAt(at + 1);
    const kinds = code < 128 ? classes[code]! : 0;
    // A name that starts with a digit is a number.
    const rest = (kinds & digit) !== 0 ? digit : kind === "symbol" ? nameRest : suffixRest;
    const starts = kind === "symbol" ? (kinds & letter) !== 0 : (kinds & suffixRest) !== 0;
    if (starts) this.#token(kind, this.#while(rest, at + 2));
    else if (kind === "symbol" && code === 34) this.#string(kind, at + 1);
    else this.#invalid(`a name must follow "${text[at]}"`, at, at + 1);
  }

  #number(at: number): void {
    this.#numeral(at);
    if (this.end - at > longestNumber) this.#invalid("the number is too long", at, this.end);
  }

  #numeral(at: number): void {
    const { text } = this;
    const isHex = text[at] === "0" && text[at + 1] === "x" && this.#while(hexDigit, at + 2) > at + 2;
    let end = isHex ? this.#while(hexDigit, at + 2) : this.#while(digit, at + 1);
    if (isHex || text[end] !== ".") {
      this.#token("integer", end);
      return;
    }
    end = this.#while(digit, end + 1);
    if (text[end] === "e" || text[end] === "E") {
      const sign = text[end + 1] === "+" || text[end + 1] === "-" ? 2 : 1;
      const exponentEnd = this.#while(digit, end + sign);
      if (exponentEnd > end + sign) end = exponentEnd;
    }
    this.#token("float", end);
  }

  #string(kind: TokenKind, quote: number): void {
    const { text } = this;
    let at = quote + 1;
    for (let code = text.charCodeAt(at); code !== 34; code = text.charCodeAt(++at)) {
      if (at >= text.length || code === 10) {
        this.#invalid("the string does not end", quote, at);
        return;
      }
      if (code !== 92) continue;
      if (!/^(?:["\\nt]|[0-9A-Fa-f]{2})/.test(text.slice(at + 1, at + 3))) {
        this.#invalid('no such escape: only \\", \\\\, \\n, \\t and two hexadecimal digits', at, at + 2);
        return;
      }
      at++;
    }
    this.#token(kind, at + 1);
  }

  /** The first character after the current token that is no blank. */
  get following(): string {
    const { text } = this;
    let at = this.end;
    for (let code = text.charCodeAt(at); code < 128 && (classes[code]! & blank) !== 0; ) {
      code = text.charCodeAt(++at);
    }
    return text[at] ?? "";
  }

  /** Whether the current token is this name. */
  isWord(word: string): boolean {
    return (
      this.kind === "name" && this.end - this.start === word.length && this.text.startsWith(word, this.start)
    );
  }

  /** Takes the current token if it is of this kind. */
  accept(kind: TokenKind): boolean {
    if (this.kind !== kind) return false;
    this.advance();
    return true;
  }

  acceptWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.advance();
    return true;
  }

  /** Takes a token of this kind and gives its text; `purpose` says what it is for. */
  expect(kind: TokenKind, purpose = ""): string {
    if (this.kind !== kind)
      this.failExpected(`${tokenNames[kind] ?? `"${kind}"`}${purpose && ` ${purpose}`}`);
    const { spelling } = this;
    this.advance();
    return spelling;
  }

  expectWord(word: string): void {
    if (!this.acceptWord(word)) this.failExpected(`"${word}"`);
  }

  /** The current token for messages. */
  describe(): string {
    if (this.kind === "end") return tokenNames.end!;
    const { spelling } = this;
    return spelling.length > 40 ? `${spelling.slice(0, 37)}...` : spelling;
  }

  /** @throws ParseError: something else stands here than the grammar allows. */
  failExpected(expected: string): never {
    if (this.kind === "invalid") this.fail(this.problem);
    throw this.source.error(this.start, { message: `expected ${expected}`, got: this.describe() });
  }

  /** @throws ParseError */
  fail(message: string, at = this.start, hint?: string): never {
    throw this.source.error(at, { message, hint });
  }
}
