/** @file Files and folders that appear whole or not at all: made in a folder of their own beside the place, then renamed. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { link, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { reached } from "./whole-steps.js";

const PREFIX = ".partial-";

/** Within a work folder: what was at the place before, until the new one is there. */
const REPLACED = "replaced";

/** What happens to something that is at the place already: it stays, it goes when the new one is whole, or that is an error. */
export type OnExisting = "keep" | "replace" | "refuse";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const hasCode =
  (...codes: readonly string[]) =>
  (error: unknown): boolean =>
    codes.includes((error as NodeJS.ErrnoException).code ?? "");

const isMissing = hasCode("ENOENT");
const isTaken = hasCode("ENOTEMPTY", "EEXIST", "ENOTDIR", "EISDIR");

/** Puts back what a killed process had set aside; nobody would look for it there. */
async function restoreReplaced(work: string, parent: string): Promise<void> {
  for (const name of await readdir(join(work, REPLACED)).catch(() => [])) {
    const place = join(parent, name);
    if (!existsSync(place)) await rename(join(work, REPLACED, name), place);
  }
}

/** Removes what processes that are no longer there left half done in a folder. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number(name.slice(PREFIX.length).split("-")[0]);
    if (isAlive(pid)) continue;
    await restoreReplaced(join(folder, name), folder);
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Makes a folder of its own in `parent` for work in progress. The caller removes it; if its process is killed, the next one that
 * works in `parent` does.
 */
export async function makeWorkFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const work = join(parent, `${PREFIX}${process.pid}-${randomBytes(6).toString("hex")}`);
  await mkdir(work);
  reached("makeWork");
  return work;
}

async function withWorkFolder(parent: string, run: (work: string) => Promise<void>): Promise<void> {
  const work = await makeWorkFolder(parent);
  try {
    await run(work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  reached("removeOld");
}

/** Waits until a folder's list of names is on the disk; systems that cannot, do not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
  reached("sync");
}

/** Two renames, the old one aside and the new one in; again if somebody put another one there between them. */
async function replaceFolder(result: string, target: string, work: string): Promise<void> {
  await mkdir(join(work, REPLACED), { recursive: true });
  const aside = join(work, REPLACED, basename(target));
  for (;;) {
    await rename(target, aside).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    reached("setAside");
    try {
      return await rename(result, target);
    } catch (error) {
      if (!isTaken(error)) {
        await rename(aside, target).catch(() => undefined);
        throw error;
      }
      await rm(aside, { recursive: true, force: true });
    }
  }
}

/**
 * Makes a folder whole or not at all: `fill` works in a temporary folder beside it (`work`, removed afterwards) and puts what is
 * to stay into `result`. By default a folder that another process made meanwhile stays.
 * @throws what the file system says; EEXIST or ENOTEMPTY for "refuse" when something is there
 */
export async function makeFolder(
  target: string,
  fill: (folders: { readonly work: string; readonly result: string }) => Promise<void>,
  onExisting: OnExisting = "keep",
): Promise<void> {
  const place = resolve(target);
  await withWorkFolder(dirname(place), async (work) => {
    const result = join(work, "result");
    await mkdir(result);
    await fill({ work, result });
    reached("write");
    if (onExisting === "replace") await replaceFolder(result, place, work);
    else
      await rename(result, place).catch((error: unknown) => {
        if (onExisting === "refuse" || !existsSync(place)) throw error;
      });
    reached("renameIn");
    await syncFolder(dirname(place));
  });
}

/**
 * Makes a file whole or not at all; `fill` writes it at `result`.
 * @throws what the file system says; EEXIST for "refuse" when something is there
 */
export async function makeFile(
  target: string,
  fill: (result: string) => Promise<void>,
  onExisting: Exclude<OnExisting, "keep">,
): Promise<void> {
  const place = resolve(target);
  await withWorkFolder(dirname(place), async (work) => {
    const result = join(work, "result");
    await fill(result);
    reached("write");
    if (onExisting === "replace") await rename(result, place);
    else await link(result, place);
    reached("renameIn");
    await syncFolder(dirname(place));
  });
}
