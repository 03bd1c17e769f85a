/** @file The key of a compiled program: everything that decides what a compiler makes of it. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { cpus } from "node:os";
import { pipeline } from "node:stream/promises";
import type { Client } from "../client.js";
import type { CompileRequest } from "../compile.js";
import { encodeCompileOptions } from "../compile-options.js";

/** Changes when the key or the file format does. */
const FORMAT = "stablegriffin compiled program 1";

/** Environment variables that compilers read. */
const COMPILER_VARIABLES = ["XLA_FLAGS", "LIBTPU_INIT_ARGS", "TF_XLA_FLAGS"];

const libraryHashes = new Map<string, Promise<string>>();

/** SHA-256 of a plugin's library, hexadecimal; computed once per file, size and time of change. */
export async function libraryHash(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const name = `${path}\n${size}\n${mtimeMs}`;
  const known = libraryHashes.get(name);
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  const computed = pipeline(createReadStream(path, { highWaterMark: 4 << 20 }), hash).then(() =>
    hash.digest("hex"),
  );
  libraryHashes.set(name, computed);
  return computed;
}

/** What the machine's processor can do: code made for one that can do more does not run on one that can do less. */
export function processorFeatures(): string {
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
