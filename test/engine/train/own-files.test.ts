import { mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkOwnFiles } from "../../../src/engine/train/own-files.js";
import { griffin } from "../../cli/griffin.js";
import { errorText } from "../../weights/files.js";

/** A folder with a state, and a file beside it that nobody wants written to. */
async function training() {
  const place = await mkdtemp(join(tmpdir(), "own-files-"));
  const folder = join(place, "run");
  await mkdir(join(folder, "best"), { recursive: true });
  await writeFile(join(folder, "training.safetensors"), "state");
  await writeFile(join(place, "profile"), "mine");
  return { folder, outside: join(place, "profile") };
}

test("files and folders of a training are what it writes to", async () => {
  const { folder } = await training();
  await checkOwnFiles(folder);
});

test("a folder that is not there is told by who needs it", async () => {
  const { folder } = await training();
  await checkOwnFiles(join(folder, "elsewhere"));
});

test.each([
  "log.jsonl",
  "training.safetensors.next",
  "best/config.json",
  "best/model.safetensors",
  "adapter",
])("%s that leads elsewhere is refused, whether anything is there or not", async (name) => {
  const { folder, outside } = await training();
  const path = join(folder, name);
  await symlink(name === "adapter" ? join(folder, "nowhere") : outside, path);
  const text = await errorText(() => checkOwnFiles(folder));
  expect(text.replaceAll(folder, "DIR")).toBe(
    [
      `usage error: ${name} of the training is a link`,
      "  expected: files and folders alone, as a training makes them: it writes to them again",
      "  at:       DIR",
      "  hint:     put in its place what it leads to, if the training is yours",
    ].join("\n"),
  );
});

test("griffin train --resume refuses it before anything is read", async () => {
  const { folder, outside } = await training();
  await symlink(outside, join(folder, "log.jsonl"));
  const { exitCode, stderr } = await griffin(["train", "--resume", folder]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("log.jsonl of the training is a link");
});
