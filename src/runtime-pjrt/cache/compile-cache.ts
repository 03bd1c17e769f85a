/** @file Compiled programs on disk, from one run to the next. */
import { randomBytes } from "node:crypto";
import { readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Environment } from "../../support/environment.js";
import { reached } from "../../support/failpoints.js";
import { makeFolders } from "../../support/folders.js";
import { MachineKey, machineKey } from "../../support/machine-key.js";
import { folderProblem, type NotOwned, readOwned } from "../../support/owned.js";
import { type WaitOptions, waitFor, WAIT_OPTIONS } from "../../support/wait.js";
import type { Client } from "../client.js";
import type { CompileRequest } from "../compile.js";
import type { Executable } from "../executable.js";
import { expectMethod, expectRequest } from "../given.js";
import { cacheFolder, keyFolder } from "../install/cache-folder.js";
import { decodeEntry, encodeEntry } from "./entry.js";
import { cacheKey } from "./key.js";
import { type OptionNames, checkOptions, pickOptions } from "../../support/options.js";

/** Where compiled programs are kept, and how many bytes of them. */
export interface CompileCacheOptions {
  /** Variables that say where the cache folder is; this process's by default. */
  readonly env?: Environment | undefined;
  /** Default: `programs` in the cache folder. */
  readonly folder?: string;
  /** Past this, those not used for longest go. Default 4 GiB. */
  readonly maxBytes?: number;
  /** Where the key lies that signs the entries. Default: `trust` in the cache folder. */
  readonly keyFolder?: string;
  /** Is told, once each, why nothing is loaded or kept: a line with what to do. */
  readonly onProblem?: ((problem: string) => void) | undefined;
}

export const COMPILE_CACHE_OPTIONS: OptionNames<CompileCacheOptions> = {
  env: true,
  folder: true,
  maxBytes: true,
  keyFolder: true,
  onProblem: true,
};

/** When to stop waiting for a program, and what is done before one is compiled that was not kept. */
export interface CacheOptions extends WaitOptions {
  /** Is called when the program is not there, before it is compiled; what it throws is thrown. */
  readonly beforeCompile?: (() => void) | undefined;
}

export const CACHE_OPTIONS: OptionNames<CacheOptions> = {
  ...WAIT_OPTIONS,
  beforeCompile: true,
};

/** A program, and whether it came from the cache; if not, why. */
export interface CachedCompilation {
  readonly executable: Executable;
  readonly fromCache: boolean;
  readonly reason: string;
}

/** Where an entry lies, and what signs it. */
interface Place {
  readonly machine: MachineKey;
  readonly key: string;
  readonly path: string;
}

const firstLine = (error: unknown): string =>
  error instanceof Error ? error.message.split("\n")[0]! : String(error);

const SUFFIX = ".program";
const TEMPORARY = ".partial-";
const ABANDONED_MS = 10 * 60_000;

/**
 * Compiled programs by key: program, options, plugin file, device kinds, processor, compiler variables. Files appear whole or not at
 * all, so any number of processes may share the folder. A bad entry is rejected with a reason and rebuilt. Entries are native code: the
 * folder and each file must be this user's and not writable by others, and each entry is signed with the key of this machine.
 */
export class CompileCache {
  readonly folder: string;
  readonly maxBytes: number;
  /** Where the key lies that signs the entries. */
  readonly keyFolder: string;
  readonly #onProblem: ((problem: string) => void) | undefined;
  readonly #told = new Set<string>();

  constructor(options: CompileCacheOptions = {}) {
    checkOptions("new CompileCache", options, COMPILE_CACHE_OPTIONS);
    const {
      env,
      folder = join(cacheFolder(env), "programs"),
      maxBytes = 4 * 2 ** 30,
      keyFolder: keys = keyFolder(env),
      onProblem,
    } = options;
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.keyFolder = keys;
    this.#onProblem = onProblem;
  }

  /** Why it takes and keeps nothing; undefined when it does. Tells `onProblem` too. */
  async problem(): Promise<string | undefined> {
    const key = await this.#key();
    return key instanceof MachineKey ? undefined : this.#refuse(key);
  }

