import { mkdtemp, open, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import {
  type InstallProgress,
  installPlugin,
  Plugin,
  PLUGIN_WHEELS,
} from "../../../src/runtime-pjrt/index.js";

const wheel = PLUGIN_WHEELS["lammps-jax-pjrt-cpu"];

/** Variables that name folders of the test's own: nothing of the user's is touched. */
async function ownFolders() {
  const cache = await mkdtemp(join(tmpdir(), "install-"));
  onTestFinished(() => rm(cache, { recursive: true, force: true }));
  const plugins = join(cache, "plugins");
  return { plugins, env: { ...process.env, STABLEGRIFFIN_CACHE: cache, STABLEGRIFFIN_PLUGINS: plugins } };
}

test("an installed plugin is whole, loads, and its progress ends at the totals", async () => {
  const { env, plugins } = await ownFolders();
  const last: Partial<Record<InstallProgress["phase"], InstallProgress>> = {};
  const path = await installPlugin(wheel.package, {
    env,
    onProgress: (progress) => {
      last[progress.phase] = progress;
    },
  });
  expect(path.startsWith(plugins)).toBe(true);
  expect((await stat(path)).size).toBe(wheel.libraryBytes);
  expect([last.download?.bytes, last.extract?.bytes]).toEqual([wheel.wheelBytes, wheel.libraryBytes]);
  expect((await Plugin.load(path)).apiVersion.minor).toBe(115);
});

test("killed at any moment, the next run installs it whole", async () => {
  const { env, plugins } = await ownFolders();
  const child = fileURLToPath(new URL("./install-child.ts", import.meta.url));
  const run = (options: object) =>
    execa(process.execPath, ["--import", "jiti/register", child, wheel.package], {
      env,
      reject: false,
      ...options,
    });
  for (const delay of [600, 1200, 1800, 2400]) {
    await run({ timeout: delay, killSignal: "SIGKILL" });
  }
  const { exitCode, stdout } = await run({});
  expect([exitCode, (await stat(stdout)).size]).toEqual([0, wheel.libraryBytes]);
  expect(await readdir(plugins)).toEqual([`${wheel.package}-${wheel.version}`]);
});

test("one that was changed without another size is installed anew, by one download", async () => {
  const { env } = await ownFolders();
  const path = await installPlugin(wheel.package, { env });
  const file = await open(path, "r+");
  await file.write(Buffer.from("changed"), 0, 7, 100_000_000);
  await file.close();
  await expect(Plugin.load(path)).rejects.toThrow(/is not what was installed/);
  let extracted = 0;
  const onProgress = ({ phase, bytes, totalBytes }: InstallProgress): void => {
    if (phase === "extract" && bytes === totalBytes) extracted++;
  };
  expect(await installPlugin(wheel.package, { env, onProgress })).toBe(path);
  expect(extracted).toBe(1);
  expect((await Plugin.load(path)).apiVersion.minor).toBe(115);
});
