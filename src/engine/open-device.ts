/** @file A plugin and a client of it, ready to compile; the plugin is fetched if it can be and is missing. */
import { basename, dirname } from "node:path";
import { type Client, findPlugin, type InstallProgress, Plugin } from "../runtime-pjrt/index.js";
import type { Environment } from "../support/environment.js";
import { type WaitOptions, WAIT_OPTIONS } from "../support/wait.js";
import { IsolatedPlugin, type IsolationLimits } from "./isolated/index.js";
import { type OptionNames, checkOptions } from "../support/options.js";
import { ISOLATION_LIMITS } from "./isolated/limits.js";

/** What happens on the way to a device. */
export type DeviceEvent =
  /** The plugin is not on this machine. */
  | { readonly phase: "fetch"; readonly progress: InstallProgress }
  /** A client of the library at `path` is made. */
  | { readonly phase: "start"; readonly path: string }
  | { readonly phase: "ready" };

export interface DeviceOptions extends WaitOptions {
  /** Variables that say where plugins are; this process's by default. */
  readonly env?: Environment | undefined;
  readonly onEvent?: ((event: DeviceEvent) => void) | undefined;
}

export const DEVICE_OPTIONS: OptionNames<DeviceOptions> = {
  ...WAIT_OPTIONS,
  env: true,
  onEvent: true,
};

/** Where programs run. Close it, or declare it with `await using`. */
export interface OpenDevice extends AsyncDisposable {
  readonly plugin: Plugin;
  readonly client: Client;
}

/**
 * The library of a plugin, fetched if need be.
 * @param name `cpu`, `tpu`, `cuda`, or a path
 * @throws EnvironmentError when there is none and it cannot be installed
 */
export async function locatePlugin(name: string, options: DeviceOptions = {}): Promise<string> {
  checkOptions("locatePlugin", options, DEVICE_OPTIONS);
  const { onEvent, ...rest } = options;
  const onProgress = (progress: InstallProgress): void => onEvent?.({ phase: "fetch", progress });
  const { path } = await findPlugin(name, { ...rest, install: true, onProgress });
  onEvent?.({ phase: "ready" });
  return path;
}

/** Finds and loads a plugin, fetching it if need be. @throws EnvironmentError when there is none and it cannot be installed */
export async function loadPlugin(name: string, options: DeviceOptions = {}): Promise<Plugin> {
  checkOptions("loadPlugin", options, DEVICE_OPTIONS);
  return Plugin.load(await locatePlugin(name, options));
}

/**
 * A client of a plugin. Where its device is the processor, the process keeps memory that it freed (`keepFreedMemory` of clients).
 * @throws EnvironmentError when there is no such plugin and it cannot be installed; PjrtError when it has no device; AbortedError
 */
export async function openDevice(name: string, options: DeviceOptions = {}): Promise<OpenDevice> {
  checkOptions("openDevice", options, DEVICE_OPTIONS);
  const { onEvent, signal, timeoutMs } = options;
  const plugin = await loadPlugin(name, options);
  onEvent?.({ phase: "start", path: plugin.path });
  const client = await plugin.createClient({ signal, timeoutMs, keepFreedMemory: true });
  onEvent?.({ phase: "ready" });
  return { plugin, client, [Symbol.asyncDispose]: () => client.close() };
}

/** Where a program of others runs: a client of this process, or a plugin in a process of its own. */
export interface OpenRunner extends AsyncDisposable {
  readonly device: Client | IsolatedPlugin;
}

/**
 * Where programs of others run: in a process of their own within `limits`, or in this one, which they may end.
 * @throws EnvironmentError when there is no such plugin and it cannot be installed; PjrtError when it has no device
 */
export async function openRunner(
  name: string,
  limits: IsolationLimits | "this process",
  options: DeviceOptions = {},
): Promise<OpenRunner> {
  if (limits !== "this process") checkOptions("openRunner", limits, ISOLATION_LIMITS);
  checkOptions("openRunner", options, DEVICE_OPTIONS);
  if (limits === "this process") {
    const { client } = await openDevice(name, options);
    return { device: client, [Symbol.asyncDispose]: () => client.close() };
  }
  const device = new IsolatedPlugin(await locatePlugin(name, options), limits);
  return { device, [Symbol.asyncDispose]: () => device.close() };
}

/** `cpu plugin lammps-jax-pjrt-cpu-0.11.2 (PJRT 0.115, StableHLO 1.20.0), device 0 of 1: cpu`. */
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
