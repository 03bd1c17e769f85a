import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { FAILPOINT } from "../../../src/support/failpoints.js";
import { makeFile, makeFolder } from "../../../src/support/whole.js";

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
    const make = (text: string, delay: number) =>
      makeFolder(target, async ({ result }) => {
        await sleep(delay);
        await writeFile(join(result, "a"), text);
      });
    await Promise.all([make("slow", 30), make("fast", 0)]);
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
