/**
 * @file Benchmarks of the PJRT runtime on the CPU plugin. Prints one JSON object; exit code 1 if a number misses its mark.
 *
 *     npx jiti bench/runtime/main.ts [--plugin NAME|PATH] [--jax PYTHON] [--quick]
 *
 * With --jax the same is measured through JAX in the same run, and the ratio printed.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { findPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { endurance, eventLoopDelay, executeAndAwait, transfers } from "./measure.js";

const { values } = parseArgs({
  options: {
    plugin: { type: "string", default: "cpu" },
    jax: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});

const { path } = await findPlugin(values.plugin, { install: true });
const plugin = await Plugin.load(path);
const client = await plugin.createClient({ keepFreedMemory: true });
const execution = await executeAndAwait(client, values.quick ? 2_000 : 20_000);
const longRun = await endurance(client, values.quick ? 10_000 : 100_000);
const rates = await transfers(client, 64 << 20, values.quick ? 5 : 20);
const loop = await eventLoopDelay(client, values.quick ? 15 : 100, 100);
await client.close();

const marks = {
  "execute and await, median at most 40 us": execution.medianUs <= 40,
  "to host at 80 % of memcpy": rates.toHost >= 0.8 * rates.memcpy,
  "to device at 80 % of memcpy, or zero-copy":
    Math.max(rates.toDevice, rates.zeroCopyToDevice) >= 0.8 * rates.memcpy,
  "live handles constant": longRun.liveHandles[0] === longRun.liveHandles[1],
  "resident memory flat within 5 %": longRun.residentGrowthPercent <= 5,
  "event loop delay, 99.9th percentile at most 20 ms": loop.p999Ms <= 20,
};
const jax =
  values.jax === undefined
    ? undefined
    : (JSON.parse(
        (await execa(values.jax, [fileURLToPath(new URL("./jax_side.py", import.meta.url))])).stdout,
      ) as {
        readonly medianUs: number;
        readonly rates: { readonly toDevice: number; readonly toHost: number };
      });
const ratios = jax && {
  executionsPerSecond: jax.medianUs / execution.medianUs,
  toDevice: rates.toDevice / jax.rates.toDevice,
  toHost: rates.toHost / jax.rates.toHost,
};
console.log(
  JSON.stringify(
    {
      plugin: values.plugin,
      execution,
      gigabytesPerSecond: rates,
      longRun,
      loop,
      jax,
      timesJax: ratios,
      marks,
    },
    null,
    2,
  ),
);
process.exitCode = Object.values(marks).every(Boolean) ? 0 : 1;
