import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
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
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    await forget(client, 20);
    for (let i = 0; i < 50 && client.stats().buffer > 0; i++) {
      collectGarbage();
      await sleep(10);
    }
    process.off("warning", listen);
    expect(client.stats().buffer).toBe(0);
    expect(warnings[0]?.name).toBe("PjrtHandleLeak");
    expect(warnings[0]?.message).toMatch(/^(a buffer was|\d+ buffers were) never closed; freed now$/);
  }));
