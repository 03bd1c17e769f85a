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
  (await readdir(dirname(path))).some((name) => name.startsWith(".griffin-partial-"));

/** Starts an export and kills it `ms` after it began to write. */
async function killExport(path: string, batch: number, ms: number): Promise<void> {
  const child = spawn(process.execPath, [main, ...exportOf(path, batch)], { stdio: "ignore" });
  const exit = once(child, "exit");
  while (child.exitCode === null && !(await isWriting(path))) await sleep(1);
  await sleep(ms);
  child.kill("SIGKILL");
  await exit;
}

/** The batch of the artifact at `path`, every byte of it as written; undefined when there is nothing. */
async function wholeBatch(path: string): Promise<number | undefined> {
  const found = await describeArtifact(path, { verify: true }).catch((error: Error) => error);
  if (!(found instanceof Error)) {
    expect(found.problems).toEqual([]);
    return found.batch;
  }
  expect(found.message).toBe(`artifact error: artifact: does not exist\n  at:       ${path}`);
  return undefined;
}

/** Kills spread over the time that writing takes, ms; every step of it is killed at in `support/whole`. */
const moments = [0, 4, 12, 30];

test.each(["artifact", "artifact.zip"])(
  "an export that is killed leaves what was there, nothing or another %s, or a whole new one, and nothing else after the next",
  async (name) => {
    const path = join(await temporaryFolder(), name);
    let there: number | undefined;
    let inTime = 0;
    for (const [i, ms] of moments.entries()) {
      await killExport(path, i + 1, ms);
      const now = await wholeBatch(path);
      expect([there, i + 1], `killed after ${ms} ms`).toContain(now);
      if (now !== i + 1) inTime++;
      there = now;
    }
    expect(inTime).toBeGreaterThan(0);
    expect(await griffin(exportOf(path, 100))).toMatchObject({ exitCode: 0 });
    await killExport(path, 200, moments[1]!);
    expect([100, 200]).toContain(await wholeBatch(path));
    expect(await griffin(exportOf(path, 300))).toMatchObject({ exitCode: 0 });
    expect([await wholeBatch(path), await readdir(dirname(path))]).toEqual([300, [name]]);
  },
  // Seven exports one after the other.
  120_000,
);
