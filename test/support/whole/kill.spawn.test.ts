import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { removeAbandoned } from "../../../src/support/whole.js";
import { KILL_AT, type WholeStep, wholeSteps } from "../../../src/support/whole-steps.js";

type Form = "folder" | "file";
type OnExisting = "replace" | "refuse";

const child = fileURLToPath(new URL("./child.mjs", import.meta.url));
const NAME = "artifact";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-whole-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes it in a process of its own, which dies at `step`; which it does not reach is a failure. */
async function make(form: Form, parent: string, text: string, onExisting: OnExisting, step?: WholeStep) {
  const { exitCode, signal, stderr } = await execa(
    process.execPath,
    [child, form, join(parent, NAME), text, onExisting],
    { reject: false, env: step === undefined ? {} : { [KILL_AT]: step } },
  );
  const end =
    step === undefined ? { exitCode: 0, signal: undefined } : { exitCode: undefined, signal: "SIGKILL" };
  expect({ exitCode, signal, stderr }).toEqual({ ...end, stderr: "" });
}

/** The text of what is there; undefined when nothing is. Fails when some of it is missing or of another. */
async function wholeText(form: Form, parent: string): Promise<string | undefined> {
  const names = await readdir(parent);
  if (names.length === 0) return undefined;
  expect(names).toEqual([NAME]);
  const place = join(parent, NAME);
  if (form === "file") return readFile(place, "utf8");
  const files = ["manifest.json", "programs/decode.mlirbc", "programs/prefill.mlirbc"];
  const there = (await readdir(place, { recursive: true })).filter((name) => name !== "programs").sort();
  const texts = await Promise.all(files.map((file) => readFile(join(place, file), "utf8")));
  expect({ there, texts: [...new Set(texts)] }).toEqual({ there: files, texts: [texts[0]] });
  return texts[0];
}

const folderSteps = wholeSteps;
const fileSteps = wholeSteps.filter((step) => step !== "setAside");
const isIn = (step: WholeStep): boolean => wholeSteps.indexOf(step) >= wholeSteps.indexOf("renameIn");

describe.each([
  ["folder", folderSteps],
  ["file", fileSteps],
] as const)("a %s whose process is killed", (form, steps) => {
  test.each(fileSteps)("at %s is not there, or is there whole; nothing else stays", async (step) => {
    const parent = await newFolder();
    await make(form, parent, "new", "refuse", step);
    await removeAbandoned(parent);
    expect(await wholeText(form, parent)).toBe(isIn(step) ? "new" : undefined);
  });

  test.each(steps)(
    "at %s in the place of another is the old one or the new one; nothing else stays",
    async (step) => {
      const parent = await newFolder();
      await make(form, parent, "old", "refuse");
      await make(form, parent, "new", "replace", step);
      await removeAbandoned(parent);
      expect(await wholeText(form, parent)).toBe(isIn(step) ? "new" : "old");
    },
  );
});

test("one that is killed after another was, at every step of both, loses nothing, and the next one takes its place", async () => {
  const parent = await newFolder();
  await make("folder", parent, "0", "refuse");
  let there = "0";
  for (const [i, step] of wholeSteps.entries()) {
    await make("folder", parent, `${i}a`, "replace", "setAside");
    await make("folder", parent, `${i}b`, "replace", step);
    if (isIn(step)) there = `${i}b`;
    await removeAbandoned(parent);
    expect(await wholeText("folder", parent)).toBe(there);
  }
  await make("folder", parent, "last", "replace");
  expect(await wholeText("folder", parent)).toBe("last");
});
