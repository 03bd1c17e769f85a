import {
  chmod,
  lstat,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { FAILPOINT } from "../../../src/support/failpoints.js";
import { makeFile, makeFolder, writeWhole } from "../../../src/support/whole.js";

const newFolder = () => mkdtemp(join(tmpdir(), "partial-"));

describe("a folder that appears whole or not at all", () => {
  test("has what was put into it, and no traces", async () => {
    const parent = await newFolder();
    await makeFolder(join(parent, "target"), ({ result }) => writeFile(join(result, "a"), "1"));
    expect([await readdir(parent), await readdir(join(parent, "target"))]).toEqual([["target"], ["a"]]);
  });

  test("is not there after a failure", async () => {
    const parent = await newFolder();
    const failing = makeFolder(join(parent, "target"), async ({ result }) => {
      await writeFile(join(result, "a"), "1");
      throw new Error("no space");
    });
    await expect(failing).rejects.toThrow("no space");
    expect(await readdir(parent)).toEqual([]);
  });

  test("made twice at once is the first one's", async () => {
    const parent = await newFolder();
    const target = join(parent, "target");
    const make = (text: string, wait: () => Promise<unknown>) =>
      makeFolder(target, async ({ result }) => {
        await wait();
        await writeFile(join(result, "a"), text);
      });
    const slow = make("slow", () => fast);
    const fast = make("fast", () => Promise.resolve());
    await Promise.all([slow, fast]);
    expect([await readFile(join(target, "a"), "utf8"), await readdir(parent)]).toEqual(["fast", ["target"]]);
  });

  test("takes the place of the old one, or is refused, as asked", async () => {
    const parent = await newFolder();
    const target = join(parent, "target");
    const make = (name: string, onExisting: "replace" | "refuse") =>
      makeFolder(target, ({ result }) => writeFile(join(result, name), name), onExisting);
    await make("old", "refuse");
    await expect(make("new", "refuse")).rejects.toThrow("ENOTEMPTY");
    expect(await readdir(target)).toEqual(["old"]);
    await make("new", "replace");
    expect([await readdir(parent), await readdir(target)]).toEqual([["target"], ["new"]]);
  });

  test("replaced by several at once is whole, whoever was last", async () => {
    const parent = await newFolder();
    const target = join(parent, "target");
    const names = ["a", "b", "c", "d", "e", "f"];
    await Promise.all(
      names.map((name) => makeFolder(target, ({ result }) => writeFile(join(result, name), name), "replace")),
    );
    expect(await readdir(parent)).toEqual(["target"]);
    expect(await readdir(target)).toHaveLength(1);
  });

  test("is the old one again when the system fails between taking it away and the new one", async () => {
    const parent = await newFolder();
    const target = join(parent, "target");
    const make = (name: string) =>
      makeFolder(target, ({ result }) => writeFile(join(result, name), name), "replace");
    await make("old");
    vi.stubEnv(FAILPOINT, "EIO:setAside");
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(make("new")).rejects.toThrow("EIO: failpoint setAside");
    expect([await readdir(parent), await readdir(target)]).toEqual([["target"], ["old"]]);
  });
});

describe("a file that appears whole or not at all", () => {
  test("takes the place of the old one, or is refused, as asked", async () => {
    const parent = await newFolder();
    const target = join(parent, "target");
    const make = (text: string, onExisting: "replace" | "refuse") =>
      makeFile(target, (result) => writeFile(result, text), onExisting);
    await make("old", "refuse");
    await expect(make("new", "refuse")).rejects.toThrow("EEXIST");
    expect(await readFile(target, "utf8")).toBe("old");
    await make("new", "replace");
    expect([await readFile(target, "utf8"), await readdir(parent)]).toEqual(["new", ["target"]]);
  });
});

/** Both ways to write a file: by what fills it, and by its content. */
const ways = [
  ["filled", (path: string, text: string) => makeFile(path, (result) => writeFile(result, text), "replace")],
  ["of given content", (path: string, text: string) => writeWhole(path, text)],
] as const;

describe.each(ways)("a file %s that replaces what is there", (_way, write) => {
  test("is written where links lead, and they stay", async () => {
    const parent = await newFolder();
    const [real, first, second] = ["real", "first", "second"].map((name) => join(parent, name));
    await symlink("first", second!);
    await symlink(real!, first!);
    for (const text of ["not there yet", "there already"]) {
      await write(second!, text);
      expect([await readFile(real!, "utf8"), await readlink(first!), await readlink(second!)]).toEqual([
        text,
        real,
        "first",
      ]);
    }
    expect(await readdir(parent)).toEqual(["first", "real", "second"]);
  });

  test("keeps its permissions", async () => {
    const path = join(await newFolder(), "secret");
    await writeFile(path, "old", { mode: 0o600 });
    await chmod(path, 0o640);
    await write(path, "new");
    expect([await readFile(path, "utf8"), (await stat(path)).mode & 0o777]).toEqual(["new", 0o640]);
  });

  test("leaves a device what it is", async () => {
    await write("/dev/null", "gone");
    expect([(await lstat("/dev/null")).isCharacterDevice(), await readFile("/dev/null", "utf8")]).toEqual([
      true,
      "",
    ]);
    expect((await readdir("/dev")).filter((name) => name.includes("griffin"))).toEqual([]);
  });

  test("goes to the end of what a descriptor stands for", async () => {
    const parent = await newFolder();
    const path = join(parent, "redirected");
    await using file = await open(path, "a");
    await file.write("before, ");
    await write(`/proc/self/fd/${file.fd}`, "after");
    expect([await readFile(path, "utf8"), await readdir(parent)]).toEqual(["before, after", ["redirected"]]);
  });

  test("stays as it was when the new one cannot be written to its end", async () => {
    const parent = await newFolder();
    const path = join(parent, "target");
    await write(path, "old");
    vi.stubEnv(FAILPOINT, "ENOSPC:write");
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(write(path, "new")).rejects.toThrow("ENOSPC: failpoint write");
    expect([await readFile(path, "utf8"), await readdir(parent)]).toEqual(["old", ["target"]]);
  });

  test("is refused where a folder is, and where links go round", async () => {
    const parent = await newFolder();
    await symlink("round", join(parent, "round"));
    await expect(write(parent, "x")).rejects.toThrow(`EISDIR: is a directory, open '${parent}'`);
    await expect(write(join(parent, "round"), "x")).rejects.toThrow("ELOOP: ");
    expect(await readdir(parent)).toEqual(["round"]);
  });
});
