/** @file For tests: the CPU plugin (installed if need be). */
import { type Client, type ClientOptions, findPlugin, Plugin } from "../../src/runtime-pjrt/index.js";

/** The default CPU plugin. */
export async function cpuPlugin(): Promise<Plugin> {
  const { path } = await findPlugin("cpu", { install: true });
  return Plugin.load(path);
}

/** Runs with a client that is closed afterwards; fails if anything of it is still alive then. */
export async function withClient(
  run: (client: Client) => Promise<void>,
  options: ClientOptions = {},
): Promise<void> {
  const plugin = await cpuPlugin();
  const client = await plugin.createClient(options);
  try {
    await run(client);
  } finally {
    await client.close();
  }
  const alive = Object.entries(client.stats()).filter(([, count]) => count !== 0);
  if (alive.length > 0) throw new Error(`still alive: ${JSON.stringify(alive)}`);
}

/** The numbers of an f32 tensor's bytes. */
export function floats(bytes: Uint8Array<ArrayBuffer>): number[] {
  return [...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)];
}
