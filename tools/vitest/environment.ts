/** @file Before all tests of a run: they keep what they compile in a folder of their own, and share installed plugins with users. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pluginsFolder } from "../../src/runtime-pjrt/install/cache-folder.js";

/** Sets the variables that all workers of the run inherit; gives back what removes the folder. */
export default async function setup(): Promise<() => Promise<void>> {
  process.env.STABLEGRIFFIN_PLUGINS = pluginsFolder();
  process.env.USERS_XLA_FLAGS = process.env.XLA_FLAGS ?? "";
  const folder = await mkdtemp(join(tmpdir(), "griffin-run-"));
  process.env.STABLEGRIFFIN_CACHE = folder;
  return () => rm(folder, { recursive: true, force: true });
}
