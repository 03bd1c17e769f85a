/** @file For tests: something else comes to a place, or is written into it, after one call of the file system or another, as an attacker or a second process would do it. */
import { promises } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";
import type { Call } from "./failing-calls.js";

const BY_PATH = ["access", "lstat", "open", "readFile", "readdir", "realpath", "stat"] as const;
const BY_HANDLE = ["read", "readFile", "stat"] as const;

/** Runs something; after call number `n` (from 0) that looks at `place`, or at what lies in it, `swap` is called. @returns whether there were so many */
export async function withSwapAfter(
  place: string,
  n: number,
  swap: () => Promise<void>,
  run: () => Promise<void>,
): Promise<boolean> {
  const own = promises as unknown as Record<string, Call>;
  const before = BY_PATH.map((name) => [name, own[name]!] as const);
  let count = 0;
  const giveBack = (): void => {
    for (const [name, call] of before) own[name] = call;
    syncBuiltinESMExports();
  };
  /** The swap itself makes calls, which are not counted. */
  let isSwapping = false;
  const counted =
    (call: Call): Call =>
    async (...given) => {
      try {
        return await call(...given);
      } finally {
        if (!isSwapping && count++ === n) {
          isSwapping = true;
          await swap();
          isSwapping = false;
        }
      }
    };
  const watch = (handle: FileHandle): FileHandle => {
    const methods = handle as unknown as Record<string, Call>;
    for (const name of BY_HANDLE) methods[name] = counted(methods[name]!.bind(handle));
    return handle;
  };
  for (const [name, call] of before) {
    const watched = counted(call);
    own[name] = async (...given) => {
      const path = resolve(String(given[0]));
      if (isSwapping || (path !== place && !path.startsWith(place + sep))) return call(...given);
      const result = await watched(...given);
      return name === "open" ? watch(result) : result;
    };
  }
  syncBuiltinESMExports();
  try {
    await run();
  } finally {
    giveBack();
  }
  return count > n;
}
