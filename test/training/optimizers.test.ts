import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { axis, input, program, state } from "../../src/dsl/index.js";
import {
  adafactor,
  adamW,
  averaged,
  constantRate,
  lion,
  momentum,
  type Optimizer,
  sgd,
  trainStep,
} from "../../src/training/index.js";
import { errorText } from "../weights/files.js";
import { run } from "../dsl/interpret.js";
import { bigram, CONFIG } from "./bigram.js";

const SIZE = 3;

/** Traces one step of a parameter of three elements. */
function stepOf(optimizer: Optimizer, decays: boolean) {
  const axes = [axis("n", SIZE)] as const;
  return program({ name: "step" }, () => {
    const count = input("count", [], "f32");
    const slots = Object.fromEntries(
      Object.entries(optimizer.slots(axes)).map(([slot, kept]) => [slot, state(slot, kept, "f32")]),
    );
    const parameter = optimizer.update({
      parameter: input("parameter", axes, "f32") as never,
      gradient: input("gradient", axes, "f32") as never,
      slots: Object.fromEntries(Object.entries(slots).map(([slot, { value }]) => [slot, value])) as never,
      keep(slot, next) {
        slots[slot]!.update(next as never);
        return next;
      },
      learningRate: optimizer.learningRate(count),
      count,
      decays,
    });
    return { parameter };
  });
}

/** The parameter after a step for each gradient, and what is kept of it. */
function steps(
  optimizer: Optimizer,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  decays = true,
): { readonly parameter: readonly number[]; readonly slots: Readonly<Record<string, readonly number[]>> } {
  const made = stepOf(optimizer, decays);
  const kept = Object.keys(optimizer.slots([]));
  let slots: Record<string, readonly number[]> = Object.fromEntries(
    kept.map((slot) => [slot, Array<number>(SIZE).fill(0)]),
  );
  let parameter = start;
  gradients.forEach((gradient, i) => {
    const results = run(made, { ...slots, parameter, gradient, count: [i + 1] });
    slots = Object.fromEntries(kept.map((slot) => [slot, results[slot]!]));
    parameter = results.parameter!;
  });
  return { parameter, slots };
}

const trained = (...args: Parameters<typeof steps>): readonly number[] => steps(...args).parameter;

/** The same by a plain formula in f64, for each element by itself. */
function plainly<S>(
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  zero: S,
  step: (p: number, g: number, slots: S, count: number) => { readonly p: number; readonly slots: S },
): readonly number[] {
  return start.map((first, i) => {
    let [p, slots] = [first, zero];
    gradients.forEach((gradient, t) => {
      ({ p, slots } = step(p, gradient[i]!, slots, t + 1));
    });
    return p;
  });
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(3e-6 * Math.max(1, Math.abs(expected[i]!)));
  });
}

const number = fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround);
const vector = fc.array(number, { minLength: SIZE, maxLength: SIZE });
const runs = fc.record({ start: vector, gradients: fc.array(vector, { minLength: 1, maxLength: 5 }) });

describe("optimisers give what their formulas give in f64, over several steps", () => {
  test("sgd", () => {
    fc.assert(
      fc.property(runs, ({ start, gradients }) => {
        const expected = plainly(start, gradients, 0, (p, g) => ({ p: p - 0.1 * g, slots: 0 }));
        expectClose(trained(sgd(constantRate(0.1)), start, gradients), expected);
      }),
      { numRuns: 15 },
    );
  });

  test.each([false, true])("momentum, nesterov %s", (nesterov) => {
    fc.assert(
      fc.property(runs, ({ start, gradients }) => {
        const expected = plainly(start, gradients, 0, (p, g, trace) => {
          const next = g + 0.8 * trace;
          return { p: p - 0.1 * (nesterov ? g + 0.8 * next : next), slots: next };
        });
        const optimizer = momentum(constantRate(0.1), { decay: 0.8, nesterov });
        expectClose(trained(optimizer, start, gradients), expected);
      }),
      { numRuns: 15 },
    );
  });

  test.each([false, true])("AdamW, of a parameter that decays: %s", (decays) => {
    const [rate, b1, b2, eps, weightDecay] = [0.01, 0.9, 0.96, 1e-8, 0.1];
    fc.assert(
      fc.property(runs, ({ start, gradients }) => {
        const expected = plainly(start, gradients, { m: 0, v: 0 }, (p, g, { m, v }, t) => {
          const next = { m: b1 * m + (1 - b1) * g, v: b2 * v + (1 - b2) * g * g };
          const root = Math.sqrt(next.v / (1 - b2 ** t)) + eps;
          const direction = next.m / (1 - b1 ** t) / root + (decays ? weightDecay * p : 0);
          return { p: p - rate * direction, slots: next };
        });
        const optimizer = adamW(constantRate(rate), { b1, b2, eps, weightDecay });
        expectClose(trained(optimizer, start, gradients, decays), expected);
      }),
      { numRuns: 15 },
    );
  });

  test.each([false, true])("Lion, of a parameter that decays: %s", (decays) => {
    const [rate, b1, b2, weightDecay] = [0.01, 0.9, 0.99, 0.1];
    // Where old and new gradients all but cancel, the sign is that of rounding.
    const clear = runs.filter(({ start, gradients }) =>
      start.every((_, i) => {
        let m = 0;
        return gradients.every((gradient) => {
          const g = gradient[i]!;
          const direction = b1 * m + (1 - b1) * g;
          m = b2 * m + (1 - b2) * g;
          return direction === 0 || Math.abs(direction) > 1e-6;
        });
      }),
    );
    fc.assert(
      fc.property(clear, ({ start, gradients }) => {
        const expected = plainly(start, gradients, 0, (p, g, m) => {
          const direction = Math.sign(b1 * m + (1 - b1) * g) + (decays ? weightDecay * p : 0);
          return { p: p - rate * direction, slots: b2 * m + (1 - b2) * g };
        });
        const optimizer = lion(constantRate(rate), { b1, b2, weightDecay });
        expectClose(trained(optimizer, start, gradients, decays), expected);
      }),
      { numRuns: 15 },
    );
  });

  test("an average of the parameters, whose weights fall by the decay and are 1 together from the first update on", () => {
    const decays = fc.constantFrom(0, 0.5, 0.9, 0.9999);
    fc.assert(
      fc.property(runs, decays, ({ start, gradients }, decay) => {
        const optimizer = averaged(momentum(constantRate(0.1)), { decay });
        const { parameter, slots } = steps(optimizer, start, gradients);
        const passed = gradients.map((_, t) =>
          trained(momentum(constantRate(0.1)), start, gradients.slice(0, t + 1)),
        );
        expect(parameter).toEqual(passed.at(-1));
        const weights = passed.map((_, t) => decay ** (passed.length - 1 - t));
        const all = weights.reduce((a, b) => a + b);
        expectClose(
          slots.average!,
          start.map((_, i) => passed.reduce((sum, p, t) => sum + (weights[t]! / all) * p[i]!, 0)),
        );
      }),
      { numRuns: 15 },
    );
  });

  test("the first step of AdamW is exact for a b2 so near 1 that 1 - b2 has few digits in f32", () => {
    const b2 = 1 - 1e-6;
    const [moved] = trained(adamW(constantRate(1), { b2, eps: 1e-30 }), [0, 0, 0], [[0.5, 1, 2]]);
    expect(Math.abs(moved! + 1)).toBeLessThan(1e-6);
  });
});

