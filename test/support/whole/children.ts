/** @file For tests: a file or an artifact-like folder made by a process of its own, at a step of which something happens to it. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { build } from "rolldown";
import { expect, onTestFinished } from "vitest";
import { FAILPOINT } from "../../../src/support/failpoints.js";

export type Form = "folder" | "file";

/** The child with all that it imports, in a file of the run: it starts in a tenth of the time that a loader of TypeScript takes. */
const child = join(process.env.STABLEGRIFFIN_CACHE!, `whole-${process.pid}.mjs`);
await build({
  input: fileURLToPath(new URL("./child.ts", import.meta.url)),
  platform: "node",
  output: { file: child },
});

const NAME = "artifact";

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-whole-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a process that makes it, with one text. @param failpoint what happens to the process: `kill:STEP`, `stop:STEP`, `CODE:STEP` */
export const start = (
  form: Form,
  parent: string,
  text: string,
  onExisting: "replace" | "refuse",
  failpoint?: string,
) =>
  execa(process.execPath, [child, form, join(parent, NAME), text, onExisting], {
    reject: false,
    env: failpoint === undefined ? {} : { [FAILPOINT]: failpoint },
  });

/** Comes back when a process is stopped (state T), as its failpoint does. */
export async function stopped(pid: number): Promise<void> {
  for (;;) {
    const text = await readFile(`/proc/${pid}/stat`, "latin1");
    if (text.slice(text.lastIndexOf(")") + 2).startsWith("T")) return;
    await sleep(5);
  }
}

/** The text of what is there; undefined when nothing is. Fails when some of it is missing, of another, or beside it. */
export async function wholeText(form: Form, parent: string): Promise<string | undefined> {
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
