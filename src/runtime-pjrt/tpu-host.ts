/** @file What libtpu needs to live in a Node process, on machines with a TPU and without. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { EnvironmentError } from "../support/errors.js";
import { endProcess } from "./ffi.js";

/** What libtpu would otherwise ask the cloud's metadata server for, which hangs where there is none. */
const ENVIRONMENT_WITHOUT_TPU = {
  TPU_SKIP_MDS_QUERY: "1",
  TPU_WORKER_HOSTNAMES: "localhost",
  TPU_ACCELERATOR_TYPE: "v5litepod-1",
  // Without a chip there is nothing to lock: several processes may compile.
  ALLOW_MULTIPLE_LIBTPU_LOAD: "1",
};

/** libtpu locks this file; a second process that loads it is ended by libtpu, without a word. */
const LOCK_FILE = "/tmp/libtpu_lockfile";

/** What to do where a TPU is asked for and none is there. */
export const NO_TPU_HINT =
  'no TPU on this machine: run on a TPU host, use another plugin, or compile ahead of time (createTopology("v5e:2x2"))';

/** Whether a library is libtpu, by its name. */
export function isLibtpu(path: string): boolean {
  return /^libtpu/.test(basename(path));
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Whether the kernel shows a TPU to this machine. */
export function hasTpu(): boolean {
  return (
    names("/dev").some((name) => /^accel\d+$/.test(name)) ||
    names("/dev/vfio").some((name) => /^\d+$/.test(name))
  );
}

/** The process, other than this one, that holds libtpu's lock; undefined if none does. */
export function lockHolder(locks: string, inode: number): number | undefined {
  for (const line of locks.split("\n")) {
    const [, pid, file] = /^\d+: \w+ +\w+ +\w+ +(\d+) \w+:\w+:(\d+) /.exec(line) ?? [];
    if (Number(file) === inode && Number(pid) !== process.pid) return Number(pid);
  }
  return undefined;
}

/** @throws EnvironmentError if another process has libtpu: it would end this one */
function checkLock(): void {
  if (process.env.ALLOW_MULTIPLE_LIBTPU_LOAD !== undefined) return;
  const inode = statSync(LOCK_FILE, { throwIfNoEntry: false })?.ino;
  if (inode === undefined || !existsSync("/proc/locks")) return;
  const holder = lockHolder(readFileSync("/proc/locks", "utf8"), inode);
  if (holder === undefined) return;
  throw new EnvironmentError({
    message: `the TPU is in use by process ${holder}`,
    expected: `nobody to hold ${LOCK_FILE}: one process a TPU`,
    hint: "end that process, or set ALLOW_MULTIPLE_LIBTPU_LOAD=1 to compile only",
  });
}

/**
 * Call before loading libtpu. What the user has set stays.
 * @throws EnvironmentError if another process has the TPU
 */
export function prepareForLibtpu(): void {
  if (!hasTpu()) {
    for (const [name, value] of Object.entries(ENVIRONMENT_WITHOUT_TPU)) process.env[name] ??= value;
  }
  checkLock();
  process.on("exit", endWithLibtpu);
}

/**
 * libtpu's threads tick by SIGPROF, and Node resets all signal handlers before it ends: the next tick would kill the process, with
 * exit code 155. So the process ends here, after everyone else's exit listeners, without the teardown of either.
 */
function endWithLibtpu(code: number): void {
  const listeners = process.listeners("exit");
  for (const listener of listeners.slice(listeners.indexOf(endWithLibtpu) + 1)) listener(code);
  endProcess(Number(process.exitCode ?? code));
}
