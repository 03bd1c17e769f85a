/** @file What a compiler makes of a program, for devices that need not be there: compiled in a process of its own, and counted. */
import { type Chip, chipNames, type Counted, findChip } from "../cost/index.js";
import type { Operation } from "../ir/operation.js";
import { describedTarget } from "../targets/names.js";
import { type LoweringExtension, resolveTarget } from "../targets/index.js";
import { costRequest } from "./cost.js";
import { IsolatedPlugin, type IsolationLimits } from "./isolated/index.js";
import { type DeviceEvent, type DeviceOptions, locatePlugin, DEVICE_OPTIONS } from "./open-device.js";
import { ISOLATION_LIMITS } from "./isolated/limits.js";
import { type OptionNames, checkOptions, withoutOptions } from "../support/options.js";

/** A target named alone with its default devices, where it describes them. @throws UsageError for an unknown one */
export function withDevices(
  name: string = describedTarget,
  extensions: readonly LoweringExtension[] = [],
): string {
  const { target, topology } = resolveTarget(name, extensions);
  const { topologies } = target;
  return topologies === undefined || topology !== undefined ? name : `${target.name}:${topologies.default}`;
}

/** The chip of a target's devices; undefined where its figures are not known. @throws UsageError for an unknown target */
export function chipOf(target: string, extensions: readonly LoweringExtension[] = []): Chip | undefined {
  const { topology } = resolveTarget(target, extensions);
  return topology !== undefined && chipNames.includes(topology.topology.split(":")[0]!)
    ? findChip(topology.name)
    : undefined;
}

export type CostEvent = DeviceEvent | { readonly phase: "compile"; readonly target: string };

/** How a program is compiled to be counted. */
export interface ProgramCostOptions extends Omit<DeviceOptions, "onEvent">, IsolationLimits {
  /** Name or path of the plugin that compiles; default: that of the target's platform. */
  readonly plugin?: string | undefined;
  /** Whose bounds costs are held against; default: that of the target. */
  readonly chip?: Chip | undefined;
  /** Custom calls that are passed on to the plugin. */
  readonly allowCustomCalls?: readonly string[] | undefined;
  /** Whose targets there are beside this package's. */
  readonly extensions?: readonly LoweringExtension[] | undefined;
  readonly onEvent?: ((event: CostEvent) => void) | undefined;
}

export const PROGRAM_COST_OPTIONS: OptionNames<ProgramCostOptions> = {
  ...withoutOptions(DEVICE_OPTIONS, "onEvent"),
  ...ISOLATION_LIMITS,
  plugin: true,
  chip: true,
  allowCustomCalls: true,
  extensions: true,
  onEvent: true,
};

/**
 * Compiles a module of StableHLO for a target and counts what the compiler made of it. Some programs make a compiler end its process:
 * it is not this one.
 * @param target with devices (`withDevices`): those of a topology, or those that the plugin finds
 * @throws VerifyError for what a compiler of the target is known to abort on; ProgramError; EnvironmentError without a plugin; PjrtError
 * with the compiler's words; PluginDeathError; AbortedError
 */
export async function programCost(
  module: Operation,
  target: string,
  options: ProgramCostOptions = {},
): Promise<Counted> {
  checkOptions("programCost", options, PROGRAM_COST_OPTIONS);
  const {
    plugin,
    allowCustomCalls,
    extensions,
    chip = chipOf(target, extensions),
    timeoutMs,
    memoryBytes,
    env,
    onEvent,
    signal,
  } = options;
  const { target: resolved, topology } = resolveTarget(target, extensions);
  const request = costRequest(module, resolved, { allowCustomCalls });
  const path = await locatePlugin(plugin ?? resolved.plugin, { env, signal, onEvent });
  onEvent?.({ phase: "compile", target });
  await using isolated = new IsolatedPlugin(path, { timeoutMs, memoryBytes });
  const compiled = await isolated.cost(topology, request, { signal });
  return { ...compiled, target, chip };
}
