import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { griffin, griffinJson } from "./griffin.js";

const model = "golden/demo-kjv";
const folder = await mkdtemp(join(tmpdir(), "griffin-cli-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const [one, two] = [join(folder, "one"), join(folder, "two.zip")];

beforeAll(async () => {
  const made = await griffin(["export", "--model", model, "-o", one, "--chunk", "64", "--compile"]);
  expect(made).toMatchObject({ exitCode: 0 });
  const both = ["export", "--model", model, "-o", two, "--chunk", "64", "--batch", "2", "--with-weights"];
  expect(await griffin(both)).toMatchObject({ exitCode: 0 });
});

const fromModel = (...args: string[]) => griffin(["generate", "--model", model, ...args]);
const fromArtifact = (artifact: string, ...args: string[]) =>
  griffin(["generate", "--artifact", artifact, ...args]);

const greedy = ["--prompt", "And it came to pass", "--max-new-tokens", "40"];

test.each([
  ["best tokens", greedy],
  ["drawn tokens", [...greedy, "--temperature", "0.8", "--top-k", "40", "--seed", "7"]],
])("an artifact with executables gives the model's %s, and compiles nothing", async (_, args) => {
  const { stdout, stderr, exitCode } = await fromArtifact(one, ...args);
  expect(exitCode).toBe(0);
  expect(stdout).toBe((await fromModel(...args)).stdout);
  expect(stderr).toMatch(/✓ compile prefill 1x64, from the artifact \(/);
  expect(stderr).toMatch(/✓ compile decode 1x1, from the artifact \(/);
  expect(stderr).toMatch(/1\.29M parameters in f32, artifact of demo-kjv for cpu\n/);
});

test.each([
  ["best tokens", []],
  ["drawn tokens", ["--temperature", "0.8", "--seed", "3"]],
])("an archive for two prompts gives the model's %s for both", async (_, args) => {
  const prompts = ["--prompt", "In the beginning", "--prompt", "And God said, Let there be light"];
  const all = [...prompts, "--max-new-tokens", "24", ...args];
  const fromOne = (await griffinJson(["generate", "--model", model, "--chunk", "64", ...all])) as object;
  const fromOther = (await griffinJson(["generate", "--artifact", two, ...all])) as object;
  expect(fromOther).toMatchObject({ rows: (fromOne as { rows: object[] }).rows });
});
