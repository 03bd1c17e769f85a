import { expect, test } from "vitest";
import { griffin } from "../../models/index.js";
import { Trainer, type TrainerOptions } from "../../src/engine/index.js";
import type { ConfiguredModel } from "../../src/model/index.js";
import { adamW, averaged, constantRate, sgd } from "../../src/training/index.js";
import { formulaCheckpoint } from "../../src/weights/index.js";
import { roundTo } from "../../src/dsl/index.js";
import { useCpu } from "../dsl/cpu.js";
import { bigram, CONFIG } from "../training/bigram.js";
import { errorText } from "../weights/files.js";
import { positionsOf, someTokens, tiny } from "./tiny.js";

const cpu = useCpu();
const [batch, time, vocabSize] = [2, 12, CONFIG.words];
const small = bigram.configure(CONFIG);
const adam = adamW(constantRate(0.02), { b2: 0.96, weightDecay: 0.1 });

/** @param weights instead of those by formula, by their names in checkpoints */
async function started(
  definition: ConfiguredModel,
  options: Partial<TrainerOptions> = {},
  weights: Readonly<Record<string, readonly number[]>> = {},
): Promise<Trainer> {
  await using checkpoint = formulaCheckpoint(definition, 7);
  const changed = Object.entries(weights).map(([name, values]) => {
    const read = async () => new Uint8Array(Float32Array.from(values).buffer);
    return [name, { ...checkpoint.tensors.get(name)!, read }] as const;
  });
  const tensors = new Map([...checkpoint.tensors, ...changed]);
  const given = { batch, time, optimizer: adam, ...options };
  return await Trainer.start(cpu.client, definition, { ...checkpoint, tensors }, given);
}

/** Two rows of two documents each; the first token of each is not predicted. */
const positions = [...positionsOf(5, 8), ...positionsOf(9, 4)];
const packed = {
  tokens: Int32Array.from(someTokens(3, batch * (time + 1), vocabSize)),
  mask: Int32Array.from(positions, (position) => (position === 0 ? 0 : 1)),
  positions: Int32Array.from(positions),
};

test.each(["f32", "bf16"] as const)(
  "steps on one batch in %s lower its loss, in the memory that parameters and moments lie in",
  async (dtype) => {
    using trainer = await started(small, { dtype, lossChunk: 5, clipNorm: 1 });
    const before = cpu.client.stats().buffer;
    const losses: number[] = [];
    for (let step = 0; step < 8; step++) losses.push((await trainer.step(packed)).loss);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.1);
    expect(cpu.client.stats().buffer).toBe(before);
    const parameters = small.parameters.reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    );
    // Parameters and two moments, f32, and the count.
    expect(trainer.programs[0]!.executable.program.memoryStats().aliased).toBe(3 * 4 * parameters + 4);
  },
);

test("a step of two batches is one of both together, and what is stored in bf16 is read as numbers", async () => {
  const part = (row: number, name: keyof typeof packed) => packed[name].slice(row * 13, (row + 1) * 13);
  const rowOf = (row: number) => ({
    tokens: part(row, "tokens"),
    mask: part(row, "mask"),
    positions: part(row, "positions"),
  });
  const common = { optimizer: sgd(constantRate(0.5)), stored: "bf16" } as const;
  using parts = await started(small, { ...common, batch: 1, accumulate: 2 });
  using whole = await started(small, common);
  const before = cpu.client.stats().buffer;
  for (let step = 0; step < 2; step++) {
    const [{ loss }, expected] = [await parts.step(rowOf(0), rowOf(1)), await whole.step(packed)];
    expect(loss).toBeCloseTo(expected.loss, 2);
  }
  expect(cpu.client.stats().buffer).toBe(before);
  const values = await parts.read("head.weight");
  expect(values.map((value) => value - roundTo(value, "bf16"))).toEqual(values.map(() => 0));
  expect(await parts.read("optimizer.count")).toEqual(Float32Array.of(2));
  expect(await errorText(() => parts.step(rowOf(0)))).toBe(
    "training error: batches of one step: not a setting\n  expected: 2\n  got:      1",
  );
});

test("a Griffin learns from packed documents, also where decays are 1 in f32: the derivative of the root is bounded", async () => {
  const definition = griffin.configure({
    ...tiny,
    vocabSize,
    width: 8,
    mlpExpandedWidth: 8,
    numHeads: 2,
    lruWidth: 4,
    blockTypes: ["recurrent", "attention"],
    attentionWindowSize: 3,
  });
  // exp(-8 r softplus(-19)) is 1 but for 4e-8: 1 - a^2 is 0, or one rounding of f32.
  const frozen = { "model.layers.0.temporal_block.rg_lru.recurrent_param": [-19, -19, 0, 0] };
  using trainer = await started(definition, {}, frozen);
  const figures = [];
  for (let step = 0; step < 6; step++) figures.push(await trainer.step(packed));
  expect(figures.at(-1)!.loss).toBeLessThan(figures[0]!.loss - 0.1);
  // The derivative of the root at 0 is infinite, and then nothing would be learnt.
  for (const { gradientNorm } of figures) expect(gradientNorm).toBeLessThan(Number.POSITIVE_INFINITY);
  for (const { path } of definition.parameters)
    expect((await trainer.read(path)).every(Number.isFinite)).toBe(true);
}, 300_000);

test("a batch that is none is refused before a device sees it; a state that is not kept has no numbers", async () => {
  using trainer = await started(small, { optimizer: sgd(constantRate(0.1)) });
  const tokens = packed.tokens.slice().fill(vocabSize, 3, 4);
  expect(await errorText(() => trainer.step({ ...packed, tokens }))).toContain(
    "training error: a token of a batch is none: row 0, position 3\n  expected: a token id from 0 to 4",
  );
  expect(await errorText(() => trainer.read("optimizer.mean"))).toContain(
    'usage error: the training of model bigram keeps no "optimizer.mean"',
  );
});

test("averages of parameters that are not stored in f32 are refused", async () => {
  const optimizer = averaged(adam, { decay: 0.9 });
  expect(await errorText(() => started(small, { optimizer, stored: "bf16" }))).toBe(
    [
      "training error: averages are kept of parameters that are stored in bf16",
      "  expected: parameters that are stored in f32, as averages are",
    ].join("\n"),
  );
});
