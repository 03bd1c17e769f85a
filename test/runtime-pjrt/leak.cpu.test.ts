import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Client } from "../../src/runtime-pjrt/index.js";
import { withClient } from "./cpu.js";
import { f32x4 } from "./programs.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

async function forget(client: Client, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await client.toDevice({ ...f32x4, data: new Float32Array(4) });
}

test("a forgotten buffer is freed by the collector, with a warning", () =>
  withClient(async (client) => {
    // Not printed: a leak that a run tells of is one.
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    await forget(client, 20);
    for (let i = 0; i < 50 && client.stats().buffer > 0; i++) {
      collectGarbage();
      await sleep(10);
    }
    expect(client.stats().buffer).toBe(0);
    const warnings = () =>
      warn.mock.calls.map(([message, options]) => [message, (options as { readonly type?: string }).type]);
    const buffers = () =>
      warnings().reduce((sum, [message]) => sum + Number(/^\d+/.exec(String(message))?.[0] ?? 1), 0);
    await expect.poll(buffers).toBe(20);
    const told = expect.stringMatching(/^(a buffer was|\d+ buffers were) never closed; freed now$/);
    expect(warnings()).toEqual(warnings().map(() => [told, "PjrtHandleLeak"]));
  }));
