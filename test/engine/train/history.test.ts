import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EvalEvent } from "../../../src/engine/train/events.js";
import { History } from "../../../src/engine/train/history.js";
import { temporaryFolder } from "../../weights/files.js";

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
