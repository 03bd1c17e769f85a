/** @file A growing run of bytes with the integer encodings of MLIR's bytecode. */

/** Runs of at least this many bytes are kept by reference until `finish` copies them, once. */
const keepAbove = 512;

export class ByteWriter {
  readonly #parts: Uint8Array[] = [];
  #partsLength = 0;
  #chunk = new Uint8Array(128);
  #used = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#partsLength + this.#used;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#chunk[this.#used++] = value;
  }

  /** Raw bytes; a long run must not change before `finish`. */
  bytes(data: Uint8Array): void {
    if (data.length >= keepAbove) {
      this.#keep(data);
      return;
    }
    this.#reserve(data.length);
    this.#chunk.set(data, this.#used);
    this.#used += data.length;
  }

  /** Everything another writer holds; that writer is not used again. */
  append(other: ByteWriter): void {
    for (const part of other.#parts) this.#keep(part);
    this.bytes(other.#chunk.subarray(0, other.#used));
  }

  /**
   * An unsigned integer below 2^64: the count of trailing zero bits of the first byte is the count of further
   * bytes.
   */
  varint(value: number | bigint): void {
    if (value < 128) {
      this.byte((Number(value) << 1) | 1);
      return;
    }
    if (value >= 2 ** 28) {
      this.#wideVarint(BigInt(value));
      return;
    }
    const small = Number(value);
    const count = small < 2 ** 14 ? 2 : small < 2 ** 21 ? 3 : 4;
    const bits = (((small << 1) | 1) << (count - 1)) >>> 0;
    for (let i = 0; i < count; i++) this.byte((bits >>> (8 * i)) & 0xff);
  }

  /** A signed 64-bit integer, its sign in the lowest bit. */
  signedVarint(value: number | bigint): void {
    if (typeof value === "number" && Math.abs(value) < 2 ** 52) {
      this.varint(value < 0 ? -2 * value - 1 : 2 * value);
      return;
    }
    const wide = BigInt(value);
    this.varint(BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n)));
  }

  /** An unsigned integer with one bit below it. */
  flaggedVarint(value: number, flag: boolean): void {
    this.varint(value * 2 + (flag ? 1 : 0));
  }

  /** All bytes in one array. */
  finish(): Uint8Array {
    const result = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      result.set(part, at);
      at += part.length;
    }
    result.set(this.#chunk.subarray(0, this.#used), at);
    return result;
  }

  #wideVarint(value: bigint): void {
    let count = 5;
    while (count < 9 && value >= 1n << BigInt(7 * count)) count++;
    if (count === 9) this.byte(0);
    let rest = count === 9 ? value : ((value << 1n) | 1n) << BigInt(count - 1);
    for (let i = 0; i < Math.min(count, 8); i++) {
      this.byte(Number(rest & 0xffn));
      rest >>= 8n;
    }
  }

  #reserve(count: number): void {
    if (this.#used + count <= this.#chunk.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#chunk.length, this.#used + count));
    grown.set(this.#chunk.subarray(0, this.#used));
    this.#chunk = grown;
  }

  #keep(data: Uint8Array): void {
    if (this.#used > 0) {
      this.#parts.push(this.#chunk.subarray(0, this.#used));
      this.#partsLength += this.#used;
      this.#chunk = new Uint8Array(128);
      this.#used = 0;
    }
    this.#parts.push(data);
    this.#partsLength += data.length;
  }
}
