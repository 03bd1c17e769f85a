import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TracedProgram } from "../../src/dsl/index.js";
import { definingOp, type Value, walk } from "../../src/ir/operation.js";
import { elementCount } from "../../src/ir/types.js";
import {
  adafactor,
  adamW,
  constantRate,
  gradientProgram,
  momentum,
  sgd,
  trainStep,
  type TrainStepOptions,
} from "../../src/training/index.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { run } from "../dsl/interpret.js";
import { errorText } from "../weights/files.js";
import {
  bigram,
  type BigramWeights,
  CONFIG,
  pairsOf,
  plainAdamW,
  plainBigram,
  trainPlainly,
} from "./bigram.js";

const model = bigram.configure(CONFIG);
const [batch, time] = [2, 7];
const options = { batch, time, optimizer: sgd(constantRate(0.1)) };

const weightsFrom = (seed: number): BigramWeights =>
  Object.fromEntries(
    model.parameters.map(({ path, shape }, i) => [path, randomNumbers(seed + i, elementCount(shape))]),
  );

const rows = [
  [0, 1, 2, 3, 4, 0, 1, 2],
  [4, 4, 3, 1, 0, 2, 2, 1],
];
const masks = [
  [0, 1, 1, 0, 1, 1, 0, 0],
  [0, 0, 0, 1, 1, 1, 1, 1],
];
const inputs = {
  tokens: rows.flat(),
  target_mask: masks.flat(),
  segment_pos: rows.flatMap((row) => row.map((_, t) => t)),
};

const zerosOf = (made: TracedProgram) =>
  Object.fromEntries(
    made.arguments.map(({ name, dimensions }) => [name, Array<number>(elementCount(dimensions)).fill(0)]),
  );

function expectClose(actual: readonly number[], expected: readonly number[], within = 2e-6): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(within);
  });
}

test("loss and gradients are those worked out by hand in f64, in whatever pieces of the vocabulary logits are made", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1000 }),
      fc.integer({ min: 1, max: CONFIG.words }),
      (seed, lossChunk) => {
        const weights = weightsFrom(seed);
        const expected = plainBigram(CONFIG, weights, pairsOf(rows, masks));
        const results = run(gradientProgram(model, { batch, time, lossChunk }), { ...inputs, ...weights });
        expectClose(results.loss!, [expected.loss]);
        const all = Object.entries(expected.gradients);
        for (const [path, gradient] of all) expectClose(results[path]!, gradient);
        expectClose(results.gradient_norm!, [Math.hypot(...all.flatMap(([, gradient]) => gradient))]);
      },
    ),
    { numRuns: 20 },
  );
});

test("with two entries of the vocabulary at once nothing in the program holds logits of more", () => {
  const { module } = trainStep(model, { ...options, lossChunk: 2 });
  const perPosition = [...walk(module)].flatMap(({ results }) =>
    results.flatMap(({ type }) =>
      type.kind === "tensor" && type.shape[0] === batch && type.shape[1] === time
        ? [type.shape.slice(2)]
        : [],
    ),
  );
  // Five entries are five pieces of one, rather than three of two with one that is none.
  expect(new Set(perPosition.map(String))).toEqual(new Set(["", "1", String(CONFIG.width)]));
});

test.each([
  [65_536, [65_536]],
  [70_000, [14_000]],
] as const)(
  "of %d entries the logits of %j are there at once: all up to 256 MiB, else 64 MiB",
  (words, sizes) => {
    const wide = bigram.configure({ ...CONFIG, words });
    const { module } = gradientProgram(wide, { batch: 1, time: 1024 });
    const found = [...walk(module)].flatMap(({ results }) =>
      results.flatMap(({ type }) =>
        type.kind === "tensor" && String(type.shape.slice(0, 2)) === "1,1024" ? type.shape.slice(2) : [],
      ),
    );
    expect(new Set(found.filter((size) => size > 1))).toEqual(new Set([CONFIG.width, ...sizes]));
  },
);

