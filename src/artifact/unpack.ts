/** @file An artifact's archive (.zip, also beyond 4 GB) unpacked: nothing is written that its list of entries does not allow. */
import { createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import type { Entry, FileEntry, ZipReader } from "@zip.js/zip.js";
import { ARCHIVE_LIMITS, type ArchiveLimits, archiveProblems, budgetProblems } from "./archive-rules.js";
import { ArtifactError } from "./errors.js";
import { MANIFEST_FILE } from "./manifest.js";
import { EnvironmentError, GriffinError } from "../support/errors.js";
import type { Problem } from "../support/problems.js";
import { READ_BYTES } from "../support/hash.js";
import type { OpenFile } from "../support/open-file.js";
import { READ_AT_ONCE } from "../support/read-limited.js";
import type { OptionNames } from "../support/options.js";

export interface UnpackOptions {
  readonly limits?: ArchiveLimits;
  /** How far it is, in unpacked bytes. */
  readonly onUnpack?: ((bytes: number, totalBytes: number) => void) | undefined;
}

export const UNPACK_OPTIONS: OptionNames<UnpackOptions> = {
  limits: true,
  onUnpack: true,
};

/**
 * Unpacks an archive into an empty folder. What was written before an error stays: the caller removes the folder.
 * @param readManifest is called when the manifest is unpacked and nothing else; gives the bytes of all files that it lists, of which no more
 * are unpacked (but for a few of files that it does not list)
 * @throws ArtifactError with everything that speaks against it: no zip archive, unsafe or repeated names, links, encryption, more
 * bytes than the limits, the manifest or it says itself, wrong checksums; EnvironmentError for what the file system says; what
 * `readManifest` throws
 */
export async function unpackArtifact(
  archive: string,
  folder: string,
  readManifest: () => Promise<number>,
  { limits = ARCHIVE_LIMITS, onUnpack }: UnpackOptions = {},
): Promise<void> {
  const file = await open(archive, READ_AT_ONCE).catch((error: unknown) => {
    throw explain(archive, folder, error);
  });
  try {
    const reader = await openZip(file);
    const entries = await entriesOf(reader, limits.entries);
    check(archive, archiveProblems(entries, limits));
    const files = entries.filter((entry): entry is FileEntry => !entry.directory);
    const total = sizeOf(files);
    let done = 0;
    const unpack = async (entry: FileEntry) =>
      unpackEntry(entry, join(folder, entry.filename), archive, (bytes) => {
        done += bytes;
        onUnpack?.(done, total);
      });
    const isManifest = ({ filename }: FileEntry) => filename === MANIFEST_FILE;
    for (const entry of files.filter(isManifest)) await unpack(entry);
    const others = files.filter((entry) => !isManifest(entry));
    check(archive, budgetProblems(sizeOf(others), await readManifest(), limits));
    for (const entry of others) await unpack(entry);
  } catch (error) {
    throw explain(archive, folder, error);
  } finally {
    await file.close();
  }
}

const sizeOf = (entries: readonly FileEntry[]): number =>
  entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);

