import { expect, test } from "vitest";
import type { MemoryReport } from "../../src/cost/report.js";
import { spawnGriffin as griffin } from "./griffin.js";

test("cost of a model's program for a TPU that is not there: cycles, roofline, memory, parts of the model", async () => {
  const { exitCode, stdout, stderr } = await griffin([
    "cost",
    "--preset",
    "tiny",
    "--program",
    "decode",
    "--top",
    "3",
  ]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^griffin_decode for tpu:v5e:2x2: \d+ instructions, compiled in /);
  expect(stdout).toMatch(/^cycles +[\d.]+ k +[\d.]+ us$/m);
  expect(stdout).toMatch(/^at least +bound by cycles +[\d.]+ us$/m);
  expect(stdout).toMatch(/^arguments +206\.8 kB$/m);
  expect(stdout).toContain("fits one device's 17.18 GB");
  expect(stdout).toMatch(/^layers\.\*\/mlp_block\/down_proj +[\d.]+ us +[\d.]+ % +[\d.]+ k/m);
  expect(stdout).toMatch(/^costliest.*\n.* 1 .*layers\.\d\/.*\n.*\n.*$/m);
});

test("of v4, whose chip is two devices, one device's share counts, as a megacore all of it; of v6e cycles are no time", async () => {
  const v4 = await griffin(["cost", "--preset", "tiny", "--program", "decode", "--target", "tpu:v4:2x2x1"]);
  expect(v4.stdout).toContain("! a program is for one of the 2 devices of v4, and has that share of it");
  const whole = await griffin([
    ...["cost", "--preset", "tiny", "--program", "decode", "--target", "tpu:v4:2x2x1:megacore"],
  ]);
  expect(whole.stdout).toMatch(/^griffin_decode for tpu:v4:2x2x1:megacore: /);
  expect(whole.stdout).toContain("fits one device's 34.36 GB");
  expect(whole.stdout).not.toContain("has that share of it");
  const v6e = await griffin(["cost", "--preset", "tiny", "--program", "decode", "--target", "tpu:v6e:2x2"]);
  expect(v6e.stdout).toContain("! the clock of v6e is not known: cycles are no time");
  expect(v6e.stdout).toMatch(/^cycles +[\d.]+ k$/m);
});

test("RecurrentGemma 9B in bf16 fits one v4 with the state of 16 sequences, 2B one v5e, its state in place", async () => {
  const memoryOf = async (...args: readonly string[]) => {
    const { stdout } = await griffin(["cost", "--program", "decode", "--batch", "16", "--json", ...args]);
    return (JSON.parse(stdout) as { memory: MemoryReport }).memory;
  };
  const larger = await memoryOf("--preset", "recurrentgemma-9b", "--target", "tpu:v4:2x2x1:megacore");
  expect(larger.fits).toBe(true);
  expect(larger.needed / 1e9).toBeCloseTo(17.6, 0);
  const smaller = await memoryOf("--preset", "recurrentgemma-2b", "--target", "tpu:v5e:2x2");
  expect(smaller.fits).toBe(true);
  expect(smaller.needed / 1e9).toBeCloseTo(5.6, 0);
  const logits = 16 * 256_000 * 4;
  expect(smaller.aliased).toBeGreaterThan(0.9 * (smaller.results - logits));
}, 300_000);

test("a configuration that does not exist is libtpu's error, a chip that does not exist is ours", async () => {
  const other = await griffin(["cost", "--preset", "tiny", "--target", "tpu:v4:2x2x1:gigacore"]);
  expect(other.stderr).toMatch(/^PJRT NOT_FOUND: .*gigacore/m);
  const { exitCode, stdout, stderr } = await griffin(["cost", "--preset", "tiny", "--target", "tpu:v99:1x1"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(/^usage error: there is no TPU chip "v99"/m);
});