describe("the interface of a step", () => {
  const describeArgument = ({ role, name, elementType, donated }: TracedProgram["arguments"][number]) =>
    `${role} ${name} ${elementType}${donated ? ", donated" : ""}`;

  test("everything that is trained or kept is a state: donated, f32, given back", () => {
    const made = trainStep(model, { ...options, optimizer: adamW(constantRate(0.1)), dtype: "bf16" });
    expect(made.arguments.map(describeArgument)).toEqual([
      "input tokens i32",
      "input target_mask i32",
      "input segment_pos i32",
      "state table.weight f32, donated",
      "state head.bias f32, donated",
      "state head.weight f32, donated",
      "state optimizer.count i32, donated",
      "state optimizer.mean.table.weight f32, donated",
      "state optimizer.square.table.weight f32, donated",
      "state optimizer.mean.head.bias f32, donated",
      "state optimizer.square.head.bias f32, donated",
      "state optimizer.mean.head.weight f32, donated",
      "state optimizer.square.head.weight f32, donated",
    ]);
    const states = made.arguments.filter(({ role }) => role === "state").map(({ name }) => name);
    const results = made.results.map(({ role, name }) => `${role} ${name}`);
    expect(results.slice(0, 2)).toEqual(["output loss", "output gradient_norm"]);
    expect(results.slice(2).sort()).toEqual(states.map((name) => `state ${name}`).sort());
  });

  test("a parameter that is not trained stays a parameter", () => {
    const made = trainStep(model, { ...options, trains: (path) => path.startsWith("head") });
    expect(made.arguments.filter(({ role }) => role !== "input").map(describeArgument)).toEqual([
      "parameter table.weight f32",
      "state head.bias f32, donated",
      "state head.weight f32, donated",
      "state optimizer.count i32, donated",
    ]);
  });
});

test.each([
  ["adamw", adamW(constantRate(0.1), { weightDecay: 0.1 })],
  ["adafactor", adafactor(constantRate(0.1), { leastFactored: 2 })],
  ["momentum", momentum(constantRate(0.1), { nesterov: true })],
])(
  "%s moves a parameter by what is kept next: what was kept before can be overwritten, and is not copied",
  (_, optimizer) => {
    const { module, arguments: wanted, results } = trainStep(model, { ...options, optimizer });
    const entry = module.regions[0]!.entry.first!.regions[0]!.entry;
    const returned = new Map(results.map(({ name }, i) => [name, entry.last!.operands[i]!]));
    const before = new Map(entry.arguments.map((value, i) => [value, wanted[i]!.name]));
    const kept = new Set(
      [...returned].flatMap(([name, value]) => (/^optimizer\./.test(name) ? [value] : [])),
    );
    const usedBy = (value: Value, used = new Set<Value>()): ReadonlySet<Value> => {
      if (used.has(value)) return used;
      used.add(value);
      const operands = kept.has(value) ? [] : (definingOp(value)?.operands ?? []);
      for (const operand of operands) usedBy(operand, used);
      return used;
    };
    const used = usedBy(returned.get("head.weight")!);
    const own = results.filter(({ name }) => /^optimizer\..*\.head\.weight$/.test(name));
    expect([...used].filter((value) => kept.has(value))).toHaveLength(own.length);
    expect(
      [...used].flatMap((value) => before.get(value) ?? []).filter((name) => /^optimizer\.[^c]/.test(name)),
    ).toEqual([]);
  },
);

/** Parameters after some steps on the same batch. */
function trained(given: Partial<TrainStepOptions>, weights: BigramWeights, steps: number) {
  const made = trainStep(model, { ...options, ...given });
  let states: Record<string, readonly number[]> = { ...zerosOf(made), ...weights };
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const results = run(made, { ...states, ...inputs });
    losses.push(results.loss![0]!);
    states = { ...states, ...results };
  }
  return { states, losses };
}

