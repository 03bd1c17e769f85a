import { mkdtemp, open, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  type InstallProgress,
  installPlugin,
  Plugin,
  PLUGIN_WHEELS,
} from "../../../src/runtime-pjrt/index.js";

// Wheels are on this machine already (tools/vitest/environment.ts); a few hundred megabytes are written and hashed each time.
vi.setConfig({ testTimeout: 300_000 });

const installer = fileURLToPath(new URL("./child.mjs", import.meta.url));
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

/** Ends a child once it says that a phase is so far. */
async function killedWhen(env: NodeJS.ProcessEnv, phase: string, part: number): Promise<unknown> {
  const child = execa(process.execPath, [installer, wheel.package], { env, reject: false });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    const [, now, progress] = /(\w+) (\S+)\n$/.exec(text) ?? [];
    if (now === phase && Number(progress) >= part) child.kill("SIGKILL");
  });
  return (await child).signal;
}

test("killed at any moment, the next run installs it whole", async () => {
  const { env, plugins } = await ownFolders();
  for (const [phase, part] of [
    ["download", 0],
    ["download", 1],
    ["extract", 0],
    ["extract", 0.5],
  ] as const) {
    expect(await killedWhen(env, phase, part)).toBe("SIGKILL");
  }
  const { exitCode, stdout } = await execa(process.execPath, [installer, wheel.package], { env });
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
