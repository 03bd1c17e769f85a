/** @file What compiled code depends on beside the program: the very file of the plugin, and the processor. */
import { readFileSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { sha256, sha256OfFile } from "../../support/hash.js";
import { remember } from "../../support/remember.js";
import { cacheFolder } from "../install/cache-folder.js";

const libraryHashes = new Map<string, Promise<string>>();

/** The hash as an earlier process found it, for the same path, size, time of change and inode; else computed and noted. */
async function notedHash(path: string, identity: string): Promise<string> {
  const note = join(cacheFolder(), "library-hashes", sha256(identity));
  const noted = await readFile(note, "utf8").catch(() => "");
  if (/^[0-9a-f]{64}$/.test(noted)) return noted;
  const hash = await sha256OfFile(path);
  // Without the note the next process computes it again: no reason to fail.
  await mkdir(dirname(note), { recursive: true })
    .then(() => writeFile(note, hash))
    .catch(() => undefined);
  return hash;
}

/** SHA-256 of a plugin's library, hexadecimal; noted in the cache folder, so that it is computed once and not by each process. */
export async function libraryHash(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  const identity = JSON.stringify([path, size, mtimeMs, ino]);
  return remember(libraryHashes, identity, () => notedHash(path, identity));
}

/**
 * What the machine's processor can do, `ARCHITECTURE MODEL FEATURE FEATURE ...`: code made for one that can do more does not run on
 * one that can do less.
 */
export function processorFeatures(): string {
  const model = cpus()[0]?.model ?? "";
  try {
    const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "";
    return `${process.arch} ${model} ${flags.trim().split(/\s+/).sort().join(" ")}`;
  } catch {
    return `${process.arch} ${model}`;
  }
}
