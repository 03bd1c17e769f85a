/** @file The key of a compiled program: everything that decides what a compiler makes of it. */
import { createHash, type Hash } from "node:crypto";
import type { Client } from "../client.js";
import type { CompileRequest } from "../compile.js";
import { encodeCompileOptions } from "../compile-options.js";
import { libraryHash, processorFeatures } from "./identity.js";

/** Changes when the key, the file format or the flags that every program gets do. */
const FORMAT = "stablegriffin compiled program 3";

/** Environment variables that compilers read. */
const COMPILER_VARIABLES = ["XLA_FLAGS", "LIBTPU_INIT_ARGS", "TF_XLA_FLAGS"];

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
