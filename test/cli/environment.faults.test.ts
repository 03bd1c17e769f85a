/** The command in environments as containers, services and full machines have them: it does its work, or says what to set. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { FAILPOINT } from "../../src/support/failpoints.js";
import { QUICK_COMPILE } from "../../tools/support/xla-flags.js";
import { demoArtifact } from "../artifact/demo-artifact.js";
import { stopped } from "../support/whole/children.js";
import { main, root, type RunOptions, spawnGriffin, temporaryFolder } from "./griffin.js";

const program = `func.func @main() -> tensor<2xf32> {
  %0 = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
  return %0 : tensor<2xf32>
}
`;
const run = ["run", "-"];
const ran = { exitCode: 0, stdout: expect.stringMatching(/tensor<2xf32> +1 +2 +1\.500 +1 2$/) };

let archive = "";
beforeAll(async () => {
  archive = await demoArtifact({ withWeights: true, text: true, zip: true });
});
const generate = () => ["generate", "--artifact", archive, "--prompt", "In", "--max-new-tokens", "1"];

/** Compiled as quickly as may be. */
const XLA_FLAGS = QUICK_COMPILE;

/** Lines on stderr, without those of progress and figures. */
const said = (stderr: string): readonly string[] =>
  stderr.split("\n").filter((line) => !/^$|^[✓…]|^\d+ tokens, |^cpu plugin/.test(line));

const spawnRun = (env: RunOptions["env"]) =>
  spawnGriffin(run, { input: program, env: { XLA_FLAGS, ...env } });

describe("a program runs", () => {
  test.each<[string, Readonly<Record<string, string | undefined>>]>([
    [
      "without HOME, a cache folder that is named, or any other program, in a language that nobody has",
      {
        HOME: undefined,
        STABLEGRIFFIN_CACHE: undefined,
        PATH: "/nonexistent",
        LANG: "xx_YY.KOI8",
        LC_ALL: "tr_TR",
        LANGUAGE: "?",
      },
    ],
    [
      "with a heap of 64 MB, deprecations as errors, warnings, and a folder for temporary files that is not there",
      {
        NODE_OPTIONS: "--max-old-space-size=64 --throw-deprecation --trace-warnings",
        TMPDIR: "/nonexistent/tmp",
      },
    ],
    ["with a folder for temporary files where nothing can be written", { TMPDIR: "/proc/tmp" }],
  ])("%s", async (_, env) => {
    const { stderr, ...outcome } = await spawnRun(env);
    expect({ ...outcome, said: said(stderr) }).toEqual({ ...ran, said: [] });
  });

  test("where nothing at all can be written: without the cache, which is said once, and not without tensors", async () => {
    const { stderr, exitCode } = await spawnRun({ TMPDIR: "/proc/tmp", STABLEGRIFFIN_CACHE: "/proc/cache" });
    expect({ exitCode, said: said(stderr) }).toEqual({
      exitCode: 3,
      said: [
        "environment error: there is no folder for temporary files",
        expect.stringMatching(/^ {2}\/proc\/tmp: ENOENT/),
        expect.stringMatching(/^ {2}\/proc\/cache: ENOENT/),
        "  hint:     set TMPDIR to a folder that can be written",
      ],
    });
  });
});

describe("a cache folder that cannot be used", () => {
  test.each([
    ["is a file", "FILE"],
    ["lets nobody write", "/proc/cache"],
  ])(
    "because it %s costs the cache, and that is said once; an archive is unpacked elsewhere",
    async (_, place) => {
      const folder = await temporaryFolder();
      await writeFile(join(folder, "file"), "");
      const cache = place.replace("FILE", join(folder, "file"));
      const temporary = join(folder, "tmp");
      await mkdir(temporary);
      const env = { XLA_FLAGS, STABLEGRIFFIN_CACHE: cache, TMPDIR: temporary };
      const { stderr, stdout, exitCode } = await spawnGriffin(generate(), { env });
      expect({ exitCode, stdout, said: said(stderr), left: await readdir(temporary) }).toEqual({
        exitCode: 0,
        stdout: " ",
        said: [
          expect.stringMatching(
            /^! the compile cache is not used: .*E[A-Z]+.*; set STABLEGRIFFIN_CACHE to a/,
          ),
        ],
        left: [],
      });
    },
  );

  test("because the disk is full costs the cache, and leaves nothing there", async () => {
    const folder = await temporaryFolder();
    const env = { XLA_FLAGS, STABLEGRIFFIN_CACHE: folder, [FAILPOINT]: "ENOSPC:keep" };
    const { stderr, exitCode } = await spawnGriffin(generate(), { env });
    expect({ exitCode, said: said(stderr), left: await readdir(join(folder, "programs")) }).toEqual({
      exitCode: 0,
      said: ["! compiled programs are not kept for the next time: ENOSPC: failpoint keep"],
      left: [],
    });
  });

  test("is no place for archives either where there is no other: that is an error", async () => {
    const env = { STABLEGRIFFIN_CACHE: "/proc/cache", TMPDIR: "/proc/tmp" };
    const { stderr, exitCode } = await spawnGriffin(generate(), { env });
    expect({ exitCode, said: said(stderr) }).toEqual({
      exitCode: 3,
      said: [
        `environment error: there is no folder to unpack ${archive} in`,
        expect.stringMatching(/^ {2}\/proc\/cache\/unpacked: ENOENT/),
        expect.stringMatching(/^ {2}\/proc\/tmp: ENOENT/),
        "  hint:     set STABLEGRIFFIN_CACHE to a folder that can be written, or unpack it yourself and give the folder",
      ],
    });
  });
});

