/** @file For tests: one call of the file system after the other fails, so that each place that makes one is tried. */
import { promises } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";

const BY_PATH = [
  ...["access", "chmod", "copyFile", "link", "lstat", "mkdir", "mkdtemp", "open", "readFile", "readdir"],
  ...["readlink", "realpath", "rename", "rm", "rmdir", "stat", "symlink", "truncate", "unlink", "utimes"],
  "writeFile",
] as const;
const BY_HANDLE = [
  "chmod",
  "close",
  "datasync",
  "read",
  "stat",
  "sync",
  "truncate",
  "write",
  "writeFile",
] as const;

// biome-ignore lint/suspicious/noExplicitAny: calls are handed on as they are.
type Call = (...given: any[]) => Promise<any>;

/** What became of the calls of one run. */
export interface Calls {
  /** The name of the one that failed; undefined when there were fewer. */
  readonly failed: string | undefined;
  /** Files that were opened and not closed. */
  readonly left: number;
}

/** Runs something while call number `n` (from 0) of `node:fs/promises` in a folder fails with EIO: the file is closed where that is to close it. */
export async function withFailingCall(folder: string, n: number, run: () => Promise<void>): Promise<Calls> {
  const own = promises as unknown as Record<string, Call>;
  const before = BY_PATH.map((name) => [name, own[name]!] as const);
  const handles: FileHandle[] = [];
  let count = 0;
  let failed: string | undefined;

  const counted =
    (name: string, call: Call, isClose = false): Call =>
    async (...given) => {
      if (count++ !== n) return call(...given);
      failed = name;
      if (isClose) await call(...given);
      throw Object.assign(new Error(`EIO: i/o error, ${name}`), { code: "EIO", syscall: name });
    };
  const watch = (handle: FileHandle): FileHandle => {
    handles.push(handle);
    const methods = handle as unknown as Record<string, Call>;
    for (const name of BY_HANDLE)
      methods[name] = counted(`${name} of a file`, methods[name]!.bind(handle), name === "close");
    return handle;
  };
  const isInside = (path: unknown) => resolve(String(path)).startsWith(folder + sep);
  for (const [name, call] of before) {
    const failing = counted(name, call);
    own[name] = async (...given) => {
      if (!isInside(given[0])) return call(...given);
      const result = await failing(...given);
      return name === "open" ? watch(result) : result;
    };
  }
  syncBuiltinESMExports();
  try {
    await run();
  } finally {
    for (const [name, call] of before) own[name] = call;
    syncBuiltinESMExports();
  }
  return { failed, left: handles.filter(({ fd }) => fd !== -1).length };
}
