/** @file What programs of a target are compiled with: devices that are here, or a topology that the target names. */
import { UsageError } from "../support/errors.js";
import { findTargetOf, type LoweringExtension, resolveTarget } from "../targets/index.js";
import type { ExportCompiler } from "./export-compile.js";
import {
  type DeviceEvent,
  type DeviceOptions,
  loadPlugin,
  openDevice,
  DEVICE_OPTIONS,
} from "./open-device.js";
import { checkOptions } from "../support/options.js";

/** A compiler, and what it takes to close it. */
export interface OpenCompiler extends AsyncDisposable {
  readonly compiler: ExportCompiler;
}

/** What happens on the way to a compiler. */
export type CompilerEvent = DeviceEvent | { readonly phase: "describe"; readonly topology: string };

/**
 * @param target `cpu`, or with a topology, `tpu:v5e:2x2`
 * @param plugin a name or path; default: that of the target's platform
 * @throws UsageError when the plugin's devices are not what the target is; EnvironmentError; PjrtError
 */
export async function openCompiler(
  target: string,
  plugin: string | undefined,
  options: Omit<DeviceOptions, "onEvent"> & {
    readonly onEvent?: (event: CompilerEvent) => void;
    /** Whose targets there are beside this package's. */
    readonly extensions?: readonly LoweringExtension[];
  } = {},
): Promise<OpenCompiler> {
  checkOptions("openCompiler", options, { ...DEVICE_OPTIONS, extensions: true });
  const { extensions, ...opening } = options;
  const { target: wanted, topology: described } = resolveTarget(target, extensions);
  const name = plugin ?? wanted.plugin;
  if (described === undefined) {
    const device = await openDevice(name, opening);
    if (findTargetOf(device.client, extensions) === wanted) {
      return { compiler: device, [Symbol.asyncDispose]: () => device[Symbol.asyncDispose]() };
    }
    const { platformName } = device.client;
    await device[Symbol.asyncDispose]();
    throw otherPlatform(target, platformName);
  }
  const loaded = await loadPlugin(name, opening);
  options.onEvent?.({ phase: "describe", topology: described.name });
  const topology = await loaded.createTopology(described.topology, described.options);
  options.onEvent?.({ phase: "ready" });
  return {
    compiler: { plugin: loaded, topology, topologyName: described.name },
    [Symbol.asyncDispose]: async () => topology.close(),
  };
}

const otherPlatform = (target: string, got: string): UsageError =>
  new UsageError({
    message: `programs lowered for ${target} are compiled by a plugin for another platform`,
    expected: target,
    got,
    hint: `--target ${got}, or name another plugin: --compile PLUGIN`,
  });