test("a learning rate that is a number, and no optimiser, are refused before anything is traced", async () => {
  expect(await errorText(() => adamW(1e-3 as never))).toBe(
    [
      "training error: adamW: the learning rate is no schedule",
      "  expected: a function of the step: constantRate(1e-3), warmupRate(...), cosineRate(...)",
      "  got:      0.001",
      "  hint:     adamW(constantRate(0.001))",
    ].join("\n"),
  );
  for (const make of [adafactor, lion, momentum, sgd])
    expect(await errorText(() => make(undefined as never))).toContain("the learning rate is no schedule");
  const model = bigram.configure(CONFIG);
  const trace = (options: object) =>
    errorText(() => trainStep(model, { batch: 1, time: 2, ...options } as never));
  expect(await trace({ optimizer: adamW })).toBe(
    [
      "usage error: trainStep takes another kind of optimizer",
      "  expected: what adamW(schedule), or another of stablegriffin/training, gives",
      "  got:      a function",
    ].join("\n"),
  );
  expect(await trace({ optimizer: sgd(constantRate(1)), guard: "gradient" })).toContain(
    'there is no guard "gradient"',
  );
});

test("settings that are none are refused", async () => {
  const rate = constantRate(0.1);
  expect(await errorText(() => adamW(rate, { b2: 1 }))).toBe(
    "training error: adamW: b2: not a setting\n  expected: a number from 0 to below 1\n  got:      1",
  );
  expect(await errorText(() => momentum(rate, { decay: -1 }))).toContain("momentum: decay");
  expect(await errorText(() => lion(rate, { b2: 1 }))).toContain("training error: lion: b2: not a setting");
  expect(await errorText(() => averaged(sgd(rate), { decay: 1 }))).toBe(
    "training error: averaged: decay: not a setting\n  expected: a number from 0 to below 1\n  got:      1",
  );
  expect(await errorText(() => adamW(rate, { eps: 0 }))).toContain("expected: a number above 0");
  expect(await errorText(() => adamW(rate, { weightDecay: Number.NaN }))).toContain(
    "expected: a number, 0 or more",
  );
});

test.each<[string, readonly string[], string]>([
  ["does not keep all of its slots", ["mean"], "mean"],
  ["keeps none of its slots", [], "none"],
  ["keeps what is not one of its slots", ["mean", "square", "cube"], "cube"],
])("an optimiser that %s is an error: what it leaves out would stay as it was", async (_, kept, got) => {
  const optimizer: Optimizer = {
    name: "own",
    learningRate: constantRate(1),
    slots: (axes) => ({ mean: axes, square: axes }),
    update({ parameter, gradient, keep }) {
      for (const slot of kept) keep(slot, gradient);
      return parameter;
    },
  };
  const trace = () => trainStep(bigram.configure(CONFIG), { batch: 1, time: 2, optimizer });
  expect(await errorText(trace)).toBe(
    [
      'training error: optimiser "own" does not keep its own slots',
      "  expected: mean, square",
      `  got:      ${got}`,
      "  hint:     update calls keep once for each of slots",
    ].join("\n"),
  );
});
