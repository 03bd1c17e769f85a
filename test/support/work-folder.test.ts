import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Holder, LEASE_MS, thisHolder } from "../../src/support/lease.js";
import { makeFolder } from "../../src/support/whole.js";
import { makeWorkFolder, removeAbandoned, removeHeld } from "../../src/support/work-folder.js";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-work-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const nameOf = (digit: string): string => `.griffin-partial-${digit.repeat(16)}`;

/** Work that its holder left, or works on, with "old" set aside; renewed so many ms ago. */
async function leave(parent: string, digit: string, holder: Partial<Holder> | undefined, agoMs = 0) {
  const folder = join(parent, nameOf(digit));
  await mkdir(join(folder, "replaced"), { recursive: true });
  await writeFile(join(folder, "replaced", "old"), "old");
  const time = new Date(Date.now() - agoMs);
  if (holder !== undefined) {
    await writeFile(join(folder, "lease"), JSON.stringify({ ...thisHolder(), ...holder }));
    await utimes(join(folder, "lease"), time, time);
  }
  await utimes(folder, time, time);
}

async function exitedProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid!;
}

const foreign: readonly [string, Partial<Holder>][] = [
  ["another machine", { host: "elsewhere", boot: "another" }],
  ["the same machine before it was started anew", { boot: "another" }],
  ["another container", { namespace: "pid:[1]" }],
];

describe("work of another process", () => {
  test("that lives stays, however long it was not renewed: it may be stopped", async () => {
    const parent = await newFolder();
    await leave(parent, "a", {}, 10 * LEASE_MS);
    await removeAbandoned(parent);
    expect(await readdir(parent)).toEqual([nameOf("a")]);
  });

  test("that has ended goes at once, and what it had set aside is back", async () => {
    const parent = await newFolder();
    await leave(parent, "a", { pid: await exitedProcess() });
    await removeAbandoned(parent);
    expect([await readdir(parent), await readFile(join(parent, "old"), "utf8")]).toEqual([["old"], "old"]);
  });

  test("whose process id another process has now goes at once", async () => {
    const parent = await newFolder();
    await leave(parent, "a", { started: "1" });
    await removeAbandoned(parent);
    expect(await readdir(parent)).toEqual(["old"]);
  });

  test.each(foreign)("on %s stays while its lease is renewed, whatever its process id", async (_, holder) => {
    const parent = await newFolder();
    await leave(parent, "a", { ...holder, pid: await exitedProcess() }, LEASE_MS / 2);
    await leave(parent, "b", holder, LEASE_MS / 2);
    await removeAbandoned(parent);
    expect((await readdir(parent)).sort()).toEqual([nameOf("a"), nameOf("b")]);
  });

  test.each(foreign)("on %s goes when its lease has expired, whatever its process id", async (_, holder) => {
    const parent = await newFolder();
    await leave(parent, "a", holder, LEASE_MS + 10_000);
    await removeAbandoned(parent);
    expect(await readdir(parent)).toEqual(["old"]);
  });

  test("without a lease is as old as its folder", async () => {
    const parent = await newFolder();
    await leave(parent, "a", undefined);
    await removeAbandoned(parent);
    expect(await readdir(parent)).toEqual([nameOf("a")]);
    await leave(parent, "a", undefined, LEASE_MS + 10_000);
    await removeAbandoned(parent);
    expect(await readdir(parent)).toEqual(["old"]);
  });

  test("that is no work of ours stays: another name, a file, however old", async () => {
    const parent = await newFolder();
    await mkdir(join(parent, ".griffin-partial-mine"));
    await mkdir(join(parent, ".partial-1-aa"));
    await writeFile(join(parent, nameOf("c")), "");
    for (const name of await readdir(parent)) await utimes(join(parent, name), 0, 0);
    await removeAbandoned(parent);
    expect((await readdir(parent)).sort()).toEqual([nameOf("c"), ".griffin-partial-mine", ".partial-1-aa"]);
  });

  test("is taken by one of several that find it", async () => {
    const parent = await newFolder();
    await leave(parent, "a", { started: "1" });
    await Promise.all(
      ["1", "2", "3", "4"].map((name) => makeFolder(join(parent, name), () => Promise.resolve())),
    );
    expect((await readdir(parent)).sort()).toEqual(["1", "2", "3", "4", "old"]);
  });
});

test("who was stopped until another took its work says so, and has made nothing", async () => {
  const parent = await newFolder();
  const place = join(parent, "target");
  const failure = await makeFolder(place, async ({ work }) => {
    await rm(dirname(work), { recursive: true });
  }).catch((error: Error) => error.message);
  expect(failure).toBe(
    [
      `environment error: ${place} was not made: another process took its half-made files for abandoned, and removed them`,
      "  hint:     was this process or its machine stopped for minutes? start it again",
    ].join("\n"),
  );
  expect(await readdir(parent)).toEqual([]);
});

test("a process that is to end at once puts back what it had set aside, and removes its work", async () => {
  const parent = await newFolder();
  const work = await makeWorkFolder(parent);
  expect((await stat(dirname(work.path))).mode & 0o777).toBe(0o700);
  await mkdir(work.aside);
  await writeFile(join(work.aside, "old"), "old");
  await writeFile(join(work.path, "half"), "");
  removeHeld();
  expect(await readdir(parent)).toEqual(["old"]);
  await work.remove();
  expect(await readdir(parent)).toEqual(["old"]);
});
