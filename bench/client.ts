/** @file What every bench of ours does first: a plugin loaded, its client, and the versions to write beside the results. */
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type Client, findPlugin, Plugin } from "../src/runtime-pjrt/index.js";

/**
 * The plugin's client; the caller closes it.
 * @param plugin a name (cpu), a package, or a path
 * @throws EnvironmentError if there is no such plugin
 */
export async function openClient(plugin: string): Promise<Client> {
  const { path } = await findPlugin(plugin, { install: true });
  return (await Plugin.load(path)).createClient({ keepFreedMemory: true });
}

/** This package's version. */
export async function ourVersion(): Promise<string> {
  const text = await readFile(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** Versions of ours: this package, Node, and the plugin by the name of the folder it was installed into. */
export async function ourVersions({ plugin }: Client): Promise<Record<string, string>> {
  const { path, apiVersion } = plugin;
  return {
    stablegriffin: await ourVersion(),
    Node: process.versions.node,
    plugin: `${basename(dirname(path))} (PJRT ${apiVersion.major}.${apiVersion.minor})`,
  };
}
