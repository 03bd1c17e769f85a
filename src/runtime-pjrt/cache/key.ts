/** @file The key of a compiled program: everything that decides what a compiler makes of it. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Client } from "../client.js";
import type { CompileRequest } from "../compile.js";
import { encodeCompileOptions } from "../compile-options.js";
import { cacheFolder } from "../install/cache-folder.js";

/** Changes when the key or the file format does. */
const FORMAT = "stablegriffin compiled program 1";

/** Environment variables that compilers read. */
const COMPILER_VARIABLES = ["XLA_FLAGS", "LIBTPU_INIT_ARGS", "TF_XLA_FLAGS"];

const libraryHashes = new Map<string, Promise<string>>();

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 4 << 20 }), hash);
  return hash.digest("hex");
}

/** The hash as an earlier process found it, for the same path, size, time of change and inode; else computed and noted. */
async function notedHash(path: string, identity: string): Promise<string> {
  const name = createHash("sha256").update(identity).digest("hex");
  const note = join(cacheFolder(), "library-hashes", name);
  const noted = await readFile(note, "utf8").catch(() => "");
  if (/^[0-9a-f]{64}$/.test(noted)) return noted;
  const hash = await hashFile(path);
  // Without the note the next process computes it again: no reason to fail.
  await mkdir(dirname(note), { recursive: true })
    .then(() => writeFile(note, hash))
    .catch(() => undefined);
  return hash;
}

/** SHA-256 of a plugin's library, hexadecimal. */
async function libraryHash(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  const identity = JSON.stringify([path, size, mtimeMs, ino]);
  const known = libraryHashes.get(identity);
  if (known !== undefined) return known;
  const found = notedHash(path, identity);
  libraryHashes.set(identity, found);
  return found;
}

/** What the machine's processor can do: code made for one that can do more does not run on one that can do less. */
function processorFeatures(): string {
  const model = cpus()[0]?.model ?? "";
  try {
    const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "";
    return `${process.arch} ${model} ${flags.trim().split(/\s+/).sort().join(" ")}`;
  } catch {
    return `${process.arch} ${model}`;
  }
}

/** Adds a part with its length, so that no two lists of parts hash alike. */
function addPart(hash: Hash, part: string | Uint8Array): void {
  const bytes = typeof part === "string" ? Buffer.from(part) : part;
  hash.update(`${bytes.length}:`).update(bytes);
}

/** The key of a request on a client, hexadecimal. */
export async function cacheKey(client: Client, request: CompileRequest): Promise<string> {
  const { plugin } = client;
  const hash = createHash("sha256");
  const parts = [
    FORMAT,
    request.program,
    request.format ?? "mlir",
    encodeCompileOptions(request.options),
    await libraryHash(plugin.path),
    `${plugin.apiVersion.major}.${plugin.apiVersion.minor}`,
    client.platformName,
    client.platformVersion,
    client.allDevices.map(({ kind }) => kind).join(","),
    processorFeatures(),
    ...COMPILER_VARIABLES.map((name) => process.env[name] ?? ""),
  ];
  for (const part of parts) addPart(hash, part);
  return hash.digest("hex");
}
