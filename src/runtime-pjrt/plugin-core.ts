/** @file A loaded plugin without what is made of it: its functions, and what it says of itself. */
import type { Api } from "./call.js";
import { extensionNames } from "./extensions/extension.js";
import { type Attributes, readAttributes } from "./named-value.js";
import { type ResourceCounts, ResourceTable } from "./resources.js";

/** What clients and topologies know of the plugin that they come from. */
export class PluginCore {
  /** Topologies and programs compiled for them. */
  readonly resources = new ResourceTable();

  protected constructor(
    /** Real path of the library. */
    readonly path: string,
    readonly api: Api,
  ) {}

  /** Version of the C API that the plugin was built with. */
  get apiVersion(): { readonly major: number; readonly minor: number } {
    return { major: this.api.major, minor: this.api.minor };
  }

  /** What the plugin says of itself, e.g. `stablehlo_current_version`, `stablehlo_minimum_version`, `xla_version`. */
  get attributes(): Attributes {
    const out = this.api.call("PJRT_Plugin_Attributes", {});
    return readAttributes(out.attributes, out.num_attributes);
  }

  /** Names of the extensions it has. */
  get extensions(): readonly string[] {
    return extensionNames(this.api);
  }

  /** Live topologies and programs compiled for them. */
  stats(): ResourceCounts {
    return this.resources.counts();
  }

  /** The StableHLO versions it reads, oldest and newest, e.g. `{ minimum: "0.9.0", current: "1.16.1" }`. */
  get stablehloVersions(): { readonly minimum?: string; readonly current?: string } {
    const { stablehlo_minimum_version, stablehlo_current_version } = this.attributes;
    const dotted = (version: Attributes[string] | undefined) =>
      Array.isArray(version) ? version.join(".") : undefined;
    const minimum = dotted(stablehlo_minimum_version);
    const current = dotted(stablehlo_current_version);
    return { ...(minimum !== undefined && { minimum }), ...(current !== undefined && { current }) };
  }
}
