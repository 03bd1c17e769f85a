/** @file For tests: one call of the file system after the other fails, so that each place that makes one is tried. */
import { promises } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";

const BY_PATH = [
  ...[
    "access",
    "appendFile",
    "chmod",
    "copyFile",
    "link",
    "lstat",
    "mkdir",
    "mkdtemp",
    "open",
    "readFile",
    "readdir",
  ],
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

const WORDS = {
  EIO: "EIO: i/o error",
  ENOSPC: "ENOSPC: no space left on device",
  EACCES: "EACCES: permission denied",
} as const;

// biome-ignore lint/suspicious/noExplicitAny: calls are handed on as they are.
export type Call = (...given: any[]) => Promise<any>;

/** What became of the calls of one run. */
export interface Calls {
  /** The name of the one that failed; undefined when there were fewer. */
  readonly failed: string | undefined;
  /** Files that were opened and not closed. */
  readonly left: number;
}

/** How a call fails: by a code of the system, or as a disk that is full does, when half is written. */
export type Failure = "EIO" | "ENOSPC" | "EACCES" | "half written";

/** Runs something while call number `n` (from 0) of `node:fs/promises` in a folder fails: the file is closed where that is to close it. */
export async function withFailingCall(
  folder: string,
  n: number,
  run: () => Promise<void>,
  failure: Failure = "EIO",
): Promise<Calls> {
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
      if (failure === "half written" && name === "writeFile") {
        const [path, content, ...rest] = given;
        await call(path, content.subarray(0, content.length >> 1), ...rest);
      }
      const code = failure === "half written" ? "ENOSPC" : failure;
      throw Object.assign(new Error(`${WORDS[code]}, ${name}`), { code, syscall: name });
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
