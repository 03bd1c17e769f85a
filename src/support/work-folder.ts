/** @file Folders for work in progress: they go when the work is done, fails or is stopped; if its process is killed, with the next one. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { reached } from "./failpoints.js";
import { makeFolders } from "./folders.js";
import { formatHolder, type Holder, parseHolder, thisHolder } from "./holder.js";
import { isAbandoned, type Lease, takeLease } from "./lease.js";

const NAME = /^\.griffin-partial-(.+)-[0-9a-f]{16}$/;

/** `.griffin-partial-HOLDER-RANDOM` */
const newName = (): string =>
  `.griffin-partial-${formatHolder(thisHolder())}-${randomBytes(8).toString("hex")}`;

const holderOf = (name: string): Holder | undefined => parseHolder(NAME.exec(name)?.[1] ?? "");

/** Within a work folder: the work itself; what was at its place before, until the new one is there; abandoned work that was taken in. */
const WORK = "work";
const REPLACED = "replaced";
const TAKEN = "taken";

/** A folder for work in progress, this process's until it is removed. */
export interface WorkFolder extends AsyncDisposable {
  /** An empty folder at first. */
  readonly path: string;
  /** Where something beside the work folder may be set aside: it is put back if the work ends before another takes its place. */
  readonly aside: string;
  /** Whether another process has taken it for abandoned, as after five minutes in which this one was stopped. */
  isLost(): Promise<boolean>;
  /** Removes it with all that is in it. Never throws: what cannot be removed now is left to the next process. */
  remove(): Promise<void>;
}

/** Those of this process, and the folders that they are in. */
const held = new Map<string, string>();

const STOPS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
let removesWhenStopped = false;

/**
 * From now on a signal that ends this process removes its work first. For programs, not for libraries: whose process it is decides what
 * signals do. They are listened to only while there is work, for a process that computes comes to listen late.
 */
export function removeWhenStopped(): void {
  removesWhenStopped = true;
}

/** How many want an interrupt for themselves. */
let interruptTakers = 0;

/** Until the returned function is called, an interrupt (Ctrl-C) is left to the caller: it ends no process, and removes no work. */
export function takeInterrupts(): () => void {
  let isTaken = true;
  interruptTakers += 1;
  return () => {
    if (isTaken) interruptTakers -= 1;
    isTaken = false;
  };
}

function end(signal: NodeJS.Signals): void {
  if (signal === "SIGINT" && interruptTakers > 0) return;
  removeHeld();
  for (const each of STOPS) process.off(each, end);
  process.kill(process.pid, signal);
}

function hold(folder: string, parent: string): void {
  if (removesWhenStopped && held.size === 0) for (const signal of STOPS) process.on(signal, end);
  held.set(folder, parent);
}

function letGo(folder: string): void {
  held.delete(folder);
  if (held.size === 0) for (const signal of STOPS) process.off(signal, end);
}

/** Puts back what work that has ended had set aside, its own and that of others: nobody would look for it there. */
function restoreReplaced(folder: string, parent: string): void {
  const namesIn = (path: string) => (existsSync(path) ? readdirSync(path) : []);
  for (const name of namesIn(join(folder, REPLACED))) {
    const place = join(parent, name);
    try {
      if (!existsSync(place)) renameSync(join(folder, REPLACED, name), place);
    } catch (error) {
      // Another put something there just now: then nothing is to be put back.
      if (!existsSync(place)) throw error;
    }
  }
  for (const name of namesIn(join(folder, TAKEN))) restoreReplaced(join(folder, TAKEN, name), parent);
}

/** The work folders in a folder, but for those that are in use here. Of other users there may be some with such a name: they are theirs. */
async function workFoldersIn(parent: string): Promise<ReadonlyMap<string, Holder>> {
  const found = new Map<string, Holder>();
  for (const name of await readdir(parent).catch(() => [])) {
    const holder = holderOf(name);
    if (holder === undefined || held.has(join(parent, name))) continue;
    const stats = await lstat(join(parent, name)).catch(() => undefined);
    if (stats?.isDirectory() === true && stats.uid === (process.getuid?.() ?? stats.uid))
      found.set(name, holder);
  }
  return found;
}

/** Takes abandoned work in, and puts back what it had set aside. */
async function takeAbandoned(own: string, parent: string, { takenAt }: Lease): Promise<void> {
  for (const [name, holder] of await workFoldersIn(parent)) {
    if (!(await isAbandoned(join(parent, name), holder, takenAt))) continue;
    await mkdir(join(own, TAKEN), { recursive: true });
    // Of several processes one succeeds.
    await rename(join(parent, name), join(own, TAKEN, name)).catch(() => undefined);
  }
  restoreReplaced(own, parent);
}

/** Removes what processes that are no longer there left half done in a folder, and puts back what they had set aside. */
export async function removeAbandoned(parent: string): Promise<void> {
  if ((await workFoldersIn(parent)).size === 0) return;
  // Where nothing can be written nothing can be removed either.
  const own = await makeWorkFolder(parent).catch(() => undefined);
  await own?.remove();
}

/**
 * Makes a folder of its own in `parent` for work in progress; removes abandoned ones first. The caller removes it; if its process is
 * killed, the next one that works in `parent` does.
 * @throws what the file system says
 */
export async function makeWorkFolder(parent: string): Promise<WorkFolder> {
  await makeFolders(parent);
  const folder = join(parent, newName());
  await mkdir(folder, { mode: 0o700 });
  hold(folder, parent);
  let lease: Lease | undefined;
  const remove = async () => {
    await lease?.release();
    await removeFolder(folder, parent);
  };
  try {
    const own = await takeLease(folder);
    lease = own;
    await takeAbandoned(folder, parent, own);
    const path = join(folder, WORK);
    await mkdir(path);
    reached("makeWork");
    const isLost = async () => !(await own.isHeld());
    return { path, aside: join(folder, REPLACED), isLost, remove, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What cannot be put back stays in the folder, for the next process. */
async function removeFolder(folder: string, parent: string): Promise<void> {
  try {
    restoreReplaced(folder, parent);
    await rm(folder, { recursive: true, force: true });
  } catch {
    // Told by nobody: the work itself is done, or its own failure is told.
  } finally {
    letGo(folder);
  }
}

/** Ends all work of this process, at once: puts back what it had set aside, and removes its folders. For a process that is to end. */
export function removeHeld(): void {
  for (const [folder, parent] of held) {
    try {
      restoreReplaced(folder, parent);
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // The next process does.
    }
  }
  held.clear();
}
