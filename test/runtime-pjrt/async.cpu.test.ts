import { setTimeout as sleep } from "node:timers/promises";
import { stat } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Executable } from "../../src/runtime-pjrt/index.js";
import { Limiter } from "../../src/runtime-pjrt/limiter.js";
import { withClient } from "./cpu.js";
import { addProgram, f32x4, slowProgram } from "./programs.js";

const matrix = { elementType: "f32", dimensions: [512, 512] } as const;
const slow = { signature: { arguments: [matrix], results: [matrix] } };

describe("Node is not blocked", () => {
  test("timers tick and files are read while a program compiles, and while a queue of programs runs", () =>
    withClient(async (client) => {
      using input = await client.toDevice({ ...matrix, data: new Float32Array(512 * 512).fill(0.01) });
      // No times are compared: on a machine that is busy with other things, all of it takes as long as it takes.
      const during = async (work: Promise<unknown>) => {
        const done: string[] = [];
        let ticks = 0;
        const timer = setInterval(() => {
          ticks += 1;
        }, 1);
        await Promise.all([work.then(() => done.push("work")), stat("/").then(() => done.push("file"))]);
        clearInterval(timer);
        return { done, ticks: Math.min(ticks, 3) };
      };
      const free = { done: ["file", "work"], ticks: 3 };
      const compiling = [10, 11, 12].map((steps) => client.compile({ program: slowProgram(steps), ...slow }));
      expect(await during(Promise.all(compiling))).toEqual(free);
      const [executable, ...others] = (await Promise.all(compiling)) as [Executable, ...Executable[]];
      const results = await Promise.all(Array.from({ length: 4 }, () => executable.execute([input])));
      expect(await during(Promise.all(results.map(([result]) => result!.ready)))).toEqual(free);
      for (const [result] of results) result!.close();
      for (const each of [executable, ...others]) each.close();
    }));

  test("no more executions are in flight than the limit, and all finish in order", () =>
    withClient(
      async (client) => {
        using input = await client.toDevice({ ...matrix, data: new Float32Array(512 * 512) });
        using executable = await client.compile({ program: slowProgram(4), ...slow });
        let most = 0;
        const watch = setInterval(() => {
          most = Math.max(most, client.stats().inFlight);
        }, 1);
        const order: number[] = [];
        await Promise.all(
          Array.from({ length: 12 }, async (_, i) => {
            const [result] = await executable.execute([input]);
            order.push(i);
            await result!.ready;
            result!.close();
          }),
        );
        clearInterval(watch);
        expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        expect(most).toBeLessThanOrEqual(3);
        expect(most).toBeGreaterThan(1);
      },
      { inFlightLimit: 3 },
    ));

  test("2000 executions leave nothing behind", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: addProgram(true),
        signature: { arguments: [{ ...f32x4, donated: true }, f32x4], results: [f32x4] },
      });
      using one = await client.toDevice({ ...f32x4, data: new Float32Array([1, 1, 1, 1]) });
      let state = await client.toDevice({ ...f32x4, data: new Float32Array(4) });
      for (let i = 0; i < 2000; i++) [state] = (await executable.execute([state, one])) as [typeof state];
      expect([...new Float32Array((await state.toHost()).buffer)]).toEqual([2000, 2000, 2000, 2000]);
      state.close();
      expect(client.stats()).toMatchObject({
        buffer: 1,
        executable: 1,
        event: 0,
        pinnedBytes: 0,
        inFlight: 0,
      });
    }));
});

describe("places for executions", () => {
  test("are handed out first come, first served", async () => {
    const limiter = new Limiter(1);
    const order: string[] = [];
    await limiter.take();
    const second = limiter.take().then(() => order.push("second"));
    const third = limiter.take().then(() => order.push("third"));
    expect(limiter.tryTake()).toBe(false);
    await sleep(5);
    expect(order).toEqual([]);
    limiter.give();
    limiter.give();
    await Promise.all([second, third]);
    expect(order).toEqual(["second", "third"]);
    limiter.give();
    expect(limiter.taken).toBe(0);
  });
});
