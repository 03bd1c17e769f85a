/** @file What `griffin export --compile` compiles with: devices that are here, or a topology that the target names. */
import { type ExportCompiler, resolveTarget } from "../engine/index.js";
import { findTargetOf } from "../targets/index.js";
import { UsageError } from "../support/errors.js";
import type { CommandContext } from "./context.js";
import { loadPlugin, openDevice } from "./device.js";
import type { Progress } from "./progress.js";

interface OpenCompiler extends AsyncDisposable {
  readonly compiler: ExportCompiler;
}

/**
 * @param target `cpu`, or with a topology, `tpu:v5e:2x2`
 * @param plugin a name or path; default: that of the target's platform
 * @throws UsageError when the plugin's devices are not what the target is; EnvironmentError; PjrtError
 */
export async function openCompiler(
  context: CommandContext,
  target: string,
  plugin: string | undefined,
  progress: Progress,
): Promise<OpenCompiler> {
  const { target: wanted, topology: described } = resolveTarget(target);
  const name = plugin ?? wanted.plugin;
  if (described === undefined) {
    const device = await openDevice(context, name, progress);
    if (findTargetOf(device.client) === wanted) {
      return { compiler: device, [Symbol.asyncDispose]: () => device[Symbol.asyncDispose]() };
    }
    const { platformName } = device.client;
    await device[Symbol.asyncDispose]();
    throw otherPlatform(target, platformName);
  }
  const loaded = await loadPlugin(context, name, progress);
  progress.update("describing", described.name);
  const topology = await loaded.createTopology(described.topology, described.options);
  progress.done();
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
