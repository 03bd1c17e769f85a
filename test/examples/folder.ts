/** @file For tests: an empty folder in which examples run, as the working folder of this process. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** Makes a folder the working one for all tests of a file, after which it is gone. */
export function useFolder(): void {
  const before = process.cwd();
  let folder: string | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "griffin-examples-"));
    process.chdir(folder);
  });
  afterAll(async () => {
    process.chdir(before);
    if (folder !== undefined) await rm(folder, { recursive: true });
  });
}