test.each([
  ["/proc/plugins", "/proc/plugins", "ENOENT: no such file or directory, mkdir '/proc/plugins'"],
  ["FILE", "FILE", "EEXIST: file already exists, mkdir 'FILE'"],
])("a plugin that cannot be installed in %s: what to set is said", async (place, where, got) => {
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "");
  const env = { STABLEGRIFFIN_PLUGINS: place.replace("FILE", file) };
  const { stderr, exitCode } = await spawnGriffin(["plugin", "install", "cpu"], { env });
  expect({ exitCode, said: said(stderr.replaceAll(file, "FILE")) }).toEqual({
    exitCode: 3,
    said: [
      `environment error: cannot install lammps-jax-pjrt-cpu in ${where}`,
      "  expected: a folder that can be written, with 265 MB of room",
      `  got:      ${got}`,
      "  hint:     set STABLEGRIFFIN_PLUGINS to another folder, for later runs too, or give the path of a plugin that you have",
    ],
  });
});

test("a plugin cannot be installed without python3: that is said", async () => {
  const env = { PATH: "/nonexistent", STABLEGRIFFIN_PLUGINS: await temporaryFolder() };
  const { stderr, exitCode } = await spawnGriffin(["plugin", "install", "cpu"], { env });
  expect({ exitCode, said: said(stderr), left: await readdir(env.STABLEGRIFFIN_PLUGINS) }).toEqual({
    exitCode: 3,
    said: [
      "environment error: cannot download lammps-jax-pjrt-cpu 0.11.2: there is no python3",
      "  hint:     install python3 with pip, or give the path of a plugin that you have",
    ],
    left: [],
  });
});

test("an output that is closed, as a service has it, is no error", async () => {
  const command = [process.execPath, main, "lower", "--preset", "tiny-hawk"];
  const options = { cwd: root, reject: false };
  const { exitCode, stderr } = await execa("bash", ["-c", '"$0" "$@" >&-', ...command], options);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

const start = (args: readonly string[], env: NodeJS.ProcessEnv) =>
  spawn(process.execPath, [main, ...args], { cwd: root, env: { ...process.env, XLA_FLAGS, ...env } });

describe("what is unpacked goes", () => {
  test("when a command that writes tokens is ended by SIGINT", async () => {
    const cache = await temporaryFolder();
    const unpacked = join(cache, "unpacked");
    const longer = [...generate().slice(0, -1), "100000"];
    const child = start(longer, { STABLEGRIFFIN_CACHE: cache });
    // It has begun to write tokens: all is unpacked and in use.
    await once(child.stdout, "data");
    expect(await readdir(unpacked)).toEqual([expect.stringMatching(/^\.griffin-partial-/)]);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
    expect(await readdir(unpacked)).toEqual([]);
  });

  test.each(["SIGTERM", "SIGHUP"] as const)(
    "when a command is ended by %s, as soon as there is anything",
    async (signal) => {
      const cache = await temporaryFolder();
      const unpacked = join(cache, "unpacked");
      const env = { STABLEGRIFFIN_CACHE: cache, [FAILPOINT]: "stop:makeWork" };
      const child = start(["inspect", archive], env);
      await stopped(child.pid!);
      expect(await readdir(unpacked)).toEqual([expect.stringMatching(/^\.griffin-partial-/)]);
      child.kill(signal);
      child.kill("SIGCONT");
      expect(await once(child, "exit")).toEqual([null, signal]);
      expect(await readdir(unpacked)).toEqual([]);
    },
  );

  test("when the process is killed, with the next archive, at once", async () => {
    const cache = await temporaryFolder();
    const unpacked = join(cache, "unpacked");
    const env = { STABLEGRIFFIN_CACHE: cache };
    const killed = await spawnGriffin(["inspect", archive], {
      env: { ...env, [FAILPOINT]: "kill:makeWork" },
    });
    expect(killed.exitCode).toBe(undefined);
    expect(await readdir(unpacked)).toHaveLength(1);
    expect((await spawnGriffin(["inspect", archive], { env })).exitCode).toBe(0);
    expect(await readdir(unpacked)).toEqual([]);
  });
});

const demo = join(root, "golden/demo-kjv");

describe("what a command had begun to write goes when it is ended", () => {
  test.each<readonly [NodeJS.Signals, string, (out: string) => readonly string[]]>([
    ["SIGINT", "export", (out) => ["export", "--model", demo, "--chunk", "16", "--no-samplers", "-o", out]],
    [
      "SIGTERM",
      "export",
      (out) => ["export", "--preset", "tiny-hawk", "--zip", "--no-samplers", "-o", `${out}.zip`],
    ],
    ["SIGINT", "convert", (out) => ["convert", demo, `${out}.pt`]],
    ["SIGHUP", "convert", (out) => ["convert", demo, `${out}/orbax`, "--to", "orbax-zarr"]],
  ])("by %s: %s", async (signal, _, args) => {
    const folder = await temporaryFolder();
    const child = start(args(join(folder, "out")), { [FAILPOINT]: "stop:makeWork" });
    await stopped(child.pid!);
    child.kill(signal);
    child.kill("SIGCONT");
    expect(await once(child, "exit")).toEqual([null, signal]);
    expect((await readdir(folder, { recursive: true })).filter((name) => name !== "out")).toEqual([]);
  });
});
