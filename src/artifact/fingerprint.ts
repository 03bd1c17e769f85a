/** @file Where a compiled executable may be loaded: everything that must be equal, and what is not, in words. */
import {
  type Client,
  libraryHash,
  type Plugin,
  processorFeatures,
  type Topology,
} from "../runtime-pjrt/index.js";
import type { Fingerprint } from "./manifest.js";

/** Devices that are there, or only described. */
interface Devices {
  readonly platformName: string;
  readonly platformVersion: string;
  readonly devices: readonly { readonly kind: string }[];
}

/** Of what a client compiles. Hashes the plugin's library, which is noted between processes. */
export const fingerprintOf = (client: Client): Promise<Fingerprint> =>
  fingerprint(client.plugin, client, client.isHost ? processorFeatures() : "");

/** Of what a plugin compiles ahead of time for a topology; equal to that of a client with such devices. */
export const fingerprintOfTopology = (plugin: Plugin, topology: Topology): Promise<Fingerprint> =>
  fingerprint(plugin, topology, "");

async function fingerprint(
  plugin: Pick<Plugin, "apiVersion" | "path">,
  target: Devices,
  processor: string,
): Promise<Fingerprint> {
  const { major, minor } = plugin.apiVersion;
  return {
    plugin: await libraryHash(plugin.path),
    api: `${major}.${minor}`,
    platform: target.platformName,
    platformVersion: target.platformVersion,
    deviceKind: [...new Set(target.devices.map(({ kind }) => kind))].sort().join(","),
    processor,
  };
}

/** The same text for equal fingerprints, whatever the order of their fields: what is sealed, and hashed for a name. */
export const fingerprintText = (fingerprint: Fingerprint): string =>
  JSON.stringify(Object.entries(fingerprint).sort());

/** What each field is called in a reason. */
const WORDS: Readonly<Record<Exclude<keyof Fingerprint, "processor">, string>> = {
  plugin: "another plugin",
  api: "another version of the PJRT C API",
  platform: "another platform",
  platformVersion: "another version of the platform",
  deviceKind: "another kind of device",
};

/**
 * Why an executable of the one cannot be loaded where the other holds; empty when it can. One entry for each field that differs:
 * `another kind of device: TPU v4 here, made for TPU v5 lite`.
 */
export function fingerprintDifferences(stored: Fingerprint, here: Fingerprint): readonly string[] {
  const fields = (Object.keys(WORDS) as (keyof typeof WORDS)[]).filter((name) => stored[name] !== here[name]);
  const short = (value: string) => (/^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : value);
  return [
    ...fields.map((name) => `${WORDS[name]}: ${short(here[name])} here, made for ${short(stored[name])}`),
    ...processorDifferences(stored.processor, here.processor),
  ];
}

/** Processors have hundreds of features: only those that differ are worth reading. */
function processorDifferences(stored: string, here: string): readonly string[] {
  if (stored === here) return [];
  const words = (text: string) => text.split(" ").filter((word) => word !== "");
  const without = (all: string, others: string) => words(all).filter((word) => !words(others).includes(word));
  const lacking = without(stored, here);
  const more = without(here, stored);
  return [
    `another processor: ${[
      ...(lacking.length === 0 ? [] : [`lacks ${lacking.join(" ")}`]),
      ...(more.length === 0 ? [] : [`has ${more.join(" ")}`]),
    ].join(", ")}`,
  ];
}
