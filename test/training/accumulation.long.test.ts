import { expect, test } from "vitest";
import { elementCount } from "../../src/ir/types.js";
import type { TracedProgram } from "../../src/dsl/index.js";
import {
  accumulationStep,
  adamW,
  constantRate,
  trainStep,
  type TrainStepOptions,
  updateStep,
  withLora,
} from "../../src/training/index.js";
import { run } from "../dsl/interpret.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { bigram, CONFIG } from "./bigram.js";
import { lossOf } from "../../src/training/loss.js";
import { UPDATE_OPTIONS } from "../../src/training/train-step.js";
import { pickOptions } from "../../src/support/options.js";

const model = bigram.configure(CONFIG);
const time = 4;
const optimizer = adamW(constantRate(0.1), { weightDecay: 0.1 });
const options = { batch: 1, time, optimizer };

const rows = [
  [0, 1, 2, 3, 4],
  [4, 4, 3, 1, 0],
  [2, 0, 2, 1, 3],
];
// Parts count four, one and no position: a mean of their means would be another number.
const masks = [
  [0, 1, 1, 1, 1],
  [0, 0, 1, 0, 0],
  [1, 0, 0, 0, 0],
];
const batchOf = (indices: readonly number[]) => ({
  tokens: indices.flatMap((i) => rows[i]!),
  target_mask: indices.flatMap((i) => masks[i]!),
  segment_pos: indices.flatMap((i) => rows[i]!.map((_, t) => t)),
});

type Numbers = Readonly<Record<string, readonly number[]>>;

const zerosOf = ({ arguments: args }: TracedProgram): Numbers =>
  Object.fromEntries(
    args.map(({ name, dimensions }) => [name, Array<number>(elementCount(dimensions)).fill(0)]),
  );
const start: Numbers = Object.fromEntries(
  model.parameters.map(({ path, shape }, i) => [path, randomNumbers(3 + i, elementCount(shape))]),
);

/** One step by parts of one row each: the results, and all states after it. */
function inParts(changed: Partial<TrainStepOptions>, before: Numbers): Numbers {
  const all = { ...options, ...changed };
  const accumulate = accumulationStep(model, lossOf(all));
  const update = updateStep(model, pickOptions(all, UPDATE_OPTIONS), accumulate);
  let held: Numbers = { ...zerosOf(accumulate), ...zerosOf(update), ...before };
  for (const i of rows.keys()) held = { ...held, ...run(accumulate, { ...held, ...batchOf([i]) }) };
  return run(update, held);
}

/** The same with all rows as one batch. */
function atOnce(changed: Partial<TrainStepOptions>, before: Numbers): Numbers {
  const step = trainStep(model, { ...options, ...changed, batch: rows.length });
  return run(step, { ...zerosOf(step), ...before, ...batchOf([0, 1, 2]) });
}

test.each([
  ["plainly", {}],
  ["clipped", { clipNorm: 0.05 }],
  ["some parameters only", { trains: (path: string) => path !== "head.bias" }],
  ["the loss by pieces of the vocabulary", { lossChunk: 3 }],
])("a batch in parts is the batch: %s", (_, changed) => {
  let [parts, whole] = [start, start];
  for (let step = 0; step < 3; step++) {
    parts = { ...start, ...inParts(changed, parts) };
    whole = { ...start, ...atOnce(changed, whole) };
    for (const [name, values] of Object.entries(whole))
      for (const [i, value] of values.entries()) expect(parts[name]![i]).toBeCloseTo(value, 5);
  }
});

test("what was accumulated is zeros after the update, and donated in both programs", () => {
  const after = inParts({}, start);
  const held = Object.keys(after).filter((name) => name.startsWith("accumulated."));
  expect(held.sort()).toEqual([
    "accumulated.counted",
    "accumulated.gradient.head.bias",
    "accumulated.gradient.head.weight",
    "accumulated.gradient.table.weight",
    "accumulated.loss",
  ]);
  for (const name of held) expect(after[name]!.every((value) => value === 0)).toBe(true);
  const accumulate = accumulationStep(model, lossOf(options));
  for (const made of [accumulate, updateStep(model, pickOptions(options, UPDATE_OPTIONS), accumulate)]) {
    const states = made.arguments.filter(({ role }) => role === "state");
    expect(states.map(({ name }) => name)).toEqual(expect.arrayContaining(held));
    for (const { donated } of states) expect(donated).toBe(true);
  }
});

test("parts in which nothing counts change nothing", () => {
  const update = updateStep(
    model,
    pickOptions(options, UPDATE_OPTIONS),
    accumulationStep(model, lossOf(options)),
  );
  const after = run(update, { ...zerosOf(update), ...start });
  expect(after.loss).toEqual([Number.NaN]);
  for (const [path, values] of Object.entries(start)) expect(after[path]).toEqual(values.map(Math.fround));
});

test("adapters that a model's own parameters do not know are updated too", () => {
  const { model: adapted, adapters } = withLora(model, {
    rank: 1,
    adapts: ({ path }) => path === "head.weight",
  });
  const trains = (path: string): boolean => adapters.some((adapter) => adapter.path === path);
  const accumulate = accumulationStep(adapted, lossOf({ ...options, trains }));
  const states = updateStep(adapted, pickOptions(options, UPDATE_OPTIONS), accumulate).arguments.flatMap(
    ({ role, name }) => (role === "state" && name.startsWith("head") ? [name] : []),
  );
  expect(states.sort()).toEqual(adapters.map(({ path }) => path).sort());
});
