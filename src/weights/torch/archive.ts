/** @file The zip archive that torch.save writes: entries that are stored as they are, read by position. */
import type { FileHandle } from "node:fs/promises";
import type { FileEntry } from "@zip.js/zip.js";
import { CheckpointError, type Problem } from "../errors.js";
import { readRange, sizeOfFile } from "../file.js";
import { checksum } from "./checksum.js";

/** An entry whose bytes are found at a place of the file, uncompressed. */
export interface TorchEntry {
  readonly name: string;
  readonly bytes: number;
  /** Whether what is read is held against a checksum: `torch.serialization.set_crc32_options(False)` writes none. */
  readonly isChecked: boolean;
  /** Bytes [begin, end) of the entry; all by default. @throws CheckpointError also where the archive's checksum is of others */
  read(begin?: number, end?: number, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** Entries that are gone through: each takes a kilobyte or two, and a tensor has one. */
const MOST_ENTRIES = 2 ** 17;
/** Bytes that are read at once: the list of entries is, and one of as many as there may be is shorter. */
const LONGEST_READ = 2 ** 26;

const LOCAL_HEADER_BYTES = 30;
const LOCAL_SIGNATURE = 0x04034b50;

/** Whether a file begins like an archive. */
export const looksLikeZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;

/**
 * The entries by name, below the one folder that all of them lie in (`archive/data.pkl` is `data.pkl`).
 * @throws CheckpointError for what torch.save does not write: compressed or encrypted entries, names given twice, places that are
 * not in the file
 */
export async function readTorchArchive(
  file: FileHandle,
  path: string,
): Promise<ReadonlyMap<string, TorchEntry>> {
  const size = await sizeOfFile(file, path);
  const listed = await listEntries(file, path, size);
  const problems: Problem[] = [];
  const entries = new Map<string, TorchEntry>();
  const taken: Taken[] = [];
  // 0 is a checksum like others, unless there is no other: a writer that computes none leaves 0 for all.
  const isChecked = listed.some(({ signature = 0 }) => signature !== 0);
  for (const entry of listed) {
    if (entry.directory) continue;
    const name = entry.filename.slice(entry.filename.indexOf("/") + 1);
    const found = await place(file, path, size, entry);
    if (typeof found !== "number") problems.push(found);
    else if (entries.has(name)) problems.push({ subject: entry.filename, problem: "stored twice" });
    else {
      entries.set(name, torchEntry(file, path, { ...entry, isChecked }, found));
      taken.push({ name: entry.filename, begin: entry.offset, end: found + entry.uncompressedSize });
    }
  }
  problems.push(...overlapsOf(taken));
  if (problems.length > 0) throw new CheckpointError(path, problems);
  return entries;
}

/** The bytes of an entry with its own header, [begin, end). */
interface Taken {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/** Entries that share bytes: a short file could have any number of long ones. */
function overlapsOf(taken: readonly Taken[]): readonly Problem[] {
  const sorted = taken.toSorted((a, b) => a.begin - b.begin);
  return sorted.slice(1).flatMap(({ name: subject, begin }, i) => {
    const before = sorted[i]!;
    if (begin >= before.end) return [];
    const got = `it begins at byte ${begin}, ${before.name} ends at byte ${before.end}`;
    return [{ subject, problem: "lies within another entry", got, hint: "fetch the file again" }];
  });
}

/** What the library notes of archives that lie in something else, or hold others. (Of its strict rules torch.save's wide end record breaks one.) */
const AMBIGUITIES: ReadonlySet<string> = new Set([
  "appended data",
  "prepended data",
  "prepended central directory",
  "mismatched central directory offset",
  "mismatched zip64 end of central directory record",
]);

async function listEntries(file: FileHandle, path: string, size: number): Promise<readonly FileEntry[]> {
  const { configure, Reader, ZipReader } = await import("@zip.js/zip.js");
  configure({ useWebWorkers: false });
  class FileReader extends Reader<FileHandle> {
    override async init(): Promise<void> {
      this.size = size;
    }
    override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
      if (length > LONGEST_READ) throw new Error(`its list of entries is said to have ${length} bytes`);
      const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, index);
      return bytes.subarray(0, bytesRead);
    }
  }
  try {
    const entries: FileEntry[] = [];
    // Names and places are looked at here.
    const reader = new ZipReader(new FileReader(file), {
      strictness: "balanced",
      filenameValidation: "tolerant",
    });
    for await (const entry of reader.getEntriesGenerator())
      if (entries.push(entry as FileEntry) > MOST_ENTRIES)
        throw new Error(`more than ${MOST_ENTRIES} entries`);
    const ambiguity = (reader.warnings ?? []).find(({ reason }) => AMBIGUITIES.has(reason));
    if (ambiguity !== undefined)
      throw new Error(`readers may take it for another archive: ${ambiguity.reason}`);
    return entries;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CheckpointError(path, [
      {
        subject: "archive",
        problem: "not a whole zip archive",
        expected: "what torch.save writes",
        got: reason,
        hint: "fetch the file again",
      },
    ]);
  }
}

/** Where the entry's bytes begin, by its own header, which must agree with the archive's list. */
async function place(
  file: FileHandle,
  path: string,
  size: number,
  entry: FileEntry,
): Promise<number | Problem> {
  const { filename: subject, offset, compressedSize, uncompressedSize, compressionMethod, encrypted } = entry;
  if (encrypted) return { subject, problem: "encrypted" };
  if (compressionMethod !== 0 || compressedSize !== uncompressedSize) {
    return { subject, problem: "compressed", expected: "bytes as they are, as torch.save writes them" };
  }
  const lie = { subject, problem: "not where the archive's list says", hint: "fetch the file again" };
  if (offset + LOCAL_HEADER_BYTES > size) return { ...lie, got: `byte ${offset} of ${size}` };
  const bytes = await readRange(file, path, offset, offset + LOCAL_HEADER_BYTES);
  const header = new DataView(bytes.buffer);
  if (header.getUint32(0, true) !== LOCAL_SIGNATURE) return { ...lie, got: `no header at byte ${offset}` };
  const nameEnd = offset + LOCAL_HEADER_BYTES + header.getUint16(26, true);
  const begin = nameEnd + header.getUint16(28, true);
  if (begin + uncompressedSize > size) {
    return {
      ...lie,
      problem: "reaches beyond the file",
      expected: `${uncompressedSize} bytes`,
      got: `${Math.max(0, size - begin)} bytes`,
    };
  }
  const name = new TextDecoder().decode(await readRange(file, path, offset + LOCAL_HEADER_BYTES, nameEnd));
  if (name !== subject) return { ...lie, expected: subject, got: name };
  const difference = differenceOf(header, entry);
  if (difference === undefined) return begin;
  return { ...lie, problem: "its own header says otherwise than the archive's list", ...difference };
}

/** Sizes and the checksum are behind the bytes, as torch.save writes them. */
const HAS_DESCRIPTOR = 8;
/** A size is in a field of its own, of 64 bits. */
const IS_LONG = 0xffff_ffff;

/** What an entry's own header says otherwise than the archive's list, after which other readers may go. */
function differenceOf(
  header: DataView,
  { uncompressedSize, signature = 0 }: FileEntry,
): Pick<Problem, "expected" | "got"> | undefined {
  const method = header.getUint16(8, true);
  if (method !== 0) return { expected: "bytes as they are", got: `method of compression ${method}` };
  if ((header.getUint16(6, true) & HAS_DESCRIPTOR) !== 0) return undefined;
  const sum = header.getUint32(14, true);
  if (sum !== signature >>> 0) return { expected: `CRC-32 ${hex(signature)}`, got: hex(sum) };
  const other = [18, 22]
    .map((at) => header.getUint32(at, true))
    .find((bytes) => bytes !== IS_LONG && bytes !== uncompressedSize);
  return other === undefined ? undefined : { expected: `${uncompressedSize} bytes`, got: `${other} bytes` };
}

function torchEntry(
  file: FileHandle,
  path: string,
  {
    filename: name,
    uncompressedSize: bytes,
    signature = 0,
    isChecked,
  }: FileEntry & { readonly isChecked: boolean },
  place: number,
): TorchEntry {
  let checked: Promise<void> | undefined;
  const check = (actual: number) => {
    if (signature >>> 0 === actual) return;
    throw new CheckpointError(path, [
      {
        subject: name,
        problem: "its bytes are not those that were saved",
        expected: `CRC-32 ${hex(signature)}`,
        got: hex(actual),
        hint: "fetch the file again",
      },
    ]);
  };
  const checkAll = async () => {
    const buffer = new Uint8Array(Math.min(bytes, CHECK_BYTES));
    let sum = 0;
    for (let at = 0; at < bytes; at += CHECK_BYTES) {
      const end = Math.min(bytes, at + CHECK_BYTES);
      sum = await checksum(
        await readRange(file, path, place + at, place + end, buffer.subarray(0, end - at)),
        sum,
      );
    }
    check(sum);
  };
  return {
    name,
    bytes,
    isChecked,
    read: async (begin = 0, end = bytes, into) => {
      if (!isChecked) return readRange(file, path, place + begin, place + end, into);
      const isAll = begin === 0 && end === bytes;
      if (!isAll) {
        checked ??= checkAll();
        await checked;
      }
      const result = await readRange(file, path, place + begin, place + end, into);
      if (isAll) {
        check(await checksum(result));
        checked = Promise.resolve();
      }
      return result;
    },
  };
}

/** Read at a time where only a checksum is wanted: it stays in the processor's cache. */
const CHECK_BYTES = 2 ** 20;

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");
