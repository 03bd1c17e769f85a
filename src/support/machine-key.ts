/** @file The user's key on this machine: it tells native code that was made here from all other. It never leaves its folder. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { link, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolders } from "./folders.js";
import { folderProblem, type NotOwned, readOwned } from "./owned.js";

const KEY_BYTES = 32;
const KEY_FILE = "key";

/** Signs what is made here (HMAC-SHA256) and recognises it later. */
export class MachineKey {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The code of a list of parts, hexadecimal; no two lists have the same bytes under it. `purpose` keeps uses apart. */
  sign(purpose: string, parts: readonly (string | Uint8Array)[]): string {
    return this.#digest(purpose, parts).toString("hex");
  }

  /** Whether a code is that of these parts under this key. Takes as long for wrong ones. */
  verifies(purpose: string, parts: readonly (string | Uint8Array)[], code: string): boolean {
    const given = Buffer.from(code, "hex");
    const right = this.#digest(purpose, parts);
    return given.length === right.length && timingSafeEqual(given, right);
  }

  #digest(purpose: string, parts: readonly (string | Uint8Array)[]): Buffer {
    const hmac = createHmac("sha256", this.#key);
    for (const part of [purpose, ...parts]) {
      const bytes = typeof part === "string" ? Buffer.from(part) : part;
      hmac.update(`${bytes.length}:`).update(bytes);
    }
    return hmac.digest();
  }
}

/**
 * The key in a folder, made on first use (32 random bytes, mode 600, in a folder of mode 700). Or why it cannot be relied on: the
 * folder or the file belongs to somebody else or can be written by others, or cannot be made. Never throws.
 */
export async function machineKey(folder: string): Promise<MachineKey | NotOwned> {
  try {
    await makeFolders(folder, 0o700);
    return (await existingKey(folder)) ?? (await makeKey(folder));
  } catch (error) {
    return noKey(folder, error);
  }
}

/** The key in a folder, or why it cannot be relied on; undefined when there is none. Makes nothing; never throws. */
export const findMachineKey = (folder: string): Promise<MachineKey | NotOwned | undefined> =>
  existingKey(folder).catch((error: unknown) => noKey(folder, error));

const existingKey = async (folder: string): Promise<MachineKey | NotOwned | undefined> =>
  (await folderProblem(folder)) ?? (await readKey(folder));

const noKey = (folder: string, error: unknown): NotOwned => ({
  problem: `there is no key of this machine in ${folder} (${(error as Error).message})`,
  hint: "set STABLEGRIFFIN_CACHE to a folder that can be written",
});

/** Undefined when there is none yet. */
async function readKey(folder: string): Promise<MachineKey | NotOwned | undefined> {
  const path = join(folder, KEY_FILE);
  const bytes = await readOwned(path, { isSecret: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (bytes === undefined || "problem" in bytes) return bytes;
  if (bytes.length === KEY_BYTES) return new MachineKey(bytes);
  return {
    problem: `${path} is no key: ${bytes.length} bytes instead of ${KEY_BYTES}`,
    hint: `remove ${path}: the next run makes another`,
  };
}

/** Linked into its place, so that of several processes one makes it and nobody reads half of it. */
async function makeKey(folder: string): Promise<MachineKey | NotOwned> {
  const temporary = join(folder, `.${KEY_FILE}-${randomBytes(8).toString("hex")}`);
  try {
    await writeFile(temporary, randomBytes(KEY_BYTES), { mode: 0o600, flag: "wx", flush: true });
    await link(temporary, join(folder, KEY_FILE)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(temporary, { force: true });
  }
  return (await readKey(folder)) ?? { problem: `${folder}: the key was removed`, hint: "run it again" };
}
