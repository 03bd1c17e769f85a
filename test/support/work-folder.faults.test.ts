import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { formatHolder, type Holder, thisHolder } from "../../src/support/holder.js";
import { LEASE_MS } from "../../src/support/lease.js";
import { makeFolder } from "../../src/support/whole.js";
import { makeWorkFolder, removeAbandoned, removeHeld } from "../../src/support/work-folder.js";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-work-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * The work of a holder that differs from this process, with "old" set aside, renewed so many ms ago; its name.
 * @param hasLease whether the holder came to write one
 */
async function leave(
  parent: string,
  holder: Partial<Holder>,
  agoMs = 0,
  { hasLease = true }: { readonly hasLease?: boolean } = {},
): Promise<string> {
  const name = `.griffin-partial-${formatHolder({ ...thisHolder(), ...holder })}-${"0".repeat(16)}`;
  const folder = join(parent, name);
  await mkdir(join(folder, "replaced"), { recursive: true });
  await writeFile(join(folder, "replaced", "old"), "old");
  const time = new Date(Date.now() - agoMs);
  if (hasLease) {
    await writeFile(join(folder, "lease"), "");
    await utimes(join(folder, "lease"), time, time);
  }
  await utimes(folder, time, time);
  return name;
}

async function exitedProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid!;
}

/** As of another machine, boot, or container. */
const elsewhere = { machine: "0123456789abcdef" };

describe("work of another process", () => {
  test("that lives stays, however long it was not renewed: it may be stopped", async () => {
    const parent = await newFolder();
    const name = await leave(parent, {}, 10 * LEASE_MS);
    await removeAbandoned(parent);
    expect(await readdir(parent)).toEqual([name]);
  });

  test.each([true, false])(
    "that has ended goes at once, with a lease (%s) or before it had one",
    async (hasLease) => {
      const parent = await newFolder();
      await leave(parent, { pid: await exitedProcess() }, 0, { hasLease });
      await removeAbandoned(parent);
      expect([await readdir(parent), await readFile(join(parent, "old"), "utf8")]).toEqual([["old"], "old"]);
    },
  );

  test("whose process id another process has now goes at once", async () => {
    const parent = await newFolder();
    await leave(parent, { started: 1 });
    await removeAbandoned(parent);
    expect(await readdir(parent)).toEqual(["old"]);
  });

  test("elsewhere stays while its lease is renewed, whether its process id is one here or not", async () => {
    const parent = await newFolder();
    const names = [
      await leave(parent, { ...elsewhere, pid: await exitedProcess() }, LEASE_MS / 2),
      await leave(parent, elsewhere, LEASE_MS / 2),
      await leave(parent, { ...elsewhere, started: 0 }, LEASE_MS / 2, { hasLease: false }),
    ];
    await removeAbandoned(parent);
    expect((await readdir(parent)).sort()).toEqual(names.sort());
  });

  test.each([true, false])(
    "elsewhere goes when its lease (%s), or its folder without one, has expired",
    async (hasLease) => {
      const parent = await newFolder();
      await leave(parent, elsewhere, LEASE_MS + 10_000, { hasLease });
      await removeAbandoned(parent);
      expect(await readdir(parent)).toEqual(["old"]);
    },
  );

  test("that is no work of ours stays: another name, a file, however old", async () => {
    const parent = await newFolder();
    await mkdir(join(parent, ".griffin-partial-mine"));
    await mkdir(join(parent, ".partial-1-aa"));
    await writeFile(join(parent, ".griffin-partial-0123456789abcdef-1-1-0123456789abcdef"), "");
    for (const name of await readdir(parent)) await utimes(join(parent, name), 0, 0);
    await removeAbandoned(parent);
    expect((await readdir(parent)).sort()).toEqual([
      ".griffin-partial-0123456789abcdef-1-1-0123456789abcdef",
      ".griffin-partial-mine",
      ".partial-1-aa",
    ]);
  });

  test("is taken by one of several that find it", async () => {
    const parent = await newFolder();
    await leave(parent, { started: 1 });
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
