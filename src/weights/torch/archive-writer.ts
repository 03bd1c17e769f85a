/** @file The zip archive of a checkpoint, written: entries as they are, every one aligned. */
import { crc32 } from "node:zlib";
import type { FileSink } from "../write-file.js";
import { littleEndian } from "../little-endian.js";

/** The folder of the archive that everything lies in. */
const ROOT = "archive";

/** Tensor bytes begin at a multiple of this, as PyTorch has it, for readers that map the file. */
export const ALIGNMENT = 64;

interface Written {
  readonly name: Buffer;
  readonly crc: number;
  readonly bytes: number;
  readonly offset: number;
}

const UINT32_MAX = 0xffffffff;

/** A zip archive of entries that are stored as they are (PKWARE's APPNOTE, 4.3), with 64-bit sizes and places where they are needed. */
export class ArchiveWriter {
  readonly #entries: Written[] = [];

  constructor(readonly sink: FileSink) {}

  /** Adds an entry of `bytes` bytes that come in parts; each is used before the next is asked for. */
  async add(
    name: string,
    bytes: number,
    parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    const entry = { name: Buffer.from(`${ROOT}/${name}`), crc: 0, bytes, offset: this.sink.position };
    await this.sink.append(localHeader(entry));
    for await (const part of parts) {
      entry.crc = crc32(part, entry.crc);
      await this.sink.append(part);
    }
    await this.sink.patch(localHeader(entry), entry.offset);
    this.#entries.push(entry);
  }

  async finish(): Promise<void> {
    const begin = this.sink.position;
    for (const entry of this.#entries) await this.sink.append(listEntry(entry));
    await this.sink.append(listEnd(this.#entries.length, begin, this.sink.position));
  }
}

/** Sizes beyond 32 bits stand in a field of their own (4.5.3). */
const wideField = (values: readonly number[]): Uint8Array =>
  values.length === 0
    ? new Uint8Array(0)
    : Buffer.from([
        ...littleEndian(1, 2),
        ...littleEndian(values.length * 8, 2),
        ...values.flatMap((value) => littleEndian(value, 8)),
      ]);

const narrow = (value: number): number => Math.min(value, UINT32_MAX);

const isWide = (value: number): boolean => value >= UINT32_MAX;

function localHeader({ name, crc, bytes, offset }: Written): Uint8Array {
  const wide = wideField(isWide(bytes) ? [bytes, bytes] : []);
  const unpadded = offset + 30 + name.length + wide.length;
  // A field that readers skip, as PyTorch pads.
  const padding = (ALIGNMENT - ((unpadded + 4) % ALIGNMENT)) % ALIGNMENT;
  return Buffer.concat([
    fields(
      [0x04034b50, 4],
      [isWide(bytes) ? 45 : 20, 2],
      [0, 2],
      [0, 2],
      ...DATE,
      [crc, 4],
      [narrow(bytes), 4],
      [narrow(bytes), 4],
      [name.length, 2],
      [wide.length + 4 + padding, 2],
    ),
    name,
    wide,
    fields([0x4246, 2], [padding, 2]),
    new Uint8Array(padding),
  ]);
}

function listEntry({ name, crc, bytes, offset }: Written): Uint8Array {
  const wide = wideField([...(isWide(bytes) ? [bytes, bytes] : []), ...(isWide(offset) ? [offset] : [])]);
  const version = wide.length > 0 ? 45 : 20;
  return Buffer.concat([
    fields(
      [0x02014b50, 4],
      [version, 2],
      [version, 2],
      [0, 2],
      [0, 2],
      ...DATE,
      [crc, 4],
      [narrow(bytes), 4],
      [narrow(bytes), 4],
      [name.length, 2],
      [wide.length, 2],
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 4],
      [narrow(offset), 4],
    ),
    name,
    wide,
  ]);
}

function listEnd(count: number, begin: number, end: number): Uint8Array {
  const bytes = end - begin;
  const wide = count >= 0xffff || isWide(begin) || isWide(bytes);
  const short = Math.min(count, 0xffff);
  const record = fields(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [short, 2],
    [short, 2],
    [narrow(bytes), 4],
    [narrow(begin), 4],
    [0, 2],
  );
  if (!wide) return record;
  const wideRecord = fields(
    [0x06064b50, 4],
    [44, 8],
    [45, 2],
    [45, 2],
    [0, 4],
    [0, 4],
    [count, 8],
    [count, 8],
    [bytes, 8],
    [begin, 8],
  );
  return Buffer.concat([wideRecord, fields([0x07064b50, 4], [0, 4], [end, 8], [1, 4]), record]);
}

/** Midnight of 1 January 1980: equal tensors are equal bytes. */
const DATE = [
  [0, 2],
  [0x21, 2],
] as const;

const fields = (...values: readonly (readonly [value: number, bytes: number])[]): Buffer =>
  Buffer.from(values.flatMap(([value, bytes]) => littleEndian(value, bytes)));
