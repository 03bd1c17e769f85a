/** @file Regular expressions, as far as they are regular: classes, groups, alternatives, repetition. */
import { ALL, type CodePoints, codePoints, complement, intersection, union } from "../code-points.js";
import { choice, leaf, repeat, sequence } from "../expression.js";
import type { TextExpression } from "../graph.js";
import { UsageError } from "../../support/errors.js";
import { CLASSES, CONTROLS, NOT_LINE_ENDS, propertyClass } from "./classes.js";

/** How an expression is read. */
export interface RegexOptions {
  /** Whether `.` is the end of a line, too. Default: it is not. */
  readonly dotAll?: boolean;
  /** The characters that classes are of; default: all. */
  readonly alphabet?: CodePoints;
  /** What errors call its place, such as a path in a schema. */
  readonly where?: string;
}

/** One of the alternatives of a whole expression. */
export interface RegexAlternative {
  readonly text: TextExpression;
  /** `^` stands in front, `$` behind. */
  readonly isStart: boolean;
  readonly isEnd: boolean;
}

const SUBSET = "classes, groups, alternatives and repetition; ^ and $ at the ends of a whole alternative";

/** The alternatives of an expression. @throws UsageError for what is not regular, or wrong, with its place */
export function parseRegex(source: string, options: RegexOptions = {}): readonly RegexAlternative[] {
  return new Parser(source, options).parse();
}

class Parser {
  readonly #characters: readonly string[];
  readonly #alphabet: CodePoints;
  #at = 0;

  constructor(
    private readonly source: string,
    private readonly options: RegexOptions,
  ) {
    this.#characters = Array.from(source);
    this.#alphabet = options.alphabet ?? ALL;
  }

  parse(): readonly RegexAlternative[] {
    const found: RegexAlternative[] = [];
    do {
      const isStart = this.#take("^");
      const text = this.#sequence(true);
      const isEnd = this.#take("$");
      if (isEnd && !this.#isAtEnd && this.#next !== "|") throw this.#error("text behind $");
      found.push({ text, isStart, isEnd });
    } while (this.#take("|"));
    if (!this.#isAtEnd) throw this.#error(`a ${this.#next} that nothing opens`);
    return found;
  }

  get #next(): string | undefined {
    return this.#characters[this.#at];
  }

  get #isAtEnd(): boolean {
    return this.#at >= this.#characters.length;
  }

  #rest(): string {
    return this.#characters.slice(this.#at).join("");
  }

