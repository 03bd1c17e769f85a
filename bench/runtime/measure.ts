/** @file The measurements of the runtime benchmark. Times in ms unless a name says otherwise. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  allocateAligned,
  type Client,
  type DeviceBuffer,
  type Executable,
} from "../../src/runtime-pjrt/index.js";
import { chain, slowToCompile, TRIVIAL } from "./programs.js";

const vector = { elementType: "f32", dimensions: [4] } as const;
const bytes = (count: number) => ({ elementType: "ui8", dimensions: [count] }) as const;

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

/** The trivial program and its arguments, which live as long as `run` does. */
async function withTrivial<T>(
  client: Client,
  run: (executable: Executable, inputs: readonly DeviceBuffer[]) => Promise<T>,
): Promise<T> {
  using executable = await client.compile({
    program: TRIVIAL,
    signature: { arguments: [vector, vector], results: [vector] },
  });
  using a = await client.toDevice({ ...vector, data: new Float32Array(4).fill(1) });
  using b = await client.toDevice({ ...vector, data: new Float32Array(4).fill(2) });
  return await run(executable, [a, b]);
}

/** Enqueue, wait, close: microseconds. */
export function executeAndAwait(client: Client, runs: number) {
  return withTrivial(client, async (executable, inputs) => {
    const times: number[] = [];
    for (let i = 0; i < runs; i++) {
      const startedAt = performance.now();
      const [result] = await executable.execute(inputs);
      await result!.ready;
      result!.close();
      times.push((performance.now() - startedAt) * 1000);
    }
    return { medianUs: quantile(times, 0.5), p99Us: quantile(times, 0.99) };
  });
}

/** Best of several, in GB/s, into arrays that are already mapped; memcpy is the same machine's own copy. */
export async function transfers(client: Client, byteLength: number, runs: number) {
  const source = allocateAligned(byteLength).fill(1);
  const target = new Uint8Array(byteLength).fill(2);
  const rates = { memcpy: 0, toDevice: 0, toHost: 0, zeroCopyToDevice: 0 };
  const record = (name: keyof typeof rates, startedAt: number) => {
    rates[name] = Math.max(rates[name], byteLength / (performance.now() - startedAt) / 1e6);
  };
  for (let i = 0; i < runs; i++) {
    let startedAt = performance.now();
    target.set(source);
    record("memcpy", startedAt);
    startedAt = performance.now();
    using buffer = await client.toDevice({ ...bytes(byteLength), data: source });
    await buffer.ready;
    record("toDevice", startedAt);
    startedAt = performance.now();
    await buffer.toHost(target);
    record("toHost", startedAt);
    startedAt = performance.now();
    using alias = await client.toDevice({ ...bytes(byteLength), data: source }, { semantics: "zero-copy" });
    await alias.ready;
    record("zeroCopyToDevice", startedAt);
  }
  return rates;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Live handles and resident memory over many executions; garbage of JavaScript's own is collected before each look. */
export function endurance(client: Client, runs: number) {
  return withTrivial(client, async (executable, inputs) => {
    const resident: number[] = [];
    const live: number[] = [];
    for (let i = 0; i < runs; i++) {
      const [result] = await executable.execute(inputs);
      await result!.ready;
      result!.close();
      if (i % Math.floor(runs / 20) !== 0) continue;
      collectGarbage();
      resident.push(process.memoryUsage.rss());
      live.push(Object.values(client.stats()).reduce((sum, count) => sum + count, 0));
    }
    const settled = resident.slice(5);
    return {
      runs,
      liveHandles: [Math.min(...live), Math.max(...live)],
      residentGrowthPercent: (100 * (settled.at(-1)! - settled[0]!)) / settled[0]!,
    };
  });
}

/** How long the event loop was held up while a long compilation and a queue of programs ran. */
export async function eventLoopDelay(client: Client, blocks: number, queue: number) {
  const matrix = { elementType: "f32", dimensions: [256, 256] } as const;
  const square = { elementType: "f32", dimensions: [64, 64] } as const;
  using program = await client.compile({
    program: chain(100),
    signature: { arguments: [matrix], results: [matrix] },
  });
  using input = await client.toDevice({ ...matrix, data: new Float32Array(256 * 256).fill(0.001) });
  const slow = slowToCompile(blocks);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  const compiling = client
    .compile({ program: slow, signature: { arguments: [square], results: [square] } })
    .then((executable) => {
      executable.close();
      return performance.now() - startedAt;
    });
  const running = Array.from({ length: queue }, async () => {
    const [result] = await program.execute([input]);
    await result!.ready;
    result!.close();
  });
  await Promise.all(running);
  const queueMs = performance.now() - startedAt;
  const compileMs = await compiling;
  delay.disable();
  return { compileMs, queueMs, p999Ms: delay.percentile(99.9) / 1e6, maxMs: delay.max / 1e6 };
}
