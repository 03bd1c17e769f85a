import { expect, test } from "vitest";
import { griffin } from "./griffin.js";

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
  expect(stdout).toMatch(/^arguments +205\.8 kB$/m);
  expect(stdout).toContain("fits one device's 17.18 GB");
  expect(stdout).toMatch(/^layers\.\*\/mlp_block\/down_proj +[\d.]+ k +[\d.]+ %/m);
  expect(stdout).toMatch(/^costliest.*\n.* 1 .*layers\.\d\/.*\n.*\n.*$/m);
});

test("of v4, whose chip is two devices, one device's share counts; of v6e cycles are no time", async () => {
  const v4 = await griffin(["cost", "--preset", "tiny", "--program", "decode", "--target", "tpu:v4:2x2x1"]);
  expect(v4.stdout).toContain("! a program is for one of the 2 devices of v4, and has that share of it");
  const v6e = await griffin(["cost", "--preset", "tiny", "--program", "decode", "--target", "tpu:v6e:2x2"]);
  expect(v6e.stdout).toContain("! the clock of v6e is not known: cycles are no time");
  expect(v6e.stdout).toMatch(/^cycles +[\d.]+ k$/m);
});

test("a topology that does not exist is libtpu's error", async () => {
  const { exitCode, stdout, stderr } = await griffin(["cost", "--preset", "tiny", "--target", "tpu:v99:1x1"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatch(/^PJRT INVALID_ARGUMENT: Invalid TPU external name/m);
});
