import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyOfCase, griffin } from "./griffin.js";

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