  /** @param text characters of ASCII */
  #take(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#characters[this.#at + i] !== text[i]) return false;
    this.#at += text.length;
    return true;
  }

  #set(set: CodePoints): TextExpression {
    return leaf(intersection(set, this.#alphabet));
  }

  #alternatives(): TextExpression {
    const options = [this.#sequence(false)];
    while (this.#take("|")) options.push(this.#sequence(false));
    return options.length === 1 ? options[0]! : choice(...options);
  }

  #sequence(isWhole: boolean): TextExpression {
    const parts: TextExpression[] = [];
    while (!this.#isAtEnd && this.#next !== "|" && this.#next !== ")") {
      if (isWhole && this.#next === "$") break;
      parts.push(this.#repeated(this.#atom()));
    }
    return parts.length === 1 ? parts[0]! : sequence(...parts);
  }

  #repeated(part: TextExpression): TextExpression {
    const from = this.#at;
    const bounds = this.#quantifier();
    if (bounds === undefined) return part;
    // Which of several texts is tried first changes no text.
    this.#take("?");
    const [min, max] = bounds;
    if (max !== undefined && min > max) throw this.#error("a repetition from more to less", from);
    const again = this.#at;
    if (this.#quantifier() !== undefined) throw this.#error("a repetition of a repetition", again);
    return repeat(part, min, max);
  }

  #quantifier(): readonly [min: number, max: number | undefined] | undefined {
    if (this.#take("*")) return [0, undefined];
    if (this.#take("+")) return [1, undefined];
    if (this.#take("?")) return [0, 1];
    if (this.#next !== "{") return undefined;
    const found = /^\{(\d+)(,?)(\d*)\}/.exec(this.#rest());
    if (found === null) return undefined;
    const [whole, min, comma, max] = found;
    this.#at += whole.length;
    if (comma === "") return [Number(min), Number(min)];
    return [Number(min), max === "" ? undefined : Number(max)];
  }

  #atom(): TextExpression {
    const from = this.#at;
    if (this.#take("(")) return this.#group(from);
    if (this.#take("[")) return this.#set(this.#class(from));
    if (this.#take(".")) return this.#set(this.options.dotAll === true ? ALL : NOT_LINE_ENDS);
    if (this.#take("\\")) return this.#set(this.#escape(from, false));
    if (this.#quantifier() !== undefined) throw this.#error("a repetition of nothing", from);
    if (this.#next === "^" || this.#next === "$") throw this.#error(`a ${this.#next} within the expression`);
    return this.#set(this.#single());
  }

  #single(): CodePoints {
    const code = this.#characters[this.#at++]!.codePointAt(0)!;
    return codePoints([code, code]);
  }

  #group(from: number): TextExpression {
    if (this.#take("?:") || /^\?<\w+>/.test(this.#rest())) {
      if (this.#take("?<")) while (!this.#take(">")) this.#at += 1;
    } else if (/^\?<?[=!]/.test(this.#rest())) throw this.#error("a look ahead or behind", from);
    else if (this.#next === "?") throw this.#error("a group with flags", from);
    const inner = this.#alternatives();
    if (!this.#take(")")) throw this.#error("a group that does not end", from);
    return inner;
  }

  #class(from: number): CodePoints {
    const isNegated = this.#take("^");
    const sets: CodePoints[] = [];
    while (!this.#take("]")) {
      if (this.#isAtEnd) throw this.#error("a class that does not end", from);
      sets.push(this.#range());
    }
    const all = union(...sets);
    return isNegated ? complement(all) : all;
  }

  #range(): CodePoints {
    const from = this.#at;
    const first = this.#classItem();
    if (
      this.#next !== "-" ||
      this.#characters[this.#at + 1] === "]" ||
      this.#at + 1 >= this.#characters.length
    )
      return first;
    this.#at += 1;
    const last = this.#classItem();
    const [low, high] = [first[0]?.[0], last.at(-1)?.[1]];
    if (low === undefined || high === undefined || !isSingle(first) || !isSingle(last) || low > high)
      throw this.#error("a range that is none", from);
    return codePoints([low, high]);
  }

  #classItem(): CodePoints {
    const from = this.#at;
    return this.#take("\\") ? this.#escape(from, true) : this.#single();
  }

  #escape(from: number, isInClass: boolean): CodePoints {
    const letter = this.#next;
    if (letter === undefined) throw this.#error("a backslash at the end", from);
    this.#at += 1;
    if (Object.hasOwn(CLASSES, letter)) return CLASSES[letter]!;
    if (letter === "p" || letter === "P") return this.#property(from, letter === "P");
    const single = (code: number): CodePoints => codePoints([code, code]);
    if (letter === "b" && isInClass) return single(0x08);
    if (Object.hasOwn(CONTROLS, letter) && !(letter === "0" && /^\d/.test(this.#rest())))
      return single(CONTROLS[letter]!);
    const hex = letter === "x" ? this.#hex(/^[0-9a-f]{2}/i) : letter === "u" ? this.#unicode() : undefined;
    if (hex !== undefined && hex <= 0x10ffff && (hex < 0xd800 || hex > 0xdfff)) return single(hex);
    if (/^[A-Za-z0-9]$/.test(letter)) throw this.#error(`\\${letter}`, from);
    return single(letter.codePointAt(0)!);
  }

  #hex(pattern: RegExp): number | undefined {
    const [found] = pattern.exec(this.#rest()) ?? [];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return Number.parseInt(found.replaceAll(/[{}]/g, ""), 16);
  }

  #unicode(): number | undefined {
    const high = this.#hex(/^(?:\{[0-9a-f]+\}|[0-9a-f]{4})/i);
    if (high === undefined || high < 0xd800 || high > 0xdbff || !this.#take("\\u")) return high;
    const low = this.#hex(/^d[c-f][0-9a-f]{2}/i);
    return low === undefined ? high : (high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
  }

  #property(from: number, isNegated: boolean): CodePoints {
    const [whole, name = ""] = /^\{([^}]*)\}/.exec(this.#rest()) ?? [""];
    const set = propertyClass(name);
    if (set === undefined) throw this.#error(`a property that is not known: ${name}`, from);
    this.#at += Array.from(whole).length;
    return isNegated ? complement(set) : set;
  }

  #error(got: string, at = this.#at): UsageError {
    const { where } = this.options;
    return new UsageError({
      message: "the regular expression cannot be used",
      expected: SUBSET,
      got: `${got}, at character ${at + 1} of /${this.source}/`,
      where,
    });
  }
}

const isSingle = (set: CodePoints): boolean => set.length === 1 && set[0]![0] === set[0]![1];
