/** @file Compiled programs on disk, from one run to the next. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type WaitOptions, waitFor } from "../../support/wait.js";
import type { Client } from "../client.js";
import type { CompileRequest } from "../compile.js";
import type { Executable } from "../executable.js";
import { cacheFolder } from "../install/cache-folder.js";
import { decodeEntry, encodeEntry } from "./entry.js";
import { cacheKey } from "./key.js";

/** Where compiled programs are kept, and how many bytes of them. */
export interface CompileCacheOptions {
  /** Default: `programs` in the cache folder. */
  readonly folder?: string;
  /** Past this, those not used for longest go. Default 4 GiB. */
  readonly maxBytes?: number;
}

/** A program, and whether it came from the cache; if not, why. */
export interface CachedCompilation {
  readonly executable: Executable;
  readonly fromCache: boolean;
  readonly reason: string;
}

const SUFFIX = ".program";
const TEMPORARY = ".partial-";
const ABANDONED_MS = 10 * 60_000;

/**
 * Compiled programs by key: program, options, plugin file, device kinds, processor, compiler variables. Files appear whole or not at
 * all, so any number of processes may share the folder. A bad entry is rejected with a reason and rebuilt.
 */
export class CompileCache {
  readonly folder: string;
  readonly maxBytes: number;

  constructor({
    folder = join(cacheFolder(), "programs"),
    maxBytes = 4 * 2 ** 30,
  }: CompileCacheOptions = {}) {
    this.folder = folder;
    this.maxBytes = maxBytes;
  }

  /**
   * Loads the program if it was compiled before, else compiles and keeps it.
   * @throws what `client.compile` throws; never for the cache's sake
   */
  compile(client: Client, request: CompileRequest, options: WaitOptions = {}): Promise<CachedCompilation> {
    const release = ({ executable }: CachedCompilation) => executable.close();
    return waitFor("compile", options, () => this.#compile(client, request), release);
  }

  async #compile(client: Client, request: CompileRequest): Promise<CachedCompilation> {
    const key = await cacheKey(client, request);
    const path = join(this.folder, key + SUFFIX);
    const loaded = await this.#load(client, request, key, path);
    if (typeof loaded !== "string") return { executable: loaded, fromCache: true, reason: "compiled before" };
    const executable = await client.compile(request);
    const kept = await this.#keep(path, key, executable, client);
    return {
      executable,
      fromCache: false,
      reason: kept === undefined ? loaded : `${loaded}; not kept: ${kept}`,
    };
  }

  /** The program, or why there is none. */
  async #load(
    client: Client,
    request: CompileRequest,
    key: string,
    path: string,
  ): Promise<Executable | string> {
    const file = await readFile(path).catch(() => undefined);
    if (file === undefined) return "not compiled before";
    const entry = decodeEntry(key, file);
    const refused = async (reason: string) => {
      await rm(path, { force: true });
      return `entry rejected: ${reason}`;
    };
    if ("rejected" in entry) return refused(entry.rejected);
    try {
      const executable = await client.deserialize(entry.program, request.signature);
      await utimes(path, new Date(), new Date()).catch(() => undefined);
      return executable;
    } catch (error) {
      return refused(error instanceof Error ? error.message.split("\n")[0]! : String(error));
    }
  }

  /** Writes an entry; why not, if it could not. */
  async #keep(
    path: string,
    key: string,
    executable: Executable,
    client: Client,
  ): Promise<string | undefined> {
    try {
      const bytes = encodeEntry(key, basename(client.plugin.path), executable.program.serialize());
      await mkdir(this.folder, { recursive: true });
      const temporary = join(this.folder, TEMPORARY + randomBytes(8).toString("hex"));
      await writeFile(temporary, bytes);
      await rename(temporary, path);
      await this.#trim();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message.split("\n")[0] : String(error);
    }
  }

  /** How many programs it keeps, and their bytes. */
  async usage(): Promise<{ readonly programs: number; readonly bytes: number }> {
    const entries = (await this.#entries()).filter(({ path }) => path.endsWith(SUFFIX));
    return { programs: entries.length, bytes: entries.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Removes all entries. */
  async clear(): Promise<void> {
    for (const { path } of await this.#entries()) await rm(path, { force: true });
  }

  async #entries(): Promise<
    readonly { readonly path: string; readonly size: number; readonly usedAt: number }[]
  > {
    const names = await readdir(this.folder).catch(() => []);
    const entries = await Promise.all(
      names
        .filter((name) => name.endsWith(SUFFIX) || name.startsWith(TEMPORARY))
        .map(async (name) => {
          const path = join(this.folder, name);
          // Another process may have removed it meanwhile.
          const found = await stat(path).catch(() => undefined);
          return found === undefined ? [] : [{ path, size: found.size, usedAt: found.mtimeMs }];
        }),
    );
    return entries.flat();
  }

  /** Removes what interrupted writers left, and the entries not used for longest until the rest fits. */
  async #trim(): Promise<void> {
    const entries = [...(await this.#entries())].sort((a, b) => a.usedAt - b.usedAt);
    let total = entries.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size, usedAt } of entries) {
      const isTemporary = basename(path).startsWith(TEMPORARY);
      const isAbandoned = isTemporary && Date.now() - usedAt > ABANDONED_MS;
      if (!isAbandoned && (isTemporary || total <= this.maxBytes)) continue;
      await rm(path, { force: true });
      total -= size;
    }
  }
}

/** Compiles through a cache, if there is one. @throws what `client.compile` throws */
export async function compileThrough(
  cache: CompileCache | undefined,
  client: Client,
  request: CompileRequest,
  options: WaitOptions = {},
): Promise<CachedCompilation> {
  if (cache !== undefined) return cache.compile(client, request, options);
  return {
    executable: await client.compile(request, options),
    fromCache: false,
    reason: "there is no cache",
  };
}
