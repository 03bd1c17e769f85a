import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EvalEvent } from "../../../src/engine/train/events.js";
import { History } from "../../../src/engine/train/history.js";
import { replaceBy } from "../../support/files/strange-files.js";
import { errorText, temporaryFolder } from "../../weights/files.js";

const tested = (step: number): EvalEvent => ({
  event: "eval",
  ...{ step, loss: 1, perplexity: Math.E, targets: 3, best: false },
});

async function stepsIn(folder: string): Promise<readonly number[]> {
  const lines = (await readFile(join(folder, "log.jsonl"), "utf8")).split("\n").filter((one) => one !== "");
  return lines.map((one) => JSON.parse(one).step);
}

test("a training that goes on writes what came after its state anew; from the first step on, everything", async () => {
  const folder = await temporaryFolder();
  const tell = async (from: number, steps: readonly number[]) => {
    const history = await History.open(folder, from);
    for (const step of steps) history.add(tested(step));
    await history.write();
    return stepsIn(folder);
  };
  expect(await tell(0, [0, 1, 2, 3])).toEqual([0, 1, 2, 3]);
  expect(await tell(2, [3, 4])).toEqual([0, 1, 2, 3, 4]);
  expect(await tell(0, [0, 1])).toEqual([0, 1]);
});

test("lines that are none of ours, however long, are left out of a log that is gone on with; it is never in memory whole", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "log.jsonl");
  const line = JSON.stringify({ event: "step", step: 1, loss: 2 });
  await writeFile(path, `${"x".repeat(200_000)}\n${line}\n{"event":${"[".repeat(100_000)}\n\n${line}`);
  await History.open(folder, 3);
  expect(await readFile(path, "utf8")).toBe(`${line}\n${line}\n`);
});

test("a log that is no file is told, and not waited for", async () => {
  const folder = await temporaryFolder();
  await replaceBy("a pipe that nobody writes to", join(folder, "log.jsonl"));
  expect((await errorText(() => History.open(folder, 3))).replaceAll(folder, "FOLDER")).toBe(
    "environment error: cannot write FOLDER/log.jsonl\n  FOLDER/log.jsonl is not a file",
  );
});
