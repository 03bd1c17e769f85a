/** @file Files and folders that appear whole or not at all: made in a folder of their own beside the place, then renamed. */
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { chmod, link, mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { EnvironmentError } from "./errors.js";
import { reached } from "./failpoints.js";
import { type OutputPlace, outputPlace } from "./output-place.js";
import { makeWorkFolder, type WorkFolder } from "./work-folder.js";

/** What happens to something that is at the place already: it stays, it goes when the new one is whole, or that is an error. */
export type OnExisting = "keep" | "replace" | "refuse";

const hasCode =
  (...codes: readonly string[]) =>
  (error: unknown): boolean =>
    codes.includes((error as NodeJS.ErrnoException).code ?? "");

const isMissing = hasCode("ENOENT");
const isMountPoint = hasCode("EBUSY");
const isTaken = hasCode("ENOTEMPTY", "EEXIST", "ENOTDIR", "EISDIR");

async function withWorkFolder(place: string, run: (work: WorkFolder) => Promise<void>): Promise<void> {
  const work = await makeWorkFolder(dirname(place));
  try {
    await run(work);
  } catch (error) {
    throw (await work.isLost()) ? lostError(place, error) : error;
  } finally {
    await work.remove();
  }
  reached("removeOld");
}

const lostError = (place: string, cause: unknown): EnvironmentError =>
  new EnvironmentError({
    message: `${place} was not made: another process took its half-made files for abandoned, and removed them`,
    hint: "was this process or its machine stopped for minutes? start it again",
    cause,
  });

/** Waits until a folder's list of names is on the disk; systems that cannot, do not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
  reached("sync");
}

/** Two renames, the old one aside and the new one in; again if somebody put another one there between them. */
async function replaceFolder(result: string, target: string, work: WorkFolder): Promise<void> {
  await mkdir(work.aside, { recursive: true });
  const aside = join(work.aside, basename(target));
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
 * @throws what the file system says; EEXIST or ENOTEMPTY for "refuse" when something is there; EnvironmentError when this process was
 * stopped for so long that another has removed its work
 */
export async function makeFolder(
  target: string,
  fill: (folders: { readonly work: string; readonly result: string }) => Promise<void>,
  onExisting: OnExisting = "keep",
): Promise<void> {
  const place = resolve(target);
  await withWorkFolder(place, async (work) => {
    const result = join(work.path, "result");
    await mkdir(result);
    await fill({ work: work.path, result });
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
 * Makes a file whole or not at all; `fill` writes it at `result`. To replace is to follow links and to keep permissions; what cannot be
 * replaced by a rename (a pipe, a device, `/dev/stdout`, a mounted file) is written to when all of `result` is there.
 * @throws what the file system says; EEXIST for "refuse" when something is there; EnvironmentError when this process was stopped for so
 * long that another has removed its work
 */
export async function makeFile(
  target: string,
  fill: (result: string) => Promise<void>,
  onExisting: Exclude<OnExisting, "keep">,
): Promise<void> {
  if (onExisting === "refuse") return makeNewFile(resolve(target), fill);
  const place = await outputPlace(target);
  if (place.kind === "file") return replaceFile(place, fill);
  await withWorkFolder(join(tmpdir(), "output"), async (work) => {
    const result = join(work.path, "result");
    await fill(result);
    await copyInto(result, place);
  });
}

/**
 * Writes text or bytes to a file, which holds the old content or the new, never a part of it; to a pipe, a device or `/dev/stdout` as they are.
 * @throws what the file system says
 */
export async function writeWhole(target: string, content: string | Uint8Array): Promise<void> {
  const place = await outputPlace(target);
  if (place.kind === "inPlace") return writeFile(place.path, content, { flag: place.flag });
  await replaceFile(place, (result) => writeFile(result, content, { flag: "wx", flush: true }));
}

async function makeNewFile(place: string, fill: (result: string) => Promise<void>): Promise<void> {
  await withWorkFolder(place, async (work) => {
    const result = join(work.path, "result");
    await fill(result);
    reached("write");
    await link(result, place);
    reached("renameIn");
    await syncFolder(dirname(place));
  });
}

async function replaceFile(
  { path: place, mode }: Extract<OutputPlace, { kind: "file" }>,
  fill: (result: string) => Promise<void>,
): Promise<void> {
  await withWorkFolder(place, async (work) => {
    const result = join(work.path, "result");
    await fill(result);
    // Some file systems, as of other machines, have no permissions to set.
    if (mode !== undefined && ((await stat(result)).mode & 0o777) !== mode) await chmod(result, mode);
    reached("write");
    await rename(result, place).catch((error: unknown) => {
      if (!isMountPoint(error)) throw error;
      return copyInto(result, { kind: "inPlace", path: place, flag: "w" });
    });
    reached("renameIn");
    await syncFolder(dirname(place));
  });
}

async function copyInto(
  result: string,
  { path, flag }: Extract<OutputPlace, { kind: "inPlace" }>,
): Promise<void> {
  await pipeline(createReadStream(result), createWriteStream(path, { flags: flag }));
}
