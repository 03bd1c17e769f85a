import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { makeFile, makeFolder, removeAbandoned } from "../../../src/support/whole.js";

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

  test("what a process that was killed left is removed, what a living one works on stays", async () => {
    const parent = await newFolder();
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const gone = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => gone.once("exit", resolve));
    await mkdir(join(parent, `.partial-${gone.pid}-aa`));
    await mkdir(join(parent, `.partial-${child.pid}-bb`));
    await makeFolder(join(parent, "target"), () => Promise.resolve());
    expect((await readdir(parent)).sort()).toEqual([`.partial-${child.pid}-bb`, "target"]);
    child.kill("SIGKILL");
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

  test("the old one is put back when its process was killed between taking it away and the new one", async () => {
    const parent = await newFolder();
    const gone = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => gone.once("exit", resolve));
    const aside = join(parent, `.partial-${gone.pid}-aa`, "replaced", "target");
    await mkdir(aside, { recursive: true });
    await writeFile(join(aside, "a"), "old");
    await removeAbandoned(parent);
    expect([await readdir(parent), await readFile(join(parent, "target", "a"), "utf8")]).toEqual([
      ["target"],
      "old",
    ]);
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
