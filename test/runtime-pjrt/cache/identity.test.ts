import { copyFile, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { libraryHash, notedHash } from "../../../src/runtime-pjrt/cache/identity.js";
import { sha256 } from "../../../src/support/hash.js";

let folder: string;
let library: string;
/** Where the notes are. */
let notes: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "identity-"));
  library = join(folder, "plugin.so");
  notes = join(folder, "cache", "library-hashes");
  vi.stubEnv("STABLEGRIFFIN_CACHE", join(folder, "cache"));
  await writeFile(library, "one");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test("a library that was changed has another hash, also with its size and the time of its content set back", async () => {
  const time = new Date("2026-01-01T00:00:00Z");
  await utimes(library, time, time);
  expect(await libraryHash(library)).toBe(sha256("one"));
  // Clocks of file systems go by a few ms at a time.
  await sleep(20);
  await writeFile(library, "two");
  await utimes(library, time, time);
  expect(await libraryHash(library)).toBe(sha256("two"));
});

describe("the noted hash", () => {
  const note = async (): Promise<string> => join(notes, (await readdir(notes))[0]!);

  test("is taken as this machine wrote it: the library is not read again", async () => {
    expect(await notedHash(library, "id")).toBe(sha256("one"));
    await writeFile(library, "two");
    expect(await notedHash(library, "id")).toBe(sha256("one"));
  });

  test.each([
    ["without a code", () => sha256("forged")],
    ["with a code of another", () => `${sha256("forged")} ${"0".repeat(64)}`],
    ["that is empty", () => ""],
  ])("%s is not believed, and written anew", async (_, content) => {
    await notedHash(library, "id");
    await writeFile(await note(), content());
    expect(await notedHash(library, "id")).toBe(sha256("one"));
    await writeFile(library, "two");
    expect(await notedHash(library, "id")).toBe(sha256("one"));
  });

  test("of another library in its place is not believed", async () => {
    await notedHash(library, "id");
    const mine = await note();
    await writeFile(library, "two");
    await notedHash(library, "other id");
    const [other] = (await readdir(notes)).map((name) => join(notes, name)).filter((path) => path !== mine);
    await copyFile(other!, mine);
    await writeFile(library, "three");
    expect(await notedHash(library, "id")).toBe(sha256("three"));
  });

  test("without a key of the machine is not kept", async () => {
    await writeFile(join(folder, "cache"), "");
    expect(await notedHash(library, "id")).toBe(sha256("one"));
  });
});
