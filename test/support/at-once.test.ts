import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { workAtOnce } from "../../src/support/at-once.js";

/** What was under way together, at each begin. */
async function seen(sizes: readonly number[], count: number, size: number): Promise<readonly number[][]> {
  const running = new Set<number>();
  const all: number[][] = [];
  await workAtOnce(sizes, { count, size, sizeOf: (own) => own }, async (own) => {
    running.add(own);
    all.push([...running]);
    await setImmediate();
    running.delete(own);
  });
  return all;
}

test("no more are under way than are allowed, nor more of their size; one that is larger goes alone", async () => {
  expect(await seen([1, 2, 3, 4], 2, 100)).toEqual([[1], [1, 2], [2, 3], [3, 4]]);
  expect(await seen([6, 5, 4, 20, 1], 4, 10)).toEqual([[6], [5], [5, 4], [20], [1]]);
});

test("the first error stops what has not begun, and is thrown when all that had begun has ended", async () => {
  const ended: number[] = [];
  const work = async (item: number) => {
    if (item === 1) throw new Error("1 failed");
    await setImmediate();
    ended.push(item);
    if (item === 2) throw new Error("2 failed");
  };
  const atOnce = { count: 3, size: 3, sizeOf: () => 1 };
  await expect(workAtOnce([0, 1, 2, 3, 4], atOnce, work)).rejects.toThrow("1 failed");
  expect(ended).toEqual([0, 2]);
});
