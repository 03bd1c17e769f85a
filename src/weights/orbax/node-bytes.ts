/** @file The outer form of OCDBT's nodes (checksum, length, compression), and the numbers and tables inside. */
import { CheckpointError } from "../errors.js";
import { decompress } from "./codecs.js";
import { crc32c } from "./crc32c.js";

/** Entries of a node, and bytes of its keys put together; a node of orbax has some hundred. Each may take as many bytes as all before it. */
const MOST_ENTRIES = 2 ** 20;
const MOST_KEY_BYTES = 2 ** 26;

/** Reads a node from its first byte to its last. */
export class NodeReader {
  #at = 0;

  constructor(
    readonly bytes: Uint8Array,
    /** Names the node in errors. */
    readonly where: string,
  ) {}

  #take(count: number): number {
    const at = this.#at;
    if (count > this.bytes.length - at) throw damaged(this.where, "it ends too early");
    this.#at += count;
    return at;
  }

  uint8(): number {
    return this.bytes[this.#take(1)]!;
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** LEB128. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.uint8();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (Number.isSafeInteger(value)) return value;
        break;
      }
    }
    throw damaged(this.where, "a number is too large");
  }

  varints(count: number): number[] {
    // Each takes a byte at least: a count that lies asks for no memory.
    if (count > this.bytes.length - this.#at) throw damaged(this.where, "it ends too early");
    if (count > MOST_ENTRIES)
      throw damaged(this.where, "it has too many entries", {
        expected: `at most ${MOST_ENTRIES}`,
        got: `${count}`,
      });
    return Array.from({ length: count }, () => this.varint());
  }

  slice(count: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(count);
    return this.bytes.slice(at, at + count);
  }

  /** Texts of which each begins as the one before. */
  prefixed(prefixLengths: readonly number[], suffixLengths: readonly number[]): Uint8Array[] {
    let last: Uint8Array = new Uint8Array(0);
    let total = 0;
    return suffixLengths.map((length, i) => {
      const shared = i === 0 ? 0 : prefixLengths[i - 1]!;
      if (shared > last.length) throw damaged(this.where, "a key begins with more than the one before has");
      total += shared + length;
      if (total > MOST_KEY_BYTES)
        throw damaged(this.where, "its keys are too long", {
          expected: `at most ${MOST_KEY_BYTES} bytes together`,
        });
      last = Buffer.concat([last.subarray(0, shared), this.slice(length)]);
      return last;
    });
  }
}

/** A file that a node names; `base` is what files named in it are below. */
export interface DataFile {
  readonly path: string;
  readonly base: string;
}

/** The files that a node of the database refers to, below `transitive`. */
export function readDataFiles(reader: NodeReader, transitive: string): readonly DataFile[] {
  const count = reader.varint();
  const prefixLengths = reader.varints(Math.max(0, count - 1));
  const suffixLengths = reader.varints(count);
  const baseLengths = reader.varints(count);
  return reader.prefixed(prefixLengths, suffixLengths).map((bytes, i) => {
    const path = transitive + new TextDecoder().decode(bytes);
    if (/(?:^|\/)\.\.(?:\/|$)|^\/|[\\\0]/.test(path)) {
      throw damaged(reader.where, `it names a file outside its folder, ${JSON.stringify(path)}`);
    }
    const base = new TextDecoder().decode(bytes.subarray(0, baseLengths[i]));
    return { path, base: transitive + base };
  });
}

const CHECKSUM_BYTES = 4;
/** A node is read whole; writers keep them below 100 MB. */
export const MOST_NODE_BYTES = 2 ** 28;

/**
 * The body of an encoded manifest or node.
 * @param magic its first four bytes
 * @throws CheckpointError when its checksum, its length or its kind is not as it must be
 */
export async function readNode(
  bytes: Uint8Array<ArrayBuffer>,
  magic: number,
  where: string,
): Promise<NodeReader> {
  if (bytes.length < 16) throw damaged(where, "it is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, false) !== magic) throw damaged(where, "it begins otherwise");
  const length = Number(view.getBigUint64(4, true));
  if (length !== bytes.length) {
    throw damaged(where, "it has another length than it says", {
      expected: `${length} bytes`,
      got: `${bytes.length} bytes`,
    });
  }
  const end = bytes.length - CHECKSUM_BYTES;
  const [expected, got] = [view.getUint32(end, true), crc32c(bytes.subarray(0, end))];
  if (expected !== got) {
    throw damaged(where, "its bytes are not those that were saved", {
      expected: `CRC-32C ${hex(expected)}`,
      got: hex(got),
    });
  }
  const header = new NodeReader(bytes.subarray(12, end), where);
  const version = header.varint();
  const compression = header.varint();
  if (version !== 0 || compression > 1) {
    const [expected, got] = [
      "version 0, compression 0 or 1",
      `version ${version}, compression ${compression}`,
    ];
    throw damaged(where, "it is of a form that is not known", { expected, got });
  }
  // Both numbers are one byte each.
  const body = bytes.slice(14, end);
  if (compression === 0) return new NodeReader(body, where);
  return new NodeReader(
    await decompress("zstd", body, { where, what: "node", most: MOST_NODE_BYTES }),
    where,
  );
}

/** A node that cannot be read as one. */
export function damaged(
  where: string,
  problem: string,
  both: { readonly expected?: string; readonly got?: string } = {},
): CheckpointError {
  return new CheckpointError(where, [
    { subject: "node of the database", problem, ...both, hint: "fetch the checkpoint again" },
  ]);
}

const hex = (value: number): string => value.toString(16).padStart(8, "0");