test("steps of AdamW, clipped and with decay where the model says so, give what f64 gives", () => {
  const [rate, b1, b2, eps, weightDecay, clipNorm] = [0.01, 0.9, 0.96, 1e-8, 0.1, 0.05];
  const start = weightsFrom(3);
  const pairs = pairsOf(rows, masks);
  const norm = Math.hypot(...Object.values(plainBigram(CONFIG, start, pairs).gradients).flat());
  expect(norm).toBeGreaterThan(clipNorm);
  const updateOf = (path: string) =>
    plainAdamW({ rate, b1, b2, eps, decay: path === "head.weight" ? weightDecay : 0 });
  const plain = trainPlainly(CONFIG, start, [pairs, pairs, pairs], updateOf, clipNorm);
  const optimizer = adamW(constantRate(rate), { b1, b2, eps, weightDecay });
  const result = trained({ optimizer, clipNorm }, start, 3);
  expectClose(result.losses, plain.losses);
  for (const [path, values] of Object.entries(plain.weights)) expectClose(result.states[path]!, values, 1e-5);
  expect(result.states["optimizer.count"]).toEqual([3]);
});

test.each(["gradients", "loss"] as const)("a step whose %s are not finite changes nothing", (guard) => {
  const start = { ...weightsFrom(4), "head.bias": [Number.NaN, 0, 0, 0, 0] };
  const { states, losses } = trained({ optimizer: adamW(constantRate(0.1)), guard }, start, 1);
  expect(losses).toEqual([Number.NaN]);
  for (const [path, values] of Object.entries(start)) expect(states[path]).toEqual(values.map(Math.fround));
  expect(states["optimizer.count"]).toEqual([0]);
  expect(states["optimizer.mean.head.weight"]).toEqual(Array(15).fill(0));
});

test.each([
  ["what guards it", { tellsNorm: false }, ["loss", "gradient_norm"]],
  ["what clips it", { tellsNorm: false, guard: "loss", clipNorm: 1 }, ["loss", "gradient_norm"]],
  ["nothing", { tellsNorm: false, guard: "loss" }, ["loss"]],
  ["whoever reads it", { guard: "loss" }, ["loss", "gradient_norm"]],
] as const)("the norm of gradients is a result where %s needs it", (_, settings, results) => {
  const made = trainStep(model, { ...options, ...settings });
  expect(made.results.filter(({ role }) => role === "output").map(({ name }) => name)).toEqual(results);
});

test("a mask in which nothing counts has no loss, and changes nothing", () => {
  const made = trainStep(model, options);
  const start = weightsFrom(5);
  const results = run(made, {
    ...zerosOf(made),
    ...inputs,
    ...start,
    target_mask: masks.flat().map(() => 0),
  });
  expect(results.loss).toEqual([Number.NaN]);
  for (const [path, values] of Object.entries(start)) expect(results[path]).toEqual(values.map(Math.fround));
});

test("computed in bf16, masters keep what bf16 could not tell: a step far below its resolution", () => {
  const start = weightsFrom(6);
  const tiny = trained({ dtype: "bf16", optimizer: sgd(constantRate(1e-4)) }, start, 1);
  const { gradients } = plainBigram(CONFIG, start, pairsOf(rows, masks));
  for (const [path, values] of Object.entries(start)) {
    const moved = tiny.states[path]!.map((value, i) => (Math.fround(values[i]!) - value) / 1e-4);
    expectClose(moved, gradients[path]!, 0.02);
  }
});

describe("what cannot be trained", () => {
  test("a model that says nothing of it", async () => {
    const silent = { ...model, training: undefined };
    expect(await errorText(() => trainStep(silent, options))).toBe(
      [
        "training error: model bigram cannot be trained",
        "  expected: a definition that says what a loss is made of (training, in defineModel)",
        "  got:      none",
      ].join("\n"),
    );
  });

  test("none of the parameters", async () => {
    expect(await errorText(() => trainStep(model, { ...options, trains: () => false }))).toBe(
      [
        "training error: no parameter of model bigram is trained",
        "  expected: one or more of its parameters",
        "  got:      none of them chosen",
      ].join("\n"),
    );
  });

  test.each([
    ["batch", { batch: 0 }],
    ["time", { time: 1.5 }],
    ["lossChunk", { lossChunk: 0 }],
  ])("%s that is no count", async (name, wrong) => {
    expect(await errorText(() => trainStep(model, { ...options, ...wrong }))).toContain(
      `training error: ${name}: not a setting\n  expected: a whole number, 1 or more`,
    );
  });
});
