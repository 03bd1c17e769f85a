/** @file What an archive may hold: checked from its list of entries, before any of them is unpacked. */
import type { Problem } from "../support/problems.js";
import { isArtifactPath, LONGEST_JSON, MANIFEST_FILE } from "./manifest.js";

/** The most that is unpacked; far beyond any model, so that a lie in an archive cannot fill a disk. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Bytes of one file, and of all together, unpacked. */
  readonly fileBytes: number;
  readonly totalBytes: number;
  /** Unpacked bytes for each packed one. JSON of a vocabulary packs 5 to 1. */
  readonly ratio: number;
  /** Bytes of files that the manifest does not list: its own hash and signature, and what somebody put beside them. */
  readonly unlistedBytes: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 10_000,
  fileBytes: 2 ** 40,
  totalBytes: 2 ** 41,
  ratio: 100,
  unlistedBytes: 2 ** 24,
};

/** Below this a bad ratio harms nobody, bytes: of one file, and of all such files together. */
const SMALL = 1 << 20;

/** What an archive says of one of its entries. */
export interface ArchiveEntry {
  readonly filename: string;
  readonly directory: boolean;
  readonly symlink: boolean;
  readonly encrypted: boolean;
  readonly compressionMethod: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  /** File type and permissions, where the archive was made on a system that has them. */
  readonly unixMode?: number | undefined;
}

const STORED = 0;
const DEFLATED = 8;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;

/** Everything that speaks against unpacking an archive. @param entries all, or more than there may be */
export function archiveProblems(entries: readonly ArchiveEntry[], limits: ArchiveLimits): Problem[] {
  if (entries.length > limits.entries) {
    return [
      {
        subject: "archive",
        problem: "too many entries",
        expected: `at most ${limits.entries}`,
      },
    ];
  }
  const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  return [
    ...entries.flatMap((entry) => entryProblems(entry, limits)),
    ...nameClashes(entries),
    ...(total <= limits.totalBytes
      ? []
      : [
          {
            subject: "archive",
            problem: "too large unpacked",
            expected: `at most ${limits.totalBytes} bytes`,
            got: `${total} bytes`,
          },
        ]),
    ...smallFilesProblems(entries, limits),
    ...misplaced(entries),
  ];
}

/**
 * What speaks against unpacking the files beside the manifest, once that is read.
 * @param bytes of them all, as the archive says @param listed of those that the manifest lists, as it says
 */
export function budgetProblems(
  bytes: number,
  listed: number,
  { unlistedBytes }: Pick<ArchiveLimits, "unlistedBytes">,
): Problem[] {
  if (bytes <= listed + unlistedBytes) return [];
  return [
    {
      subject: "archive",
      problem: "holds more than its manifest lists",
      expected: `${listed} bytes, and at most ${unlistedBytes} of files that are not listed`,
      got: `${bytes} bytes`,
    },
  ];
}

/** Small files may pack well one by one, but not be many. */
function smallFilesProblems(entries: readonly ArchiveEntry[], { ratio }: ArchiveLimits): Problem[] {
  const small = entries.filter(({ uncompressedSize }) => uncompressedSize <= SMALL);
  const total = small.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  const packed = small.reduce((sum, { compressedSize }) => sum + compressedSize, 0);
  if (total <= SMALL || total <= ratio * packed) return [];
  return [
    {
      subject: "small files",
      problem: "unpack to suspiciously much together",
      expected: `at most ${ratio} bytes for each packed one`,
      got: `${total} bytes from ${packed}`,
    },
  ];
}

function entryProblems(entry: ArchiveEntry, { fileBytes: anyBytes, ratio }: ArchiveLimits): Problem[] {
  const fileBytes = entry.filename === MANIFEST_FILE ? Math.min(anyBytes, LONGEST_JSON) : anyBytes;
  const { directory, compressedSize, uncompressedSize, compressionMethod, unixMode = 0 } = entry;
  const subject = JSON.stringify(entry.filename);
  const type = unixMode & FILE_TYPE;
  const checks: readonly (Problem | false)[] = [
    !isArtifactPath(directory ? entry.filename.replace(/\/$/, "") : entry.filename) && {
      subject,
      problem: "unsafe name",
      expected: "a relative path of plain names without . and ..",
    },
    (entry.symlink || (type !== 0 && type !== (directory ? FOLDER : REGULAR))) && {
      subject,
      problem: "a link or a device, not a file",
    },
    entry.encrypted && { subject, problem: "encrypted" },
    compressionMethod !== STORED &&
      compressionMethod !== DEFLATED && {
        subject,
        problem: "packed in a way that is not read",
        expected: "stored or deflated",
        got: `method ${compressionMethod}`,
      },
    uncompressedSize > fileBytes && {
      subject,
      problem: "too large unpacked",
      expected: `at most ${fileBytes} bytes`,
      got: `${uncompressedSize} bytes`,
    },
    uncompressedSize > SMALL &&
      uncompressedSize > ratio * compressedSize && {
        subject,
        problem: "unpacks to suspiciously much",
        expected: `at most ${ratio} bytes for each packed one`,
        got: `${uncompressedSize} bytes from ${compressedSize}`,
      },
  ];
  return checks.filter((problem) => problem !== false);
}

/** Names that are one file on some systems, and files where others need a folder. */
function nameClashes(entries: readonly ArchiveEntry[]): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  const folded = (name: string) => name.replace(/\/$/, "").normalize("NFKC").toLowerCase();
  for (const { filename } of entries) {
    const other = seen.get(folded(filename));
    if (other === undefined) seen.set(folded(filename), filename);
    else
      problems.push({
        subject: JSON.stringify(filename),
        problem:
          other === filename ? "there twice" : `the same file as ${JSON.stringify(other)} on some systems`,
      });
  }
  const files = new Set(
    entries.filter(({ directory }) => !directory).map(({ filename }) => folded(filename)),
  );
  for (const { filename } of entries) {
    const parts = folded(filename).split("/");
    const above = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
    const file = above.find((path) => files.has(path));
    if (file !== undefined)
      problems.push({
        subject: JSON.stringify(filename),
        problem: `lies in ${JSON.stringify(file)}, which is a file`,
      });
  }
  return problems;
}

/** An archive of the folder instead of its content is the usual slip. */
function misplaced(entries: readonly ArchiveEntry[]): Problem[] {
  const names = entries.map(({ filename }) => filename);
  if (names.includes(MANIFEST_FILE)) return [];
  const deeper = names.find((name) => name.endsWith(`/${MANIFEST_FILE}`));
  const hint =
    deeper === undefined
      ? undefined
      : `it lies in ${deeper.slice(0, -MANIFEST_FILE.length)}: pack the content of the folder, not the folder`;
  return [{ subject: MANIFEST_FILE, problem: "missing", hint }];
}
