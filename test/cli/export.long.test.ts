import { presetNames } from "../../models/names.js";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { griffin, griffinJson, temporaryFolder } from "./griffin.js";

const model = "golden/demo-kjv";

test("export writes an artifact and shows its files, the largest first", async () => {
  const path = join(await temporaryFolder(), "kjv");
  const { exitCode, stdout, stderr } = await griffin([
    "export",
    "--model",
    model,
    "--chunk",
    "16",
    "-o",
    path,
  ]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^file +size\nmanifest\.json +\d+\.\d kB\n/);
  expect(stdout).toMatch(/\nprograms\/decode_1x1\.mlirbc +\d+\.\d kB\n/);
  expect(stdout).toContain(`\n${path}: 15 files, `);
  expect(stdout).toContain(`StableHLO 1.10.0\ngriffin generate --artifact ${path} --prompt TEXT`);
  expect(stderr).toMatch(/✓ lower sampler_1_cut_adjusted_logprobs \(.*\)\n✓ write manifest\.json .* \(.*\)$/);
});

test("a name that ends in .zip is an archive, and so is any with --zip", async () => {
  const parent = await temporaryFolder();
  const run = (...args: string[]) => griffinJson(["export", "--preset", "tiny", "--chunk", "16", ...args]);
  expect(await run("-o", join(parent, "a.zip"))).toMatchObject({
    path: join(parent, "a.zip"),
    bytes: expect.any(Number),
    programs: [
      { name: "prepare", kind: "prepare", batch: 0, time: 0, stablehlo: "1.10.0", bytes: expect.any(Number) },
      { name: "prefill_1x16" },
      { name: "extend_1x16" },
      { name: "decode_1x1" },
      ...["", "_cut", "_adjusted", "_cut_adjusted", "_adjusted_logprobs", "_cut_adjusted_logprobs"].map(
        (parts) => ({ name: `sampler_1${parts}`, kind: "sampler" }),
      ),
    ],
  });
  expect(await run("-o", join(parent, "b"), "--zip", "--no-samplers")).toMatchObject({
    path: join(parent, "b.zip"),
  });
  expect((await readdir(parent)).sort()).toEqual(["a.zip", "b.zip"]);
});

test("wrong usage is told before anything is done", async () => {
  const parent = await temporaryFolder();
  const out = join(parent, "out");
  const run = async (...args: string[]) => {
    const { exitCode, stderr } = await griffin(["export", "-o", out, ...args]);
    return { exitCode, stderr };
  };
  expect(await run()).toEqual({
    exitCode: 2,
    stderr: `usage error: no model given\n  expected: one of --model DIR, --preset NAME\n  hint:     presets: ${presetNames.join(", ")}`,
  });
  expect(await run("--model", model, "--preset", "tiny")).toMatchObject({
    stderr: expect.stringContaining("--model and --preset are both given"),
  });
  expect(await run("--preset", "tiny", "--with-weights")).toEqual({
    exitCode: 2,
    stderr:
      "usage error: tiny has no weights to copy\n  hint:     leave out --with-weights: an artifact without weights says which it needs",
  });
  expect(await run("--preset", "tiny", "--target", "abacus")).toEqual({
    exitCode: 2,
    stderr: 'usage error: there is no target "abacus"\n  hint:     known: cpu, gpu, cuda, rocm, tpu',
  });
  expect(await run("--preset", "tiny", "--stablehlo-version", "one")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('usage error: "one" is no StableHLO version'),
  });
  expect(await run("--model", "nowhere")).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("checkpoint error: folder: does not exist"),
  });
  expect(await readdir(parent)).toEqual([]);
});

test("export --precision is in the manifest and in every product of the programs; the plugin's choice goes without saying", async () => {
  const parent = await temporaryFolder();
  const precision = async (name: string, ...args: string[]): Promise<unknown> => {
    const out = join(parent, name);
    await griffinJson([
      "export",
      "--preset",
      "tiny",
      "--chunk",
      "16",
      "--text",
      "--no-samplers",
      "-o",
      out,
      ...args,
    ]);
    const text = await readFile(join(out, "programs/decode_1x1.mlir"), "utf8");
    const products = text.split("\n").filter((line) => line.includes("dot_general"));
    const { precision } = JSON.parse(await readFile(join(out, "manifest.json"), "utf8")) as object & {
      readonly precision?: string;
    };
    return [precision, [...new Set(products.map((line) => /precision = \[\w+, \w+\]/.exec(line)?.[0]))]];
  };
  expect(await precision("highest", "--precision", "highest")).toEqual([
    "highest",
    ["precision = [HIGHEST, HIGHEST]"],
  ]);
  expect(await precision("default", "--precision", "default")).toEqual([undefined, [undefined]]);
  expect(await precision("none")).toEqual([undefined, [undefined]]);
});
