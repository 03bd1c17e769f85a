/** @file Byte strings found by walking: which of them a text begins with at a place. */

/** No node, and no value. */
export const NONE = -1;

/** A set of byte strings, each with a number. Edges are a hash table of (node, byte), which takes 16 bytes an edge or less. */
export class Trie {
  #keys: Int32Array;
  #targets: Int32Array;
  #values: Int32Array;
  #nodes = 1;
  #mask: number;
  /** Edges of the root by byte: most walks end there. */
  readonly #first = new Int32Array(256).fill(NONE);

  /** @param bytes of all strings together, at most that many edges */
  constructor(bytes: number) {
    // Keys are of 32 bits, node * 256 + byte.
    if (bytes >= 2 ** 23) throw new RangeError("its pieces are too long");
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, bytes * 2)));
    this.#keys = new Int32Array(size).fill(NONE);
    this.#targets = new Int32Array(size);
    this.#values = new Int32Array(bytes + 1).fill(NONE);
    this.#mask = size - 1;
  }

  get root(): number {
    return 0;
  }

  /** Adds a string, whose number is at least 0; a later one replaces it. */
  add(string: Uint8Array, value: number): void {
    let node = 0;
    for (const byte of string) {
      const slot = this.#slotOf(node, byte);
      if (this.#keys[slot] === NONE) {
        this.#keys[slot] = node * 256 + byte;
        this.#targets[slot] = this.#nodes++;
        if (node === 0) this.#first[byte] = this.#targets[slot]!;
      }
      node = this.#targets[slot]!;
    }
    this.#values[node] = value;
  }

  /** The node that a byte leads to, or NONE. */
  next(node: number, byte: number): number {
    if (node === 0) return this.#first[byte]!;
    const slot = this.#slotOf(node, byte);
    return this.#keys[slot] === NONE ? NONE : this.#targets[slot]!;
  }

  /** The number of the string that ends at a node, or NONE. */
  valueAt(node: number): number {
    return this.#values[node]!;
  }

  /** The node at the end of `bytes[begin, end)`, walked from `node`, or NONE. */
  walk(node: number, bytes: Uint8Array, begin: number, end: number): number {
    let at = node;
    for (let i = begin; i < end && at !== NONE; i++) at = this.next(at, bytes[i]!);
    return at;
  }

  /** Bytes of the longest string that `bytes` has at `begin`; 0 for none. */
  longestAt(bytes: Uint8Array, begin: number): number {
    let longest = 0;
    let node = 0;
    for (let i = begin; i < bytes.length; i++) {
      node = this.next(node, bytes[i]!);
      if (node === NONE) break;
      if (this.#values[node] !== NONE) longest = i + 1 - begin;
    }
    return longest;
  }

  #slotOf(node: number, byte: number): number {
    const key = node * 256 + byte;
    let slot = (Math.imul(key, 0x9e3779b1) >>> 7) & this.#mask;
    while (this.#keys[slot] !== key && this.#keys[slot] !== NONE) slot = (slot + 1) & this.#mask;
    return slot;
  }
}
