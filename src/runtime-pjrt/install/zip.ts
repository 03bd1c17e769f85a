/** @file Takes one file out of a zip archive (a wheel), streaming, with its checksum verified. */
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { EnvironmentError } from "../../support/errors.js";

interface Entry {
  readonly method: number;
  readonly checksum: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly headerOffset: number;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

function damaged(archive: string, got: string): EnvironmentError {
  return new EnvironmentError({ message: `cannot read ${archive}`, expected: "a whole zip archive", got });
}

async function findEntry(file: FileHandle, archive: string, member: string): Promise<Entry> {
  const { size } = await file.stat();
  const tail = await readAt(
    file,
    Math.max(0, size - END_BYTES - LONGEST_COMMENT),
    END_BYTES + LONGEST_COMMENT,
  );
  let end = tail.length - END_BYTES;
  while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end--;
  if (end < 0) throw damaged(archive, "no end of central directory");
  const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === ENTRY_SIGNATURE; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString("utf8", at + 46, at + 46 + nameLength);
    if (name === member) {
      return {
        method: directory.readUInt16LE(at + 10),
        checksum: directory.readUInt32LE(at + 16),
        compressedBytes: directory.readUInt32LE(at + 20),
        bytes: directory.readUInt32LE(at + 24),
        headerOffset: directory.readUInt32LE(at + 42),
      };
    }
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw damaged(archive, `no member ${member}`);
}

async function dataOffset(file: FileHandle, entry: Entry): Promise<number> {
  const header = await readAt(file, entry.headerOffset, 30);
  return entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

/**
 * Writes one member of an archive to a file.
 * @param onBytes called with the number of bytes written so far
 * @throws EnvironmentError for a damaged archive, a missing member or a checksum that is not the member's
 */
export async function extractMember(
  archive: string,
  member: string,
  target: string,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<void> {
  const file = await open(archive, "r");
  let entry: Entry;
  let start: number;
  try {
    entry = await findEntry(file, archive, member);
    start = await dataOffset(file, entry);
  } finally {
    await file.close();
  }
  if (entry.method !== STORED && entry.method !== DEFLATED)
    throw damaged(archive, `compression method ${entry.method}`);
  let bytes = 0;
  let checksum = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      checksum = crc32(chunk, checksum);
      onBytes(bytes);
      done(null, chunk);
    },
  });
  const source = createReadStream(archive, {
    start,
    end: start + entry.compressedBytes - 1,
    highWaterMark: 1 << 20,
  });
  const sink = createWriteStream(target);
  try {
    if (entry.method === DEFLATED)
      await pipeline(source, createInflateRaw({ chunkSize: 1 << 20 }), meter, sink);
    else await pipeline(source, meter, sink);
  } catch (error) {
    throw damaged(archive, error instanceof Error ? error.message : String(error));
  }
  if (bytes !== entry.bytes || checksum !== entry.checksum)
    throw damaged(archive, `${member} with a wrong checksum`);
}
