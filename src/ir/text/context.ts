/**
 * @file What the functions of the grammar share: the cursor, aliases, caches, and guards against texts that
 * explode.
 */
import type { Attribute } from "../attribute.js";
import { type Integer, integerOf } from "../integers.js";
import type { Location } from "../location.js";
import type { Resource } from "../resources.js";
import type { Type } from "../types.js";
import type { KnownOps } from "./known-ops.js";
import { Cursor } from "./cursor.js";
import type { Source } from "./source.js";
import { unquote } from "./strings.js";

/**
 * Deepest nesting of regions, types, attributes and locations taken together; JAX's programs need about ten.
 */
const deepest = 200;

/** Aliases may double what they stand for at every step; no program needs this many parts. */
const mostExpanded = 10_000_000;

export interface Expansion<T> {
  readonly value: T;
  /** Number of parts it stands for. */
  readonly size: number;
}

export class ParseContext {
  readonly cursor: Cursor;
  readonly typeAliases = new Map<string, Type>();
  readonly attributeAliases = new Map<string, Expansion<Attribute>>();
  readonly locationAliases = new Map<string, Location>();
  /** Tensor types by their text: programs repeat a few of them thousands of times. */
  readonly tensorTypes = new Map<string, Type>();
  /** Whether the location aliases after the module are known. */
  scannedForLocations = false;
  /** Blobs at the end of the text, once they were asked for. */
  resources: ReadonlyMap<string, Resource> | undefined;
  #depth = 0;
  #expanded = 0;

  constructor(
    readonly source: Source,
    /** The ops that the text may name. */
    readonly ops: KnownOps,
  ) {
    this.cursor = new Cursor(source);
  }

  /** Parts that attributes were made of so far, aliases counted as what they stand for. */
  get expanded(): number {
    return this.#expanded;
  }

  /** Counts parts of an attribute. @throws ParseError when aliases make it too large */
  expand(size: number): void {
    this.#expanded += size;
    if (this.#expanded > mostExpanded) this.cursor.fail("aliases stand for too much text");
  }

  /** Runs a part of the grammar that may contain itself. @throws ParseError when it does so too often */
  nested<T>(parse: (context: ParseContext) => T): T {
    if (this.#depth >= deepest) this.cursor.fail(`nesting is deeper than ${deepest}`);
    this.#depth++;
    try {
      return parse(this);
    } finally {
      this.#depth--;
    }
  }

  /** A comma-separated list up to `close`, whose opening bracket is the current token. */
  list<T>(open: "(" | "[" | "{" | "<", close: ")" | "]" | "}" | ">", item: () => T): T[] {
    const { cursor } = this;
    cursor.expect(open);
    const items: T[] = [];
    if (cursor.accept(close)) return items;
    do items.push(item());
    while (cursor.accept(","));
    if (!cursor.accept(close)) cursor.failExpected(`"," or "${close}"`);
    return items;
  }
}

/** A decimal or hexadecimal integer, with its sign. */
export function parseBigInt({ cursor }: ParseContext): bigint {
  const negative = cursor.accept("-");
  const value = BigInt(cursor.expect("integer"));
  return negative ? -value : value;
}

/** An integer that a JS number holds exactly. */
export function parseInteger(context: ParseContext): number {
  const { start } = context.cursor;
  const value = Number(parseBigInt(context));
  if (!Number.isSafeInteger(value)) context.cursor.fail("the integer is too large", start);
  return value;
}

/** An i64 of any size. */
export function parseAnyInteger(context: ParseContext): Integer {
  const { start } = context.cursor;
  const value = parseBigInt(context);
  if (BigInt.asIntN(64, value) !== value) context.cursor.fail("the integer is too large", start);
  return integerOf(value);
}

/** `[1, -2]`, of numbers. */
export const parseIntegers = (context: ParseContext): number[] =>
  context.list("[", "]", () => parseInteger(context));

/** `[1, 9223372036854775807]`, of any size. */
export const parseAnyIntegers = (context: ParseContext): Integer[] =>
  context.list("[", "]", () => parseAnyInteger(context));

export function parseBool({ cursor }: ParseContext): boolean {
  if (cursor.acceptWord("true")) return true;
  if (cursor.acceptWord("false")) return false;
  return cursor.failExpected("true or false");
}

/** A quoted string; its value. */
export const parseString = ({ cursor }: ParseContext, purpose?: string): string =>
  unquote(cursor.expect("string", purpose));

/** `@name` or `@"name"`; its name. */
export function parseSymbol({ cursor }: ParseContext): string {
  const text = cursor.expect("symbol");
  return text[1] === '"' ? unquote(text.slice(1)) : text.slice(1);
}

/** Offset after the bracket that closes the one at `open`; strings and `->` inside are skipped. */
export function skipBrackets({ cursor }: ParseContext, open: number): number {
  const { text } = cursor;
  const closing: string[] = [];
  const pairs: Readonly<Record<string, string>> = { "<": ">", "(": ")", "[": "]", "{": "}" };
  for (let at = open; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') {
      at = endOfString(text, at);
    } else if (character === "-" && text[at + 1] === ">") {
      at++;
    } else if (pairs[character] !== undefined) {
      closing.push(pairs[character]);
    } else if (character === closing.at(-1)) {
      closing.pop();
      if (closing.length === 0) return at + 1;
    } else if (">)]}".includes(character)) {
      break;
    }
  }
  return cursor.fail("the bracket is not closed", open);
}

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
