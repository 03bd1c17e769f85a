import { expect, test } from "vitest";
import { ARCHIVE_LIMITS, type ArchiveEntry, archiveProblems } from "../../src/artifact/archive-rules.js";

const entry = (filename: string, uncompressedSize: number, compressedSize: number): ArchiveEntry => ({
  ...{ filename, uncompressedSize, compressedSize },
  ...{ directory: false, symlink: false, encrypted: false, compressionMethod: 8 },
});

test("many small files that unpack to much are too much together", () => {
  const zeros = Array.from({ length: 3000 }, (_, i) => entry(`z${i}`, 1 << 20, 1130));
  expect(archiveProblems([entry("manifest.json", 1000, 500), ...zeros], ARCHIVE_LIMITS)).toEqual([
    {
      subject: "small files",
      problem: "unpack to suspiciously much together",
      expected: "at most 100 bytes for each packed one",
      got: "3145729000 bytes from 3390500",
    },
  ]);
});

test("a small file of zeros beside others is none", () => {
  const files = [entry("manifest.json", 1000, 500), entry("zeros", 1 << 19, 600)];
  expect(archiveProblems(files, ARCHIVE_LIMITS)).toEqual([]);
});
