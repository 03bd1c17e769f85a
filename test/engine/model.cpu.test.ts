import { describe, expect, it } from "vitest";
import type { ModelEvent } from "../../src/serving/index.js";
import { generate } from "../../src/serving/index.js";
import { useCpu } from "../dsl/cpu.js";
import { held } from "../runtime-pjrt/held.js";
import { loadTiny } from "./tiny.js";

const cpu = useCpu();

describe("a model", () => {
  it("tells what it does, and compiles a program once", async () => {
    const events: ModelEvent[] = [];
    using other = await loadTiny(cpu.client, { onEvent: (event) => events.push(event) });
    const weights = events.flatMap((event) => (event.phase === "weights" ? [event] : []));
    expect(weights.at(-1)).toEqual({ phase: "weights", loadedBytes: 31_616 * 4, totalBytes: 31_616 * 4 });
    expect(other.parameterBytes).toBe(31_616 * 4);
    const key = { kind: "decode", batch: 1, time: 1 } as const;
    expect(await other.program(key)).toBe(await other.program({ ...key }));
    const later = events.flatMap((event) =>
      event.phase === "weights" ? [] : [`${event.phase} ${event.program}`],
    );
    expect(later).toEqual(["lower decode 1x1", "compile decode 1x1", "compile decode 1x1"]);
  });

  it("makes programs while the weights are read, when it is told which", async () => {
    const events: ModelEvent[] = [];
    const programs = [{ kind: "decode", batch: 1, time: 1 }] as const;
    using _ = await loadTiny(cpu.client, {
      programs,
      cache: undefined,
      onEvent: (event) => events.push(event),
    });
    const order = events.map((event) => (event.phase === "compile" ? `compile ${event.from}` : event.phase));
    expect(order).toContain("compile compiler");
    // Lowering comes before the first tensor has arrived.
    expect(order.indexOf("lower")).toBeLessThan(order.indexOf("weights"));
    const weights = events.flatMap((event) => (event.phase === "weights" ? [event] : []));
    expect(weights.at(-1)).toEqual({ phase: "weights", loadedBytes: 31_616 * 4, totalBytes: 31_616 * 4 });
  });

  it("is given up by a signal while it loads, and leaves nothing behind", async () => {
    const before = await held(cpu.client);
    const stop = new AbortController();
    const loading = loadTiny(cpu.client, {
      signal: stop.signal,
      onEvent: ({ phase }) => {
        if (phase === "weights") stop.abort();
      },
    });
    await expect(loading).rejects.toThrow(/^aborted: loading the (?:model|weights) was aborted/);
    await expect.poll(() => held(cpu.client)).toEqual(before);
    await expect(loadTiny(cpu.client, { signal: stop.signal })).rejects.toThrow(/^aborted: loading/);
    await expect.poll(() => held(cpu.client)).toEqual(before);
  });

  it("leaves nothing behind when one of those programs cannot be made", async () => {
    const before = await held(cpu.client);
    const programs = [{ kind: "decode", batch: -1, time: 1 }] as const;
    await expect(loadTiny(cpu.client, { programs })).rejects.toThrow();
    await expect.poll(() => held(cpu.client)).toEqual(before);
  });

  it("leaves nothing behind when it is closed", async () => {
    const before = await held(cpu.client);
    const other = await loadTiny(cpu.client);
    for await (const _ of generate(other, [[1, 2, 3]], { maxNewTokens: 2 })) void _;
    other.close();
    expect(await held(cpu.client)).toEqual(before);
  });
});
