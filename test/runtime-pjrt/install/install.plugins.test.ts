import { mkdtemp, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, expect, test } from "vitest";
import {
  type InstallProgress,
  installPlugin,
  Plugin,
  PLUGIN_WHEELS,
} from "../../../src/runtime-pjrt/index.js";

const before = process.env.STABLEGRIFFIN_CACHE;
afterEach(() => {
  if (before === undefined) delete process.env.STABLEGRIFFIN_CACHE;
  else process.env.STABLEGRIFFIN_CACHE = before;
});

const wheel = PLUGIN_WHEELS["lammps-jax-pjrt-cpu"];

test("an installed plugin is whole, loads, and its progress ends at the totals", async () => {
  process.env.STABLEGRIFFIN_CACHE = await mkdtemp(join(tmpdir(), "install-"));
  const last: Partial<Record<InstallProgress["phase"], InstallProgress>> = {};
  const path = await installPlugin(wheel.package, {
    onProgress: (progress) => {
      last[progress.phase] = progress;
    },
  });
  expect((await stat(path)).size).toBe(wheel.libraryBytes);
  expect([last.download?.bytes, last.extract?.bytes]).toEqual([wheel.wheelBytes, wheel.libraryBytes]);
  expect((await Plugin.load(path)).apiVersion.minor).toBe(115);
});

test("killed at any moment, the next run installs it whole", async () => {
  const cache = await mkdtemp(join(tmpdir(), "install-"));
  const child = fileURLToPath(new URL("./install-child.ts", import.meta.url));
  const run = (options: object) =>
    execa(process.execPath, ["--import", "jiti/register", child, wheel.package], {
      env: { STABLEGRIFFIN_CACHE: cache },
      reject: false,
      ...options,
    });
  for (const delay of [600, 1200, 1800, 2400]) {
    await run({ timeout: delay, killSignal: "SIGKILL" });
  }
  const { exitCode, stdout } = await run({});
  expect([exitCode, (await stat(stdout)).size]).toEqual([0, wheel.libraryBytes]);
  expect(await readdir(join(cache, "plugins"))).toEqual([`${wheel.package}-${wheel.version}`]);
});
