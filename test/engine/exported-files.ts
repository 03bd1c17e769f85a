/** @file For tests: what an export has written. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { models } from "../../models/index.js";
import type { Manifest, WeightsIndex } from "../../src/artifact/index.js";
import { type ExportOptions, exportModel } from "../../src/engine/index.js";
import { sha256OfFile } from "../../src/support/hash.js";
import { demo } from "../artifact/exported.js";
import { temporaryFolder } from "../cli/griffin.js";

/** A smaller model than the demo's, its weights in two files. */
export const hawk = demo.replace("demo-kjv", "hawk-sharded");

/** The files of a folder, with those of the folders in it. */
export async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** The JSON of a file. */
export const readJson = async <T>(...path: string[]): Promise<T> =>
  JSON.parse(await readFile(join(...path), "utf8")) as T;

/** SHA-256 of files of a folder. */
export const hashes = (folder: string, files: readonly string[]) =>
  Promise.all(files.map((file) => sha256OfFile(join(folder, file))));

/** A model, exported into a folder of the test; without samplers unless `options` say otherwise. */
export async function exported(model: string, options: ExportOptions) {
  const folder = join(await temporaryFolder(), "artifact");
  await exportModel({ folder: model, models }, folder, { samplers: false, ...options });
  const manifest = await readJson<Manifest>(folder, "manifest.json");
  const index = await readJson<WeightsIndex>(folder, "weights.index.json");
  return { folder, manifest, index, files: await filesOf(folder) };
}
