/** @file Each call of the file system fails once where files of people are written: that is an error in words, and the place is empty or holds all. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { axis, program, spec } from "../../../src/dsl/index.js";
import { exportProgram } from "../../../src/engine/index.js";
import { writeState } from "../../../src/engine/train/state-file.js";
import { saveSession } from "../../../src/serving/session-file.js";
import type { Session } from "../../../src/serving/session.js";
import { EnvironmentError, GriffinError } from "../../../src/support/errors.js";
import { sha256 } from "../../../src/support/hash.js";
import {
  openSafetensors,
  writeOrbax,
  writeSafetensorsStream,
  writeTorch,
} from "../../../src/weights/index.js";
import { griffin } from "../../cli/griffin.js";
import { temporaryFolder } from "../../weights/files.js";
import { withFailingCall } from "./failing-calls.js";

const PROGRAM = "func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> { return %x : tensor<2xf32> }";

const n = axis("n", 2);
const scaled = program(
  { name: "scaled", inputs: { x: spec([n], "f32") }, parameters: { w: spec([n], "f32") } },
  ({ x }, { w }) => ({ y: x.mul(w) }),
);
const parameters = { w: [2, 3] };

const tensors = [
  ["a.b", { dtype: "f32", shape: [2], read: async () => new Uint8Array(8) }],
  ["c", { dtype: "bf16", shape: [1], read: async () => new Uint8Array(2) }],
] as const;

/** What a save asks of a session. */
const session = {
  mark: async () => ({
    programs: { identity: async () => "model", dtype: "f32", generation: {} },
    states: new Map([["h", { elementType: "f32", dimensions: [2], toHost: async () => new Uint8Array(8) }]]),
    lengths: [1],
    [Symbol.dispose]() {},
  }),
} as unknown as Session;

const training = {
  states: [{ name: "w", elementType: "f32", dimensions: [2] }],
  readBytes: async () => new Uint8Array(8),
} as unknown as Parameters<typeof writeState>[1];
const kept = { settings: {}, dataDigest: "", progress: {} } as unknown as Parameters<typeof writeState>[2];

/** What writes something into a folder, from what is in another; both are below the folder where calls fail. */
const writers: Readonly<Record<string, (out: string, source: string) => Promise<unknown>>> = {
  "opt -o": async (out, source) => {
    const { exitCode, stderr } = await griffin([
      "opt",
      join(source, "program.mlir"),
      "-o",
      join(out, "x.mlir"),
    ]);
    if (exitCode === 0) return;
    expect(stderr).toMatch(/^environment error: cannot (read|write) /);
    throw new EnvironmentError({ message: stderr });
  },
  "tensors to safetensors": (out) => writeSafetensorsStream(join(out, "x.safetensors"), tensors),
  "tensors to torch": (out) => writeTorch(join(out, "x.pt"), tensors),
  "tensors to orbax": (out) => writeOrbax(join(out, "x"), tensors),
  "tensors to folders of orbax": (out) => writeOrbax(join(out, "x"), tensors, "orbax-zarr"),
  "export to a folder": (out) => exportProgram(scaled, join(out, "x"), { parameters, force: true }),
  "export to an archive": (out) =>
    exportProgram(scaled, join(out, "x.zip"), { parameters, zip: true, force: true }),
  "a checkpoint of a training": (out) => writeState(out, training, kept),
  "/save of a dialogue": (out) => saveSession(session, join(out, "x.session")),
};

/** All files below a folder, with their hashes. */
async function contents(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
  const lines = await Promise.all(
    files.map(async (file) => `${relative(folder, file)} ${sha256(await readFile(file))}`),
  );
  return lines.sort();
}

test.each(Object.entries(writers))("%s", async (_what, write) => {
  const folder = await temporaryFolder();
  const source = join(folder, "source");
  await mkdir(source);
  await writeFile(join(source, "program.mlir"), PROGRAM);
  const expected = join(folder, "expected");
  await mkdir(expected);
  await write(expected, source);
  const whole = await contents(expected);
  const failures: string[] = [];
  for (let n = 0; ; n++) {
    const out = join(folder, `out${n}`);
    await mkdir(out);
    let error: unknown;
    const { failed, left } = await withFailingCall(folder, n, async () => {
      await write(out, source).catch((cause: unknown) => {
        error = cause;
      });
    });
    if (failed === undefined) break;
    const place = `call ${n}, ${failed}`;
    failures.push(failed);
    if (error !== undefined) expect(error, place).toBeInstanceOf(GriffinError);
    expect(left, place).toBe(0);
    const there = (await contents(out)).filter((line) => !line.startsWith(".griffin"));
    expect([[], whole], place).toContainEqual(there);
    if (error === undefined) expect(there, place).toEqual(whole);
    // Once more, as somebody would, and nothing of the first time is left.
    await write(out, source);
    expect(await contents(out), place).toEqual(whole);
  }
  expect(failures.length).toBeGreaterThan(5);
});

test("a file of tensors that cannot be read is said to be one, and closed", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "x.safetensors");
  await writeSafetensorsStream(path, tensors);
  const readAll = async () => {
    await using file = await openSafetensors(path);
    for (const tensor of file.tensors.values()) await tensor.read();
  };
  const failures: string[] = [];
  for (let n = 0; ; n++) {
    let said = "";
    const { failed, left } = await withFailingCall(folder, n, () =>
      readAll().catch((error: unknown) => {
        said = String(error).replace(path, "PATH");
      }),
    );
    expect(left).toBe(0);
    if (failed === "close of a file") break;
    failures.push(said);
  }
  const reads = Array(4).fill(["read of a file", "stat of a file"]).flat();
  const calls = ["open", ...Array(2).fill("stat of a file"), ...reads];
  expect(failures).toEqual(
    calls.map(
      (call) =>
        `CheckpointError: checkpoint error: file: cannot be read (EIO: i/o error, ${call})\n  at:       PATH`,
    ),
  );
});
