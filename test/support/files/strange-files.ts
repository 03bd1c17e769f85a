/** @file For tests: what somebody may put in the place of a file, so that its reader waits for ever or runs out of memory. */
import { mkdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { execa } from "execa";

/** Things that are no file of a sensible size, by what they are; each function puts one at a path, in the place of what is there. */
export const strangeFiles: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  "a pipe that nobody writes to": (path) => execa("mkfifo", [path]),
  "a link to a device without an end": (path) => symlink("/dev/zero", path),
  "a link to itself": (path) => symlink(path, path),
  "a folder": (path) => mkdir(path),
  "a file of a terabyte": async (path) => {
    await writeFile(path, "");
    await truncate(path, 2 ** 40);
  },
};

/** Puts one of them there. */
export async function replaceBy(what: string, path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await strangeFiles[what]!(path);
}

/** JSON of lists, or of objects, one in the other. */
export const nestedJson = (levels: number, opening: "[" | '{"a":', middle = "0"): string =>
  opening.repeat(levels) + middle + (opening === "[" ? "]" : "}").repeat(levels);
