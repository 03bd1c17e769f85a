/**
 * @file The table by which SentencePiece normalises text: a double-array trie of what is replaced (Darts, 32-bit units), and the
 * replacements, each ended by a zero.
 */

/** What the longest rule at a place says. */
export interface Rule {
  /** Bytes that it takes. */
  readonly length: number;
  /** What stands in for them, UTF-8. */
  readonly replacement: Uint8Array;
}

/** Bytes that may stand in for what was replaced: the longest of Unicode's compatible forms has 33, and a text may have the character anywhere. */
const LONGEST_REPLACEMENT = 1024;

/** Replacements by what they replace. */
export class CharsMap {
  readonly #units: Uint32Array;
  readonly #replacements: Uint8Array;
  /** Whether any rule begins with a byte. */
  readonly #begins = new Uint8Array(256);

  /** @throws RangeError when the table is cut off, or would make a text longer than memory */
  constructor(table: Uint8Array) {
    const bytes = table.length < 4 ? 0 : new DataView(table.buffer, table.byteOffset).getUint32(0, true);
    if (bytes === 0 || bytes % 4 !== 0 || bytes + 4 >= table.length) {
      throw new RangeError(`its normalisation table says ${bytes} bytes and has ${table.length}`);
    }
    this.#units = new Uint32Array(new Uint8Array(table.subarray(4, 4 + bytes)).buffer);
    this.#replacements = table.subarray(4 + bytes);
    const longest = longestOf(this.#replacements);
    if (longest > LONGEST_REPLACEMENT) {
      throw new RangeError(
        `its normalisation table replaces a character by ${longest} bytes, at most ${LONGEST_REPLACEMENT} are read`,
      );
    }
    for (let byte = 0; byte < 256; byte++) {
      const unit = this.#units[offsetOf(this.#units[0]!) ^ byte];
      if (unit !== undefined && (unit & LABEL) >>> 0 === byte) this.#begins[byte] = 1;
    }
  }

  /** The longest rule for what `bytes` has at `begin`. */
  ruleAt(bytes: Uint8Array, begin: number): Rule | undefined {
    if (this.#begins[bytes[begin]!] !== 1) return undefined;
    const units = this.#units;
    let node = offsetOf(units[0]!);
    let length = 0;
    let place = 0;
    for (let i = begin; i < bytes.length; i++) {
      node ^= bytes[i]!;
      const unit = units[node];
      if (unit === undefined || (unit & LABEL) >>> 0 !== bytes[i]) break;
      node ^= offsetOf(unit);
      if ((unit & HAS_LEAF) !== 0) {
        length = i + 1 - begin;
        place = (units[node] ?? 0) & 0x7fffffff;
      }
    }
    if (length === 0) return undefined;
    const end = this.#replacements.indexOf(0, place);
    return { length, replacement: this.#replacements.subarray(place, end < 0 ? undefined : end) };
  }
}

/** A unit that is a leaf has its highest bit set, so that its label is that of no byte. */
const LABEL = 0x800000ff;
const HAS_LEAF = 0x100;

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

/** Bytes of the longest replacement; a rule may begin within one. */
function longestOf(replacements: Uint8Array): number {
  let longest = 0;
  for (let begin = 0; begin < replacements.length; ) {
    const zero = replacements.indexOf(0, begin);
    const end = zero < 0 ? replacements.length : zero;
    longest = Math.max(longest, end - begin);
    begin = end + 1;
  }
  return longest;
}
