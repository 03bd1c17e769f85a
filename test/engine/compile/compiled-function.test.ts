/** @file What runs a program: whose memory is open after calls, and what waits for what. */
import { expect, test } from "vitest";
import { input, program, state, type TracedProgram } from "../../../src/dsl/index.js";
import { asFunction, FunctionRunner } from "../../../src/engine/compile/compiled-function.js";
import type { HeldMemory } from "../../../src/engine/compile/host-tensor.js";
import { InterpreterPlace } from "../../../src/engine/compile/interpreter-place.js";
import type { Memories, Place, RunResults } from "../../../src/engine/compile/place.js";

/** The interpreter; it tells what it holds, refuses what is closed, takes its time, and fails when told to. */
class CountingPlace implements Place {
  readonly open = new Set<HeldMemory>();
  fails: "run" | "upload" | undefined;
  readonly #place: Place;

  constructor(program: TracedProgram) {
    this.#place = new InterpreterPlace(program, () => undefined);
  }

  #counted(memory: HeldMemory): HeldMemory {
    this.open.add(memory);
    memory.close = () => this.open.delete(memory);
    const toHost = memory.toHost.bind(memory);
    memory.toHost = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (!this.open.has(memory)) throw new Error("closed");
      return toHost();
    };
    return memory;
  }

  async upload(...given: Parameters<Place["upload"]>): Promise<HeldMemory> {
    if (this.fails === "upload" && given[0].name === "b") throw new Error("no upload");
    return this.#counted(await this.#place.upload(...given));
  }

  bind(parameters: Memories): Promise<void> {
    return this.#place.bind(parameters);
  }

  holds(memory: HeldMemory): boolean {
    return this.#place.holds(memory);
  }

  async run(given: Parameters<Place["run"]>[0]): Promise<RunResults> {
    if (this.fails === "run") throw new Error("no run");
    const results = await this.#place.run(given);
    for (const memories of Object.values(results))
      for (const memory of memories.values()) this.#counted(memory);
    for (const memory of given.states.values()) memory.close();
    return results;
  }

  close(): Promise<void> {
    return this.#place.close();
  }
}

/** Two sums over all calls. */
const sums = (kept: "carried" | "started") =>
  program({ name: "sums", state: kept }, () => {
    const x = input("x", [], "i32");
    const seen = ["a", "b"].map((name) => {
      const held = state(name, [], "i32");
      const next = held.value.add(x);
      held.update(next);
      return next;
    });
    return { y: seen[0]! };
  });

function made(kept: "carried" | "started" = "carried") {
  const traced = sums(kept);
  const place = new CountingPlace(traced);
  const parts = { program: traced, place, bound: false, statesInside: true, initial: new Map() };
  return { place, f: asFunction<{ x: unknown }, { y: unknown }>(new FunctionRunner(parts as never)) };
}

test("a run that fails leaves no memory open; the states begin anew", async () => {
  const { place, f } = made();
  await f({ x: 1 } as never);
  expect(place.open.size).toBe(2);
  place.fails = "run";
  await expect(f({ x: 1 } as never)).rejects.toThrow("no run");
  expect(place.open.size).toBe(0);
  place.fails = undefined;
  await expect(f({ x: 1 } as never)).rejects.toThrow("the states of sums went with a call that failed");
  await f.reset();
  expect((await f({ x: 5 } as never)).y.data).toEqual(Int32Array.of(5));
  await f.close();
  expect(place.open.size).toBe(0);
});

test("zeros that cannot all be brought leave no memory open, and can be brought again", async () => {
  const { place, f } = made();
  place.fails = "upload";
  await expect(f({ x: 1 } as never)).rejects.toThrow("no upload");
  expect(place.open.size).toBe(0);
  place.fails = undefined;
  expect((await f({ x: 5 } as never)).y.data).toEqual(Int32Array.of(5));
  await f.close();
  expect(place.open.size).toBe(0);
});

test("states that begin anew in each call: those of the last are held, and no others", async () => {
  const { place, f } = made("started");
  await Promise.all([1, 2, 3].map((x) => f({ x } as never)));
  expect(place.open.size).toBe(2);
  expect((await f.states()).b!.data).toEqual(Int32Array.of(3));
  await f.close();
  expect(place.open.size).toBe(0);
});

test("what states hold is read before the calls that are made later, and before it is closed", async () => {
  const { f } = made();
  const first = f({ x: 1 } as never);
  const states = f.states();
  const later = f({ x: 2 } as never);
  const last = f.states();
  const closed = f.close();
  expect([(await states).a!.data, (await last).a!.data]).toEqual([Int32Array.of(1), Int32Array.of(3)]);
  expect((await first).y.data).toEqual(Int32Array.of(1));
  expect((await later).y.data).toEqual(Int32Array.of(3));
  await closed;
});
