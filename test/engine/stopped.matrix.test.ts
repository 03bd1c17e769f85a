/** Long work ends by its caller's signal, or when its time is over; nothing is left of what it had begun. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { models } from "../../models/index.js";
import { axis, program, spec } from "../../src/dsl/index.js";
import {
  checkGoldenCase,
  convertWeights,
  type ExportEvent,
  exportModel,
  type ExportOptions,
  exportProgram,
  inspect,
} from "../../src/engine/index.js";
import { openCase } from "../../src/golden/index.js";
import { loadArtifact } from "../../src/artifact/index.js";
import { AbortedError, type WaitOptions } from "../../src/support/wait.js";
import { demo } from "../artifact/exported.js";
import { temporaryFolder } from "../cli/griffin.js";
import { useCpu } from "../dsl/cpu.js";
import { compiledInThisRun } from "./tiny.js";

const cpu = useCpu();
const golden = join(demo, "..");

const rows = axis("rows", 4);
const scaled = program(
  { name: "scaled", inputs: { x: spec([rows], "f32") }, parameters: { w: spec([rows], "f32") } },
  ({ x }, { w }) => ({ y: x.mul(w) }),
);

/** What stops, and the call that tells how far the work is. */
interface Stop extends WaitOptions {
  readonly stop: () => void;
}

const byCaller = (): Stop => {
  const controller = new AbortController();
  return { signal: controller.signal, stop: () => controller.abort() };
};

const exportAt =
  (phase: ExportEvent["phase"], options: ExportOptions = {}) =>
  (out: string, { stop, ...wait }: Stop): Promise<unknown> =>
    exportModel({ folder: demo, models }, out, {
      ...{ chunk: 16, withWeights: true, samplers: false },
      ...options,
      ...wait,
      onEvent: (event) => (event.phase === phase ? stop() : undefined),
    });

describe("work that writes", () => {
  const cases: readonly (readonly [string, (out: string, stop: Stop) => Promise<unknown>])[] = [
    ["an export while it lowers", exportAt("lower")],
    ["an export while it writes a folder", exportAt("write")],
    ["an export while it writes an archive", exportAt("write", { zip: true })],
    [
      "an export while it compiles",
      (out, stop) => exportAt("compile", { compiler: { client: cpu.client } })(out, stop),
    ],
    [
      "an export of a program",
      (out, { stop, ...wait }) =>
        exportProgram(scaled, out, { parameters: { w: [1, 2, 3, 4] }, ...wait, onProgress: stop }),
    ],
  ];

  test.each(cases)("%s is stopped, and leaves nothing", async (_, work) => {
    const parent = await temporaryFolder();
    const failure = await work(join(parent, "out"), byCaller()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AbortedError);
    expect(String(failure)).toMatch(/was aborted after \d+ ms/);
    expect(await readdir(parent)).toEqual([]);
  });

  test("an export that takes longer than it may ends", async () => {
    const parent = await temporaryFolder();
    const out = join(parent, "out");
    await expect(exportModel({ folder: demo, models }, out, { chunk: 16, timeoutMs: 1 })).rejects.toThrow(
      /did not end in \d/,
    );
    expect(await readdir(parent)).toEqual([]);
  });

  test("a conversion leaves what was there before", async () => {
    const parent = await temporaryFolder();
    const target = join(parent, "model.pt");
    await writeFile(target, "before");
    const { stop, ...wait } = byCaller();
    const conversion = convertWeights(demo, target, { models, force: true, ...wait });
    stop();
    await expect(conversion).rejects.toBeInstanceOf(AbortedError);
    expect(await readFile(target, "utf8")).toBe("before");
    expect(await readdir(parent)).toEqual(["model.pt"]);
  });
});

describe("work that reads", () => {
  const exported = async (zip: boolean): Promise<string> => {
    const out = join(await temporaryFolder(), "artifact");
    await exportModel({ folder: demo, models }, out, { chunk: 16, withWeights: true, samplers: false, zip });
    return out;
  };

  test.each([
    ["a folder", false, "verify"],
    ["an archive", true, "unpack"],
  ] as const)("inspecting %s is stopped while it is read", async (_, zip, wanted) => {
    const path = await exported(zip);
    const { stop, ...wait } = byCaller();
    const onBytes = (phase: string) => (phase === wanted ? stop() : undefined);
    await expect(inspect(path, { verify: true, ...wait, onBytes })).rejects.toBeInstanceOf(AbortedError);
  });

  test("loading an archive is stopped while it is unpacked", async () => {
    const path = await exported(true);
    const { stop, ...wait } = byCaller();
    stop();
    await expect(loadArtifact(path, cpu.client, { signal: wait.signal })).rejects.toThrow(
      /^aborted: loading the artifact was aborted after \d+ ms/,
    );
  });

  test("a check of a golden case is stopped between its steps", async () => {
    const { stop, ...wait } = byCaller();
    const one = await openCase(join(golden, "padded-small-window"), models);
    const check = checkGoldenCase(cpu.client, one, {
      ...{ dtype: "f32", chunk: 7, cache: compiledInThisRun, signal: wait.signal },
      onEvent: ({ phase }) => (phase === "compile" ? stop() : undefined),
    });
    await expect(check).rejects.toBeInstanceOf(AbortedError);
  });
});
