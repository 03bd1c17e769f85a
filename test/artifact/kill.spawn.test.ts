import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { describeArtifact } from "../../src/artifact/index.js";
import { griffin, root, temporaryFolder } from "../cli/griffin.js";

const main = join(root, "dist/src/cli/main.js");

/** An export of this batch, by which its artifact is known. */
const exportOf = (path: string, batch: number): readonly string[] => [
  "export",
  "--preset",
  "tiny",
  "--chunk",
  "4",
  "--force",
  "--batch",
  `${batch}`,
  "-o",
  path,
];

const isWriting = async (path: string): Promise<boolean> =>
  (await readdir(dirname(path))).some((name) => name.startsWith(".partial-"));

/** Starts an export and kills it `ms` after it began to write. */
async function killExport(path: string, batch: number, ms: number): Promise<void> {
  const child = spawn(process.execPath, [main, ...exportOf(path, batch)], { stdio: "ignore" });
  const exit = once(child, "exit");
  while (child.exitCode === null && !(await isWriting(path))) await sleep(1);
  await sleep(ms);
  child.kill("SIGKILL");
  await exit;
}

/** The batch of the artifact at `path`, every byte of it as written. */
async function wholeBatch(path: string): Promise<number> {
  const { problems, batch } = await describeArtifact(path, { verify: true });
  expect(problems).toEqual([]);
  return batch;
}

/** Kills an export of batch 2 while it writes, over one of batch 1; every step is killed at in `support/whole`. */
test.each(["artifact", "artifact.zip"])(
  "an export that is killed over another %s leaves the old one or the new one, and nothing else after the next",
  async (name) => {
    const path = join(await temporaryFolder(), name);
    expect(await griffin(exportOf(path, 1))).toMatchObject({ exitCode: 0 });
    await killExport(path, 2, 5);
    expect([1, 2]).toContain(await wholeBatch(path));
    expect(await griffin(exportOf(path, 3))).toMatchObject({ exitCode: 0 });
    expect([await wholeBatch(path), await readdir(dirname(path))]).toEqual([3, [name]]);
  },
);
