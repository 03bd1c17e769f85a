/** @file An artifact's archive (.zip, also beyond 4 GB) unpacked: nothing is written that its list of entries does not allow. */
import { createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import type { FileEntry, ZipReader } from "@zip.js/zip.js";
import { ARCHIVE_LIMITS, type ArchiveLimits, archiveProblems } from "./archive-rules.js";
import { ArtifactError } from "./errors.js";
import { READ_BYTES } from "../support/hash.js";

export interface UnpackOptions {
  readonly limits?: ArchiveLimits;
  /** How far it is, in unpacked bytes. */
  readonly onUnpack?: ((bytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Unpacks an archive into an empty folder. What was written before an error stays: the caller removes the folder.
 * @throws ArtifactError with everything that speaks against it: no zip archive, unsafe or repeated names, links, encryption, more
 * bytes than the limits or than it says itself, wrong checksums
 */
export async function unpackArtifact(
  archive: string,
  folder: string,
  { limits = ARCHIVE_LIMITS, onUnpack }: UnpackOptions = {},
): Promise<void> {
  const file = await open(archive, "r");
  try {
    const reader = await openZip(file);
    const entries = await reader.getEntries();
    const problems = archiveProblems(entries, limits);
    if (problems.length > 0) throw new ArtifactError(archive, problems);
    const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
    let done = 0;
    for (const entry of entries) {
      if (entry.directory) continue;
      await unpackEntry(entry, join(folder, entry.filename), archive, (bytes) => {
        done += bytes;
        onUnpack?.(done, total);
      });
    }
  } catch (error) {
    if (error instanceof ArtifactError) throw error;
    throw new ArtifactError(archive, [{ subject: "archive", problem: wordsOf(error) }]);
  } finally {
    await file.close();
  }
}

/** Names of an archive's entries; none for a file that is no archive. */
export async function archiveNames(archive: string): Promise<readonly string[]> {
  const file = await open(archive, "r");
  try {
    const entries = await (await openZip(file)).getEntries();
    return entries.map(({ filename }) => filename);
  } catch {
    return [];
  } finally {
    await file.close();
  }
}

/** The library is loaded for archives only: folders are the usual case. */
async function openZip(file: FileHandle): Promise<ZipReader<unknown>> {
  const { configure, Reader, ZipReader } = await import("@zip.js/zip.js");
  configure({ useWebWorkers: false, chunkSize: READ_BYTES });
  class FileReader extends Reader<FileHandle> {
    override async init(): Promise<void> {
      this.size = (await file.stat()).size;
    }
    override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
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
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    if (outcome.reason instanceof ArtifactError) throw outcome.reason;
    throw new ArtifactError(archive, [
      { subject: JSON.stringify(entry.filename), problem: wordsOf(outcome.reason) },
    ]);
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
