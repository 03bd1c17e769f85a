import { expect, test } from "vitest";
import { input, program } from "../../src/dsl/index.js";
import { constantRate, cosineRate, type Schedule, warmupRate } from "../../src/training/index.js";
import { run } from "../dsl/interpret.js";
import { errorText } from "../weights/files.js";

/** The rates of some steps, computed by the program that a schedule traces to. */
function ratesOf(schedule: Schedule, steps: readonly number[]): readonly number[] {
  const made = program({ name: "rate" }, () => ({ rate: schedule(input("step", [], "f32")) }));
  return steps.map((step) => run(made, { step: [step] }).rate![0]!);
}

const expectRates = (actual: readonly number[], expected: readonly number[]): void => {
  actual.forEach((rate, i) => {
    expect(Math.abs(rate - expected[i]!)).toBeLessThan(1e-7);
  });
};

test("a constant rate", () => {
  expectRates(ratesOf(constantRate(0.25), [0, 1, 1000]), [0.25, 0.25, 0.25]);
});

test("a cosine falls from its peak to its end, and stays there", () => {
  const schedule = cosineRate({ peak: 1, end: 0.2, steps: 8 });
  const at = (step: number): number => 0.2 + 0.4 * (1 + Math.cos((Math.PI * Math.min(step, 8)) / 8));
  const steps = [0, 1, 2, 4, 7, 8, 9, 100];
  expectRates(ratesOf(schedule, steps), steps.map(at));
  expectRates(ratesOf(schedule, [0, 4, 8, 50]), [1, 0.6, 0.2, 0.2]);
});

test("a warmup rises in a line, then what follows begins with its first step", () => {
  const then = cosineRate({ peak: 0.5, steps: 4 });
  const schedule = warmupRate({ from: 0.1, peak: 0.5, steps: 4, then });
  expectRates(ratesOf(schedule, [0, 1, 2, 3, 4, 6, 8, 9]), [0.1, 0.2, 0.3, 0.4, 0.5, 0.25, 0, 0]);
  expectRates(ratesOf(warmupRate({ peak: 0.5, steps: 2 }), [0, 1, 2, 3]), [0, 0.25, 0.5, 0.5]);
});

test("rates below 0 and schedules of no steps are refused", async () => {
  expect(await errorText(() => constantRate(-1))).toBe(
    "training error: constantRate: not a setting\n  expected: a number, 0 or more\n  got:      -1",
  );
  expect(await errorText(() => cosineRate({ peak: 1, steps: 0 }))).toBe(
    "training error: cosineRate: steps: not a setting\n  expected: a whole number, 1 or more\n  got:      0",
  );
  expect(await errorText(() => warmupRate({ peak: Number.NaN, steps: 2 }))).toContain("warmupRate: peak");
});