function check(archive: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ArtifactError(archive, problems);
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && /^E[A-Z0-9]+$/.test((error as NodeJS.ErrnoException).code ?? "");

/** What the library says of an archive. Every one ends with a record that others lack, and those that were cut off. */
const archiveProblem = (problem: string): Problem => ({
  subject: "archive",
  problem,
  ...(/end of central directory not found/i.test(problem) && {
    expected: "the whole .zip of an artifact's folder, or the folder itself",
  }),
});

/** What the file system says is of the environment; what the library says is of the archive. */
function explain(archive: string, folder: string, error: unknown): GriffinError {
  if (error instanceof GriffinError) return error;
  if (!isSystemError(error)) return new ArtifactError(archive, [archiveProblem(wordsOf(error))]);
  return new EnvironmentError({
    message: `cannot unpack ${archive} into ${folder}`,
    details: [error.message],
    hint: "set STABLEGRIFFIN_CACHE to a folder with room that can be written, or unpack it yourself and give the folder",
    cause: error,
  });
}

/** Names of an archive's entries; none for a file that is no archive. @param archive its path, or the file, which stays open */
export async function archiveNames(archive: string | OpenFile): Promise<readonly string[]> {
  if (typeof archive === "string") {
    await using file = await open(archive, READ_AT_ONCE);
    return await archiveNames(file);
  }
  try {
    const entries = await entriesOf(await openZip(archive as FileHandle), ARCHIVE_LIMITS.entries);
    return entries.map(({ filename }) => filename);
  } catch {
    return [];
  }
}

/** All entries, or one more than `most`: a list that is longer is not gone through. */
async function entriesOf(reader: ZipReader<unknown>, most: number): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of reader.getEntriesGenerator()) if (entries.push(entry) > most) break;
  return entries;
}

/** Bytes that are read at once: the list of entries is, and one of as many entries as there may be is shorter. */
const LONGEST_READ = 1 << 26;

/** The library is loaded for archives only: folders are the usual case. */
async function openZip(file: FileHandle): Promise<ZipReader<unknown>> {
  const { configure, Reader, ZipReader } = await import("@zip.js/zip.js");
  configure({ useWebWorkers: false, chunkSize: READ_BYTES });
  class FileReader extends Reader<FileHandle> {
    override async init(): Promise<void> {
      this.size = (await file.stat()).size;
    }
    override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
      const there = Math.max(0, Math.min(length, this.size - index));
      if (there > LONGEST_READ) throw new Error(`its list of entries is too long: ${there} bytes`);
      const bytes = new Uint8Array(there);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, index);
      return bytes.subarray(0, bytesRead);
    }
  }
  return new ZipReader(new FileReader(file), {
    strictness: "strict",
    // Ours is stricter, and lists all.
    filenameValidation: "tolerant",
    checkCrc32: true,
    checkOverlappingEntry: true,
  });
}

/** Writes one entry, and stops when there is more of it than its size says. */
async function unpackEntry(
  entry: FileEntry,
  path: string,
  archive: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const output = Writable.toWeb(createWriteStream(path, { flags: "wx" })) as WritableStream<Uint8Array>;
  let bytes = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > entry.uncompressedSize) throw wrongSize(entry, archive);
      onBytes(chunk.length);
      controller.enqueue(chunk);
    },
  });
  const outcomes = await Promise.allSettled([
    // An entry that is refused before its first byte would leave the file open, and us waiting for it.
    entry.getData(counted.writable).catch(async (error: unknown) => {
      await counted.writable.abort(error).catch(() => undefined);
      throw error;
    }),
    counted.readable.pipeTo(output),
  ]);
  const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  // Of a stream that is broken off the other side says no more than that it is closed.
  const telling = reasons.find((reason) => reason instanceof GriffinError || isSystemError(reason));
  if (telling !== undefined) throw telling;
  if (reasons.length > 0) {
    const problem = wordsOf(reasons[0]);
    throw new ArtifactError(archive, [{ subject: JSON.stringify(entry.filename), problem }]);
  }
  if (bytes !== entry.uncompressedSize) throw wrongSize(entry, archive);
}

const wrongSize = (entry: FileEntry, archive: string): ArtifactError =>
  new ArtifactError(archive, [
    {
      subject: JSON.stringify(entry.filename),
      problem: "not of the size that the archive says",
      expected: `${entry.uncompressedSize} bytes`,
    },
  ]);

/** The library's or the system's words, within a sentence; the library has a reason beside some. */
function wordsOf(error: unknown): string {
  const { message = String(error), reason } = error as {
    readonly message?: string;
    readonly reason?: string;
  };
  const words = reason === undefined ? message : `${message}: ${reason}`;
  return /^[A-Z][a-z]/.test(words) ? words[0]!.toLowerCase() + words.slice(1) : words;
}
