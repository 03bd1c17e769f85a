import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Axis, axis, input, program, state } from "../../src/dsl/index.js";
import { adafactor, type AdafactorOptions, constantRate } from "../../src/training/index.js";
import { run } from "../dsl/interpret.js";
import { errorText } from "../weights/files.js";

/** Numbers of optax (adafactor/make.py), by its names of options. */
interface Case {
  readonly name: string;
  readonly shape: readonly number[];
  readonly options: Readonly<Record<string, number | boolean>>;
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly end: readonly number[];
}

/** The learning rate of all cases. */
const rate = 0.05;

const cases = readFileSync(new URL("adafactor/cases.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);

const NAMES: Readonly<Record<string, keyof AdafactorOptions>> = {
  min_dim_size_to_factor: "leastFactored",
  momentum: "b1",
  weight_decay_rate: "weightDecay",
  multiply_by_parameter_scale: "relative",
  decay_rate: "decayRate",
  clipping_threshold: "clip",
};

const axesOf = (shape: readonly number[]): readonly Axis[] => shape.map((size, i) => axis(`axis${i}`, size));

/** What each element is after an update for each of the gradients, and what is kept by then. */
function trained(
  shape: readonly number[],
  options: AdafactorOptions,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
) {
  const optimizer = adafactor(constantRate(rate), options);
  const axes = axesOf(shape);
  const kept = Object.entries(optimizer.slots(axes));
  const made = program({ name: "step" }, () => {
    const count = input("count", [], "f32");
    const slots = Object.fromEntries(kept.map(([slot, own]) => [slot, state(slot, own, "f32")]));
    const parameter = optimizer.update({
      parameter: input("parameter", axes, "f32"),
      gradient: input("gradient", axes, "f32"),
      slots: Object.fromEntries(Object.entries(slots).map(([slot, { value }]) => [slot, value])),
      keep(slot, next) {
        slots[slot]!.update(next);
        return next;
      },
      learningRate: optimizer.learningRate(count),
      count,
      decays: true,
    });
    return { parameter };
  });
  const zeros = kept.map(([slot, own]) => [slot, Array(own.reduce((n, { size }) => n * size, 1)).fill(0)]);
  let held: Readonly<Record<string, readonly number[]>> = { ...Object.fromEntries(zeros), parameter: start };
  gradients.forEach((gradient, i) => {
    held = run(made, { ...held, gradient, count: [i + 1] });
  });
  return held;
}

test.each(cases)("Adafactor gives what optax's gives: $name", ({ shape, options, start, gradients, end }) => {
  const ours = Object.fromEntries(Object.entries(options).map(([name, value]) => [NAMES[name]!, value]));
  const { parameter } = trained(shape, ours, start, gradients);
  expect(parameter).toHaveLength(end.length);
  parameter!.forEach((value, i) => {
    expect(Math.abs(value - end[i]!)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(end[i]!)));
  });
});

test("of squared gradients that are a column times a row, rows and columns tell all: the factored step is the whole one", () => {
  const positive = fc.double({ min: 0.1, max: 10, noNaN: true });
  const [rows, columns] = [3, 4];
  const outer = fc
    .tuple(
      fc.array(positive, { minLength: rows, maxLength: rows }),
      fc.array(positive, { minLength: columns, maxLength: columns }),
    )
    .map(([a, b]) => a.flatMap((x) => b.map((y) => Math.fround(x * y))));
  const start = Array.from({ length: rows * columns }, (_, i) => (i - 5) / 4);
  fc.assert(
    fc.property(outer, (gradient) => {
      const step = (leastFactored: number) =>
        trained([rows, columns], { leastFactored, clip: 1e9 }, start, [gradient]).parameter!;
      const whole = step(100);
      step(2).forEach((value, i) => {
        expect(Math.abs(value - whole[i]!)).toBeLessThanOrEqual(1e-6);
      });
    }),
    { numRuns: 10 },
  );
});

test.each<[readonly number[], AdafactorOptions, Readonly<Record<string, readonly number[]>>]>([
  [[128, 300], {}, { rows: [128], columns: [300] }],
  [[300, 128], {}, { rows: [128], columns: [300] }],
  [[127, 300], {}, { square: [127, 300] }],
  [[300], {}, { square: [300] }],
  [[], {}, { square: [] }],
  [[200, 4, 150], {}, { rows: [4, 150], columns: [200, 4] }],
  [[128, 300], { b1: 0.9 }, { rows: [128], columns: [300], mean: [128, 300] }],
])("of a parameter of shape %j, with %j, it keeps %j", (shape, options, kept) => {
  const slots = adafactor(constantRate(1), options).slots(axesOf(shape));
  const shapes = Object.entries(slots).map(([slot, axes]) => [slot, axes.map(({ size }) => size)]);
  expect(Object.fromEntries(shapes)).toEqual(kept);
});

test("settings that are none are refused", async () => {
  const refusal = (options: AdafactorOptions) => errorText(() => adafactor(constantRate(1), options));
  expect(await refusal({ decayRate: 0 })).toBe(
    "training error: adafactor: decayRate: not a setting\n  expected: a number above 0\n  got:      0",
  );
  expect(await refusal({ b1: 1 })).toContain("adafactor: b1: not a setting");
  expect(await refusal({ leastFactored: 0.5 })).toContain("adafactor: leastFactored: not a setting");
  expect(await refusal({ clip: Number.NaN })).toContain("adafactor: clip: not a setting");
  expect(await refusal({ weightDecay: -1 })).toContain("adafactor: weightDecay: not a setting");
});
