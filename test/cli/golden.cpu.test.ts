import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyOfCase, griffin, griffinJson } from "./griffin.js";

test("golden check prints a table per case with figures, bounds and the reason, then a verdict", async () => {
  const { exitCode, stdout } = await griffin([
    "golden",
    "check",
    "golden/odd-widths",
    "--scan",
    "blocked",
    "--scan-block",
    "8",
  ]);
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("odd-widths (f32)");
  expect(lines[1]).toMatch(/^ {2}tensor +max +mean +rms +p50 +p90 +p99 +p99\.9 +bound +close +worst$/);
  expect(stdout).toMatch(/\n {2}logits +\S+e-\d .* max 1\.6e-4 +100% +ok/);
  expect(stdout).toContain(
    "\n  greedy tokens: 26 of 26 identical  ok\n  tolerance 1.6e-4: 8 x the largest logit difference",
  );
  expect(lines.at(-1)).toBe("1 passed, 0 failed");
});

test("cases of recurrent models, read in chunks, and by the other strategy", async () => {
  const cases = ["golden/mamba-narrow", "golden/mingru"];
  const passed = { passed: 2, failed: 0 };
  expect(await griffinJson(["golden", "check", ...cases, "--chunk", "5"])).toMatchObject(passed);
  const blocked = ["--scan", "blocked", "--scan-block", "4"];
  expect(await griffinJson(["golden", "check", ...cases, ...blocked])).toMatchObject(passed);
});

test("a case with a bound for bf16 is checked in f32 and in bf16", async () => {
  expect(await griffinJson(["golden", "check", "golden/bf16"])).toMatchObject({
    cases: [
      { case: "bf16", dtype: "f32", passed: true, tokens: { identical: 21, count: 21 } },
      { case: "bf16", dtype: "bf16", passed: true },
    ],
    passed: 2,
    failed: 0,
  });
});

test("a prompt read in chunks before decoding gives the same numbers", async () => {
  expect(await griffinJson(["golden", "check", "golden/padded-small-window", "--chunk", "8"])).toMatchObject({
    cases: [{ passed: true, tokens: { identical: 30, count: 30 } }],
  });
});

test("a case with a tighter bound than the numbers allow fails, with exit code 1", async () => {
  const folder = await copyOfCase("packed-small-window");
  const path = join(folder, "golden.json");
  const description = JSON.parse(await readFile(path, "utf8")) as { tolerance: { max_abs: number } };
  description.tolerance.max_abs = 1e-9;
  await writeFile(path, JSON.stringify(description));
  const { exitCode, stdout } = await griffin(["golden", "check", folder, "golden/packed-small-window"]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/\n {2}logits +.* max 1\.0e-9 .*FAIL/);
  expect(stdout).toContain("\n  FAILED\npacked-small-window (f32)\n");
  expect(stdout.split("\n").at(-1)).toBe("1 passed, 1 failed");
});
