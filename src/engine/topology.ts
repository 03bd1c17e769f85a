/** @file Devices that are only described, by the names that targets have for them. */
import type { Plugin, Topology } from "../runtime-pjrt/index.js";

/**
 * Describes devices to compile for: `v5e:2x2`, or with a configuration of its chips, `v4:2x2x1:megacore`, where the two cores of a chip are
 * one device, as JAX has them on v4. Close it.
 * @throws PjrtError for a topology or a configuration that the plugin does not know
 */
export function openTopology(plugin: Plugin, name: string): Promise<Topology> {
  const [, topology = name, configuration] = /^([^:]+:[^:]+):([^:]+)$/.exec(name) ?? [];
  return plugin.createTopology(
    topology,
    configuration === undefined ? {} : { chip_config_name: configuration },
  );
}
