/** @file Devices that a target describes without having them. */

/** What `Plugin.createTopology` takes. */
export interface TopologyRequest {
  /** As people name it, and artifacts: `v4:2x2x1:megacore`. */
  readonly name: string;
  /** As the plugin names it: `v4:2x2x1`. */
  readonly topology: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface Topologies {
  /** Names of chips, for hints. */
  readonly chips: readonly string[];
  /** The one that is meant when a target is named alone and devices must be described. */
  readonly default: string;
  /** Reads a name such as `v5e:2x2`. @throws UsageError for an unknown chip or a malformed shape */
  parse(name: string): TopologyRequest;
}
