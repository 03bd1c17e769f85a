/** @file All tokens as one tree of bytes, and which of them may follow at a place of a format. */
import { ALL, type CodePoints, codePoints, type Place, type Recognizer } from "../../grammar/index.js";
import { characterBytes } from "../../support/utf8.js";
import type { TokenBytes } from "../token-bytes.js";

const NONE = -1;

/** The bytes that UTF-8 has. */
const isUtf8Byte = (byte: number): boolean => byte < 0xf5 && byte !== 0xc0 && byte !== 0xc1;

/** The tokens of a tokenizer that a model with so many tokens may make. */
export class Vocabulary {
  /** The characters that can be written whatever follows: as a token of their own, or byte by byte. */
  readonly spellable: CodePoints;
  /** 32 tokens a word. */
  readonly words: number;
  /** Nodes in the order of a walk: the byte that leads there, how deep it is, where what is not below it begins, the last token of it. */
  readonly #bytes: Uint8Array;
  readonly #depths: Int32Array;
  readonly #ends: Int32Array;
  readonly #tokens: Int32Array;
  /** The token before that has the same bytes. */
  readonly #same: Int32Array;

  constructor(
    readonly bytes: TokenBytes,
    readonly size: number,
  ) {
    const known = bytes.slice(0, size);
    this.words = Math.ceil(size / 32);
    const single = new Set(known.flatMap((each) => (each?.length === 1 ? [each[0]!] : [])));
    const hasHalves = Array.from({ length: 128 }, (_, i) => 128 + i).every(
      (byte) => single.has(byte) || !isUtf8Byte(byte),
    );
    const characters = known.flatMap((each) => characterOf(each) ?? []);
    const alone = characters.map((code) => [code, code] as const);
    const isWhole =
      hasHalves && Array.from({ length: 128 }, (_, byte) => byte).every((byte) => single.has(byte));
    this.spellable = isWhole
      ? ALL
      : codePoints(...alone, ...(hasHalves ? ([[0x80, 0x10ffff]] as const) : []));
    // A token that ends within a character needs others that end it.
    const isUsed = (each: Uint8Array): boolean => each.length > 0 && (hasHalves || isText(each));
    const ids = [...known.keys()].filter((id) => known[id] !== undefined && isUsed(known[id]));
    // A character a byte: strings are compared faster than arrays.
    const keys = ids.map((id) => Buffer.from(known[id]!).toString("latin1"));
    const order = Int32Array.from(keys.keys()).sort((a, b) =>
      keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : a - b,
    );
    const total = 1 + ids.reduce((sum, id) => sum + known[id]!.length, 0);
    this.#bytes = new Uint8Array(total);
    this.#depths = new Int32Array(total);
    this.#ends = new Int32Array(total);
    this.#tokens = new Int32Array(total).fill(NONE);
    this.#same = new Int32Array(size).fill(NONE);
    this.#build(Array.from(order, (at) => ids[at]!));
  }

  /** Tokens in the order of their bytes: each shares with the one before what both begin with. */
  #build(ids: readonly number[]): void {
    const path = [0];
    let count = 1;
    let before: Uint8Array = new Uint8Array(0);
    const close = (depth: number): void => {
      while (path.length > depth + 1) this.#ends[path.pop()!] = count;
    };
    for (const id of ids) {
      const token = this.bytes[id]!;
      let shared = 0;
      while (shared < before.length && before[shared] === token[shared]) shared += 1;
      close(shared);
      for (let depth = shared + 1; depth <= token.length; depth++) {
        this.#bytes[count] = token[depth - 1]!;
        this.#depths[count] = depth;
        path.push(count++);
      }
      const node = path.at(-1)!;
      this.#same[id] = this.#tokens[node]!;
      this.#tokens[node] = id;
      before = token;
    }
    close(0);
    this.#ends[0] = count;
  }

  /** A bit for each token that may follow at a place. @throws GriffinError for a format that is too ambiguous */
  following(recognizer: Recognizer, place: Place): Int32Array<ArrayBuffer> {
    const allowed = new Int32Array(this.words);
    const places: Place[] = [place];
    for (let node = 1; node < this.#ends[0]!; ) {
      const depth = this.#depths[node]!;
      const next = recognizer.next(places[depth - 1]!, this.#bytes[node]!);
      if (next === undefined) {
        node = this.#ends[node]!;
        continue;
      }
      places[depth] = next;
      for (let id = this.#tokens[node]!; id !== NONE; id = this.#same[id]!)
        allowed[id >> 5]! |= 1 << (id & 31);
      node += 1;
    }
    return allowed;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const isText = (bytes: Uint8Array): boolean => textOf(bytes) !== undefined;

/** The character that bytes are, if they are one. */
function characterOf(bytes: Uint8Array | undefined): number | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length !== characterBytes(bytes[0]!))
    return undefined;
  const text = textOf(bytes);
  const code = text?.codePointAt(0);
  return code !== undefined && String.fromCodePoint(code) === text ? code : undefined;
}
