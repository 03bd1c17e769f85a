/** @file A plugin and a client of it, ready to compile; the plugin is fetched if it can be and is missing. */
import { basename, dirname } from "node:path";
import { IsolatedPlugin } from "../engine/index.js";
import { type Client, findPlugin, Plugin } from "../runtime-pjrt/index.js";
import type { CommandContext } from "./context.js";
import { formatBytes, type Progress } from "./progress.js";

/** Where programs run. */
export interface OpenDevice extends AsyncDisposable {
  readonly plugin: Plugin;
  readonly client: Client;
}

/** Where a plugin is, fetched if need be. @throws EnvironmentError when there is none and it cannot be installed */
export async function locatePlugin(
  context: CommandContext,
  name: string,
  progress: Progress,
): Promise<string> {
  const found = await findPlugin(name, {
    install: true,
    env: context.env,
    onProgress: ({ package: wheel, phase, bytes, totalBytes }) => {
      const verb = phase === "download" ? "fetching" : "unpacking";
      progress.update(`${verb} ${wheel}`, `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`);
    },
  });
  progress.done();
  return found.path;
}

/** Finds and loads a plugin, fetching it if need be. @throws EnvironmentError when there is none and it cannot be installed */
export const loadPlugin = async (
  context: CommandContext,
  name: string,
  progress: Progress,
): Promise<Plugin> => Plugin.load(await locatePlugin(context, name, progress));

/** @throws EnvironmentError when there is no such plugin and it cannot be installed; PjrtError when it has no device */
export async function openDevice(
  context: CommandContext,
  name: string,
  progress: Progress,
): Promise<OpenDevice> {
  const plugin = await loadPlugin(context, name, progress);
  progress.update(`starting ${basename(plugin.path)}`);
  const client = await plugin.createClient({ keepFreedMemory: true });
  progress.done();
  return {
    plugin,
    client,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** How the command line says how a program of others is run. */
export interface IsolationFlags {
  readonly inProcess?: boolean;
  /** Seconds. */
  readonly timeout: number;
  /** Bytes. */
  readonly memory?: number;
}

/**
 * Where programs of others run: in a process of their own, unless the flags ask for this one.
 * @throws EnvironmentError when there is no such plugin and it cannot be installed
 */
export async function openForOthers(
  context: CommandContext,
  name: string,
  { inProcess, timeout, memory }: IsolationFlags,
  progress: Progress,
): Promise<AsyncDisposable & { readonly device: Client | IsolatedPlugin }> {
  if (inProcess === true) {
    const { client } = await openDevice(context, name, progress);
    return { device: client, [Symbol.asyncDispose]: () => client.close() };
  }
  const path = await locatePlugin(context, name, progress);
  const device = new IsolatedPlugin(path, { timeoutMs: timeout * 1000, memoryBytes: memory });
  return { device, [Symbol.asyncDispose]: () => device.close() };
}

/** `cpu plugin lammps-jax-pjrt-cpu-0.11.2 (PJRT 0.115, StableHLO 1.20.0), 1 device: cpu`. */
export function describeDevice({ plugin, client }: OpenDevice): string {
  const { major, minor } = plugin.apiVersion;
  const { current } = plugin.stablehloVersions;
  const versions = [
    `PJRT ${major}.${minor}`,
    ...(current === undefined ? [] : [`StableHLO ${current}`]),
  ].join(", ");
  const { devices } = client;
  const kinds = [...new Set(devices.map(({ kind }) => kind))].join(", ");
  return `${client.platformName} plugin ${basename(dirname(plugin.path))} (${versions}), device 0 of ${devices.length}: ${kinds}`;
}
