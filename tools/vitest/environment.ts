/**
 * @file Before the tests of a project: what they compile is kept in a folder of the run, installed plugins are shared with users, and the
 * plugins that the project's tests need are fetched, outside of any test's limit of time.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { pluginsFolder } from "../../src/runtime-pjrt/install/cache-folder.js";
import { PLUGIN_WHEELS } from "../../src/runtime-pjrt/install/wheels.js";
import { fetchPlugins, fetchWheels } from "../support/plugins.js";

const { libtpu, ...cpuPlugins } = PLUGIN_WHEELS;

/** The plugins that are used, by the project's name in vitest.config.ts. */
const pluginsOf: Readonly<Record<string, readonly string[]>> = {
  host: [],
  properties: [],
  usual: ["cpu"],
  cpu: ["cpu"],
  matrix: ["cpu"],
  faults: ["cpu"],
  tpu: [libtpu.package],
  plugins: Object.keys(cpuPlugins),
};

/** Sets the variables that all workers of the run inherit; gives back what removes the folder. Called for the whole run, too. */
export default async function setup({ name }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const plugins = pluginsOf[name];
  if (plugins === undefined) return undefined;
  process.env.STABLEGRIFFIN_PLUGINS = pluginsFolder();
  process.env.USERS_XLA_FLAGS = process.env.XLA_FLAGS ?? "";
  const folder = await mkdtemp(join(tmpdir(), "griffin-run-"));
  process.env.STABLEGRIFFIN_CACHE = folder;
  // Tests of installing download each wheel several times: from here.
  if (name === "plugins") {
    const wheels = join(folder, "wheels");
    await fetchWheels(Object.values(cpuPlugins), wheels);
    process.env.PIP_FIND_LINKS = wheels;
    process.env.PIP_NO_INDEX = "1";
  }
  await fetchPlugins(plugins);
  return () => rm(folder, { recursive: true, force: true });
}
