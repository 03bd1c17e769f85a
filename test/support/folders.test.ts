import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFolders } from "../../src/support/folders.js";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-folders-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("a folder is made with those above it, by several at once, and again", async () => {
  const path = join(await newFolder(), "a/b/c");
  await Promise.all([makeFolders(path), makeFolders(path), makeFolders(path, 0o700)]);
  await makeFolders(path);
  expect((await stat(path)).isDirectory()).toBe(true);
});

test("a folder in a file is an error", async () => {
  const file = join(await newFolder(), "file");
  await writeFile(file, "");
  await expect(makeFolders(file)).rejects.toThrow("EEXIST");
  await expect(makeFolders(join(file, "a/b"))).rejects.toThrow("ENOTDIR");
});

test.runIf(process.platform === "linux")(
  "where the system makes none and says that there is none, it ends",
  async () => {
    await expect(makeFolders("/proc/none/of/these")).rejects.toThrow("ENOENT");
  },
);
