import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findPlugin } from "../../src/runtime-pjrt/index.js";
import { griffin, griffinJson, temporaryFolder } from "./griffin.js";

const installed = await findPlugin("cpu", { install: true });

test("doctor says which versions, plugins and devices there are", async () => {
  const { exitCode, stdout } = await griffin(["doctor"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /^stablegriffin +0\.1\.0\nnode +\d+\.\d+\.\d+\nkoffi +\d+\.\d+\.\d+\npython3 +Python 3/,
  );
  expect(stdout).toMatch(/\nprograms +\/.*\/programs: \d+ compiled, [\d.]+ [kMG]B of at most 4\.29 GB\n/);
  expect(stdout).toContain(`plugin cpu: found\n`);
  expect(stdout).toMatch(/\nplugin tpu: (not )?found\n/);
  expect(stdout).toContain(`\nlibrary        ${installed.path}\n`);
  expect(stdout).toMatch(/\nStableHLO +0\.9\.0 to \d+\.\d+\.\d+\n/);
  expect(stdout).toMatch(/\nready: programs run on cpu$/);
});

test("doctor --json gives the same as data", async () => {
  const report = await griffinJson(["doctor"]);
  expect(report).toMatchObject({
    versions: { stablegriffin: "0.1.0", node: process.versions.node, koffi: expect.any(String) },
    python: expect.stringContaining("Python 3"),
    pip: expect.stringContaining("pip "),
    cacheFolder: expect.any(String),
    plugins: [{ name: "cpu", path: installed.path }, { name: "cuda" }, { name: "tpu" }],
    device: {
      path: installed.path,
      pjrt: "0.115",
      platform: "cpu",
      devices: expect.arrayContaining(["CpuDevice(id=0)"]),
    },
    problems: [],
  });
});

/** An environment in which no plugin can be found, and no python3 either. */
async function bareEnvironment() {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "bin"));
  await symlink(process.execPath, join(folder, "bin", "node"));
  const cache = join(folder, "cache");
  return {
    PATH: join(folder, "bin"),
    STABLEGRIFFIN_CACHE: cache,
    STABLEGRIFFIN_PLUGINS: join(cache, "plugins"),
  };
}

test("without a plugin and without python3 doctor says what to do and exits with 3", async () => {
  const { exitCode, stdout } = await griffin(["doctor"], { env: await bareEnvironment() });
  expect(exitCode).toBe(3);
  expect(stdout).toContain("python3        not found");
  expect(stdout).toContain("no cpu plugin found\n  what to do: install it: griffin plugin install cpu");
  expect(stdout).toContain(
    "there is no python3, which fetches plugins\n  what to do: install python3 with pip",
  );
});

test("a first run without python3 says so and exits with 3", async () => {
  const { exitCode, stderr } = await griffin(["demo"], { env: await bareEnvironment() });
  expect(exitCode).toBe(3);
  expect(stderr).toBe(
    "environment error: cannot download lammps-jax-pjrt-cpu 0.11.2: there is no python3\n" +
      "  hint:     install python3 with pip, or give the path of a plugin that you have",
  );
});

test("a path that is not a plugin is an environment error", async () => {
  const { exitCode, stderr } = await griffin(["demo", "--plugin", "./package.json"]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 3,
    stderr:
      "environment error: ./package.json is not a shared library\n" +
      "  expected: the path of a PJRT plugin (a shared library)",
  });
});

test("a shared library that is no plugin is an environment error", async () => {
  const { exitCode, stderr } = await griffin(["demo", "--plugin", await someLibrary()]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain("is a shared library but not a PJRT plugin");
});

test("a plugin path that does not exist is an environment error", async () => {
  const { exitCode, stderr } = await griffin([
    "generate",
    "--model",
    "golden/demo-kjv",
    "--prompt",
    "x",
    "--plugin",
    "./no.so",
  ]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain("environment error: no such plugin: ./no.so");
});

/** A shared library of this process: koffi's. */
async function someLibrary(): Promise<string> {
  await import("koffi");
  const report = process.report.getReport() as { readonly sharedObjects?: readonly string[] };
  return report.sharedObjects!.find((path) => path.endsWith("koffi.node"))!;
}

test("plugin list names what can be installed", async () => {
  expect(await griffinJson(["plugin", "list"])).toContainEqual({
    name: "lammps-jax-pjrt-cpu",
    platform: "cpu",
    version: "0.11.2",
    api: "0.115",
    wheelBytes: 62_711_338,
    summary: "XLA for CPUs as in jaxlib 0.11.2, the fastest on most of this project's programs",
    path: installed.path,
  });
});

test("plugin install of an unknown name suggests known ones", async () => {
  const { exitCode, stderr } = await griffin(["plugin", "install", "cpuu"]);
  expect(exitCode).toBe(3);
  expect(stderr).toBe(
    "environment error: no plugin named cpuu can be installed\n  hint:     did you mean cpu?",
  );
});