  /**
   * Loads the program if it was compiled before, else compiles and keeps it.
   * @throws what `client.compile` throws; never for the cache's sake
   */
  compile(client: Client, request: CompileRequest, options: CacheOptions = {}): Promise<CachedCompilation> {
    checkOptions("CompileCache.compile", options, CACHE_OPTIONS);
    expectMethod("what CompileCache.compile compiles with", client, "compile", "a client");
    expectRequest(request);
    const release = ({ executable }: CachedCompilation) => executable.close();
    return waitFor("compile", options, () => this.#compile(client, request, options), release);
  }

  async #compile(
    client: Client,
    request: CompileRequest,
    { beforeCompile = () => undefined }: CacheOptions,
  ): Promise<CachedCompilation> {
    const machine = await this.#key();
    if (!(machine instanceof MachineKey)) {
      const reason = this.#refuse(machine);
      beforeCompile();
      return { executable: await client.compile(request), fromCache: false, reason };
    }
    const key = await cacheKey(client, request);
    const path = join(this.folder, key + SUFFIX);
    const loaded = await this.#load(client, request, { machine, key, path });
    if (typeof loaded !== "string") return { executable: loaded, fromCache: true, reason: "compiled before" };
    beforeCompile();
    const executable = await client.compile(request);
    const kept = await this.#keep(executable, client, { machine, key, path });
    if (kept !== undefined) this.#tell(`compiled programs are not kept for the next time: ${kept}`);
    return {
      executable,
      fromCache: false,
      reason: kept === undefined ? loaded : `${loaded}; not kept: ${kept}`,
    };
  }

  /** The key of this machine, or why neither it nor the folder can be relied on. */
  async #key(): Promise<MachineKey | NotOwned> {
    try {
      return (await folderProblem(this.folder)) ?? (await machineKey(this.keyFolder));
    } catch (error) {
      return { problem: firstLine(error), hint: "set STABLEGRIFFIN_CACHE to a folder of your own" };
    }
  }

  #refuse({ problem, hint }: NotOwned): string {
    const reason = `the compile cache is not used: ${problem}; ${hint}`;
    this.#tell(reason);
    return reason;
  }

  #tell(problem: string): void {
    if (this.#told.has(problem)) return;
    this.#told.add(problem);
    this.#onProblem?.(problem);
  }

  /** The program, or why there is none. */
  async #load(
    client: Client,
    request: CompileRequest,
    { machine, key, path }: Place,
  ): Promise<Executable | string> {
    const file = await readOwned(path).catch(() => undefined);
    if (file === undefined) return "not compiled before";
    const entry = "problem" in file ? { rejected: file.problem } : decodeEntry(machine, key, file);
    const refused = async (reason: string) => {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
      return `entry rejected: ${reason}`;
    };
    if ("rejected" in entry) return refused(entry.rejected);
    try {
      const executable = await client.deserialize(entry.program, request.signature);
      await utimes(path, new Date(), new Date()).catch(() => undefined);
      return executable;
    } catch (error) {
      return refused(firstLine(error));
    }
  }

  /** Writes an entry; why not, if it could not. */
  async #keep(
    executable: Executable,
    client: Client,
    { machine, key, path }: Place,
  ): Promise<string | undefined> {
    const temporary = join(this.folder, TEMPORARY + randomBytes(8).toString("hex"));
    try {
      const bytes = encodeEntry(machine, key, basename(client.plugin.path), executable.program.serialize());
      await makeFolders(this.folder, 0o700);
      await writeFile(temporary, bytes, { mode: 0o600, flag: "wx" });
      reached("keep");
      await rename(temporary, path);
      await this.#trim().catch((error: unknown) =>
        this.#tell(`programs that were not used for long are not removed: ${firstLine(error)}`),
      );
      return undefined;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      return firstLine(error);
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
  options: CacheOptions = {},
): Promise<CachedCompilation> {
  checkOptions("compileThrough", options, CACHE_OPTIONS);
  if (cache !== undefined) return cache.compile(client, request, options);
  options.beforeCompile?.();
  return {
    executable: await client.compile(request, pickOptions(options, WAIT_OPTIONS)),
    fromCache: false,
    reason: "there is no cache",
  };
}
