/**
 * @file Reads a run of bytes with the integer encodings of MLIR's bytecode; every step is checked against the
 * end.
 */
import { BytecodeError } from "./errors.js";

export class ByteReader {
  readonly #data: Uint8Array;
  readonly #end: number;
  #at: number;

  /** Reads `data` from `start` up to `end`; offsets in errors count from the start of `data`. */
  constructor(data: Uint8Array, start = 0, end = data.length) {
    this.#data = data;
    this.#at = start;
    this.#end = end;
  }

  /** Bytes from the start of the data. */
  get offset(): number {
    return this.#at;
  }

  /** Bytes that are left. */
  get remaining(): number {
    return this.#end - this.#at;
  }

  /** @throws BytecodeError always, at the current byte (or at `offset`). */
  fail(message: string, offset = this.#at): never {
    throw new BytecodeError(message, offset);
  }

  byte(): number {
    if (this.#at >= this.#end) this.fail("the data ends here, a byte is missing");
    return this.#data[this.#at++]!;
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    this.#need(length);
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }

  /** A reader of the next `length` bytes, which this one skips. */
  section(length: number): ByteReader {
    this.#need(length);
    this.#at += length;
    return new ByteReader(this.#data, this.#at - length, this.#at);
  }

  /** A reader of what this one has left, which moves on its own. */
  restart(): ByteReader {
    return new ByteReader(this.#data, this.#at, this.#end);
  }

  /** Bytes up to a NUL, which is skipped. */
  untilZero(): Uint8Array {
    const zero = this.#data.indexOf(0, this.#at);
    if (zero < 0 || zero >= this.#end) this.fail("a string has no NUL at its end");
    const view = this.#data.subarray(this.#at, zero);
    this.#at = zero + 1;
    return view;
  }

  /** An unsigned integer below 2^53. */
  varint(): number {
    const start = this.#at;
    const first = this.byte();
    if ((first & 1) === 1) return first >> 1;
    const count = first === 0 ? 9 : Math.log2(first & -first) + 1;
    if (count > 6) return this.#safe(this.#wideRest(first, count), start);
    let value = first;
    for (let i = 1; i < count; i++) value += this.byte() * 256 ** i;
    return Math.floor(value / 2 ** count);
  }

  /** An unsigned integer below 2^64. */
  wideVarint(): bigint {
    const first = this.byte();
    if ((first & 1) === 1) return BigInt(first >> 1);
    return this.#wideRest(first, first === 0 ? 9 : Math.log2(first & -first) + 1);
  }

  /** A signed integer that a number holds exactly. */
  signedVarint(): number {
    const start = this.#at;
    return this.#safe(this.wideSignedVarint(), start);
  }

  /** A signed 64-bit integer. */
  wideSignedVarint(): bigint {
    const value = this.wideVarint();
    return (value >> 1n) ^ -(value & 1n);
  }

  /** An unsigned integer with one bit below it. */
  flaggedVarint(): { readonly value: number; readonly flag: boolean } {
    const both = this.varint();
    return { value: Math.floor(both / 2), flag: both % 2 === 1 };
  }

  /**
   * How many items follow; each takes at least `itemSize` bytes, so that a count can be refused before it is
   * believed.
   */
  count(what: string, itemSize = 1): number {
    const start = this.#at;
    const count = this.varint();
    if (count * itemSize > this.remaining)
      this.fail(`${count} ${what} do not fit into ${this.remaining} bytes`, start);
    return count;
  }

  /** As many items as a count before them says. */
  list<T>(what: string, item: () => T): T[] {
    const length = this.count(what);
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(item());
    return items;
  }

  /** @throws BytecodeError unless everything is read. */
  expectEnd(what: string): void {
    if (this.remaining > 0) this.fail(`${what} is followed by ${this.remaining} unknown bytes`);
  }

  #need(length: number): void {
    if (length > this.remaining) this.fail(`${length} bytes are needed, ${this.remaining} are left`);
  }

  #wideRest(first: number, count: number): bigint {
    let value = count === 9 ? 0n : BigInt(first);
    const offset = count === 9 ? 1 : 0;
    for (let i = 1; i < count; i++) value |= BigInt(this.byte()) << BigInt(8 * (i - offset));
    return count === 9 ? value : value >> BigInt(count);
  }

  #safe(value: bigint, start: number): number {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) this.fail(`the integer ${value} is too large`, start);
    return number;
  }
}
