/** @file What compiled code depends on beside the program: the very file of the plugin, and the processor. */
import { readFileSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { makeFolders } from "../../support/folders.js";
import { sha256, sha256OfFile } from "../../support/hash.js";
import { MachineKey, machineKey } from "../../support/machine-key.js";
import { readOwned } from "../../support/owned.js";
import { remember } from "../../support/remember.js";
import { cacheFolder, keyFolder } from "../install/cache-folder.js";

const libraryHashes = new Map<string, Promise<string>>();

const PURPOSE = "library hash 1";

/**
 * The hash as an earlier process noted it for the same identity, else computed and noted: `HASH CODE`, signed with the key of this machine,
 * because a library is loaded by its word. It is not noted if the file is not `isStill` the one of that identity afterwards. Without the key, or a note that can be written, each process computes it again.
 */
export async function notedHash(
  path: string,
  identity: string,
  isStill: () => Promise<boolean> = async () => true,
): Promise<string> {
  const machine = await machineKey(keyFolder());
  if (!(machine instanceof MachineKey)) return sha256OfFile(path);
  const note = join(cacheFolder(), "library-hashes", sha256(identity));
  const noted = await readNote(machine, note, identity);
  if (noted !== undefined) return noted;
  const hash = await sha256OfFile(path);
  // Another in its place meanwhile has an identity of its own: this hash is not that of the one that was asked for.
  if (!(await isStill())) return hash;
  await makeFolders(dirname(note), 0o700)
    .then(() => writeFile(note, `${hash} ${machine.sign(PURPOSE, [identity, hash])}`, { mode: 0o600 }))
    .catch(() => undefined);
  return hash;
}

/** The hash of a note, if this machine signed it for the identity. */
async function readNote(machine: MachineKey, note: string, identity: string): Promise<string | undefined> {
  const file = await readOwned(note).catch(() => undefined);
  if (file === undefined || "problem" in file) return undefined;
  const [hash = "", code = ""] = Buffer.from(file).toString("latin1").split(" ");
  return machine.verifies(PURPOSE, [identity, hash], code) ? hash : undefined;
}

/**
 * SHA-256 of a plugin's library, hexadecimal; noted in the cache folder for its path, size, inode and times, so that it is computed once and
 * not by each process. The time of the last change of its inode counts: programs can set that of its content back, but not this one.
 */
export async function libraryHash(path: string): Promise<string> {
  const identity = await identityOf(path);
  return remember(libraryHashes, identity, () =>
    notedHash(path, identity, async () => (await identityOf(path)) === identity),
  );
}

async function identityOf(path: string): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
  return JSON.stringify([path, ...[size, mtimeNs, ctimeNs, ino].map(String)]);
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
