/** @file Each call of the file system fails once where files of people are written: that is an error in words, and the place is empty or holds all. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { axis, program, spec } from "../../../src/dsl/index.js";
import { exportProgram } from "../../../src/engine/index.js";
import { writeState } from "../../../src/engine/train/state-file.js";
import { History } from "../../../src/engine/train/history.js";
import { writeModel } from "../../../src/engine/train/model-folder.js";
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

/** Runs a command that writes; one that fails says so in words. */
async function command(...args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await griffin(args);
  if (exitCode === 0) return;
  expect(stderr).toMatch(/^(?:environment|checkpoint) error: /);
  throw new EnvironmentError({ message: stderr });
}

/** A trainer that has learnt nothing, of a model of one tensor, whose configuration lies beside. */
const trainedFrom = (from: string) => {
  const parameter = { path: "w", shape: [2], dtype: "f32" };
  const names = { nameOf: () => ({ name: "w", shape: [2] }), pathOf: () => parameter, ignored: {} };
  const stored = { name: "w", dtype: "f32", shape: [2], bytes: 8, read: async () => new Uint8Array(8) };
  return {
    trainer: { states: [{ name: "w" }], readLearnt: async () => new Uint8Array(8) },
    model: { dtype: "f32", parameters: [parameter], names },
    checkpoint: { where: from, tensors: new Map([["w", stored]]) },
    from,
  } as unknown as Parameters<typeof writeModel>[1];
};

/** What writes something into a folder, from what is in another; both are below the folder where calls fail. */
const writers: Readonly<Record<string, (out: string, source: string) => Promise<unknown>>> = {
  "opt -o": (out, source) => command("opt", join(source, "program.mlir"), "-o", join(out, "x.mlir")),
  "graph -o": (out, source) => command("graph", join(source, "program.mlir"), "-o", join(out, "x.json")),
  convert: (out, source) => command("convert", join(source, "x.safetensors"), join(out, "x.pt"), "--force"),
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
  await writeSafetensorsStream(join(source, "x.safetensors"), tensors);
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

const evaluated = { event: "eval", step: 0, loss: 1, perplexity: 2, targets: 3, best: false } as const;

/** What writes several files, one after the other: each is whole or not there. */
const several: Readonly<Record<string, (out: string, source: string) => Promise<unknown>>> = {
  "the log of a training": async (out) => {
    const history = await History.open(out, 0);
    history.add(evaluated);
    await history.write();
  },
  "the model of a training": (out, source) => writeModel(join(out, "best"), trainedFrom(source)),
};

test.each(Object.entries(several))("%s is written by the next try", async (_what, write) => {
  const folder = await temporaryFolder();
  const source = join(folder, "source");
  await mkdir(source);
  await writeFile(join(source, "config.json"), "{}");
  const expected = join(folder, "expected");
  await mkdir(expected);
  await write(expected, source);
  const whole = await contents(expected);
  expect(whole.length).toBe(2);
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
    if (error !== undefined) expect(error, place).toBeInstanceOf(GriffinError);
    expect(left, place).toBe(0);
    await write(out, source);
    expect(await contents(out), place).toEqual(whole);
  }
});
