import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { demoArtifact } from "../artifact/demo-artifact.js";
import { griffin, temporaryFolder } from "./griffin.js";

const model = "golden/demo-kjv";
const one = await demoArtifact();
const generate = (...args: string[]) => griffin(["generate", ...args]);

test("prompts that an artifact has no programs for are refused, with those it has", async () => {
  const { exitCode, stderr } = await generate(
    "--artifact",
    one,
    "--prompt",
    "a",
    "--prompt",
    "b",
    "--batch",
    "2",
  );
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    [
      "usage error: the artifact has no program prefill 2x16",
      "  expected: batch 1: prefill of 16; extend of 16; decode of 1",
      `  at:       ${one}`,
      "  hint:     leave out batch and chunk, or export it again for these",
    ].join("\n"),
  );
});

test("prompts of a file are continued in the batch that an artifact has programs for", async () => {
  const file = join(await temporaryFolder(), "prompts.txt");
  await writeFile(file, "In the beginning\nAnd it came\n");
  const { exitCode, stdout } = await generate("--artifact", one, "--prompts", file, "--max-new-tokens", "1");
  expect([exitCode, stdout.split("\n").map((line) => line.slice(0, 3))]).toEqual([0, ["[0]", "[1]"]]);
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
  expect(await generate(...args, "--prompt", "x")).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: `usage error: ${message}\n  ${more}`,
  });
});

test("what is no artifact is said to be none", async () => {
  const { exitCode, stderr } = await generate("--artifact", model, "--prompt", "x");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^artifact error: /);
});
