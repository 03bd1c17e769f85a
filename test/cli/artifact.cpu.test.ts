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

test("prompts that an artifact has no programs for are refused, with those it has", async () => {
  const { exitCode, stderr } = await fromArtifact(two, "--prompt", "In the beginning");
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    [
      "usage error: the artifact has no program prefill 1x64",
      "  expected: batch 2: prefill of 16, 64; extend of 64; decode of 1",
      `  at:       ${two}`,
      "  hint:     give as many prompts as the batch, and leave out the chunk; or export it again for these",
    ].join("\n"),
  );
});

test.each([
  [
    ["--artifact", one, "--model", model],
    "--model and --artifact are both given",
    "expected: one of --model DIR, --artifact DIR|FILE.zip",
  ],
  [
    ["--artifact", one, "--dtype", "bf16"],
    "--dtype does not go with an artifact",
    `at:       ${one}\n  hint:     its programs are as they were exported; an export takes this option`,
  ],
  [
    ["--artifact", one, "--scan-block", "8"],
    "--scan-block does not go with an artifact",
    `at:       ${one}\n  hint:     its programs are as they were exported; an export takes this option`,
  ],
  [
    ["--model", model, "--weights", model],
    "--weights goes with an artifact",
    `at:       ${model}\n  hint:     a model folder has weights of its own, and no signature, executables or plan of memory`,
  ],
])("%j is refused: %s", async (args, message, more) => {
  expect(await griffin(["generate", ...args, "--prompt", "x"])).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: `usage error: ${message}\n  ${more}`,
  });
});

test("what is no artifact is said to be none", async () => {
  const { exitCode, stderr } = await fromArtifact("golden/demo-kjv", "--prompt", "x");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^artifact error: /);
});
