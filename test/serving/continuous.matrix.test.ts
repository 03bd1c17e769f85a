import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../src/engine/index.js";
import { completions, type GenerateOptions, generate, type ProgramSet } from "../../src/serving/index.js";
import { useCpu } from "../dsl/cpu.js";
import { loadTiny, someTokens } from "../engine/tiny.js";
import { held } from "../runtime-pjrt/held.js";
import { tries } from "../../tools/vitest/properties.js";
import { errorText } from "../weights/files.js";
import { generated, rowOf } from "./generated.js";
import { programSet } from "./program-set.js";

const cpu = useCpu();
let model: Model;
beforeAll(async () => {
  model = await loadTiny(cpu.client);
  // What is prepared of the weights stays with the model.
  await generated(model, [[1]], { maxNewTokens: 2 });
  await generated(model, [[1], [2], [3]], { maxNewTokens: 2 });
});
afterAll(() => model.close());

/** Tokens of each prompt, by itself. */
async function alone(
  programs: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<readonly (readonly number[])[]> {
  const rows: number[][] = [];
  for (const [i, prompt] of prompts.entries()) {
    const one = { ...options, batch: undefined, seed: (options.seed ?? 0) + i };
    rows.push(rowOf(await generated(programs, [prompt], one), 0));
  }
  return rows;
}

/** The same of all, in a batch that has fewer rows. */
async function together(
  programs: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<readonly (readonly number[])[]> {
  const rows: (readonly number[])[] = [];
  for await (const { row, tokens } of completions(
    generate(programs, prompts, { maxNewTokens: 12, eosIds: [], ...options }),
  ))
    rows[row] = tokens;
  return rows;
}

describe("more prompts than rows", () => {
  const seven = [13, 1, 40, 3, 17, 2, 5].map((length, i) => someTokens(i + 1, length));
  const drawn = { temperature: 2, topP: 0.95, repetitionPenalty: 1.3, frequencyPenalty: 0.2, seed: 4 };
  /** So many that texts end anywhere. */
  const eosIds = Array.from({ length: 12 }, (_, i) => 5 * i + 1);

  it.each([
    ["best tokens", { batch: 3 }],
    ["drawn tokens, with penalties", { batch: 3, ...drawn }],
    ["one row", { batch: 1, eosIds, ...drawn }],
    ["texts that end anywhere", { batch: 3, eosIds, ...drawn }],
    ["more rows than prompts", { batch: 9, maxNewTokens: 2 }],
  ] as const)("give each what it gives alone: %s", async (_, options: GenerateOptions) => {
    const { buffer } = await held(cpu.client);
    expect(await together(model, seven, options)).toEqual(await alone(model, seven, options));
    // Programs stay with the model.
    expect(await held(cpu.client)).toMatchObject({ buffer });
  });

  it("give it on the host, too", async () => {
    const onHost = programSet(model, { sampler: async () => undefined });
    const options = { batch: 2, eosIds, ...drawn };
    expect(await together(onHost, seven, options)).toEqual(await alone(model, seven, options));
  });

  it("give it for any lengths, rows and numbers of tokens", async () => {
    const run = fc.record({
      lengths: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
      batch: fc.integer({ min: 1, max: 3 }),
      maxNewTokens: fc.integer({ min: 1, max: 6 }),
      eosIds: fc.subarray(eosIds),
      seed: fc.nat(9),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ lengths, ...options }) => {
        const prompts = lengths.map((length, i) => someTokens(options.seed + i, length));
        expect(await together(model, prompts, { ...drawn, ...options })).toEqual(
          await alone(model, prompts, { ...drawn, ...options }),
        );
      }),
      tries(12),
    );
  });

  it("take a row as soon as it is free: a text that ends early makes no step longer", async () => {
    const [first, ...others] = seven;
    const free = rowOf(await generated(model, [first!], { maxNewTokens: 4 }), 0);
    const tokens = await generated(model, [first!, ...others.slice(0, 2)], {
      ...{ batch: 2, maxNewTokens: 4, eosIds: [free[0]!] },
    });
    const steps = (row: number) => tokens.filter((token) => token.row === row).map(({ step }) => step);
    expect(steps(0)).toEqual([0]);
    // Three steps are on their way when a token is looked at.
    expect(steps(2)[0]).toBeLessThanOrEqual(4);
  });

  it("never take more of the states than they hold, though others go on", async () => {
    const generation = { ...model.generation, capacity: 16 };
    const bounded = programSet(model, { generation });
    const prompts = [someTokens(1, 13), someTokens(2, 2), someTokens(3, 13)];
    const options = { batch: 2, maxNewTokens: 4, eosIds: [] };
    expect(await together(bounded, prompts, options)).toEqual(await alone(model, prompts, options));
  });

  it("never take more of the states than they hold, though others began later", async () => {
    const generation = { ...model.generation, capacity: 16 };
    const bounded = programSet(model, { generation });
    const prompts = [someTokens(1, 2), someTokens(2, 13), someTokens(3, 13)];
    const [ending] = rowOf(await generated(model, [prompts[0]!], { maxNewTokens: 1 }), 0);
    // The first ends at once, so that the third is under way when the second has all that the states hold.
    const options = { batch: 2, maxNewTokens: 4, eosIds: [ending!] };
    const rows = await together(bounded, prompts, options);
    expect(rows.map(({ length }) => length)).toEqual([1, 4, 4]);
    expect(rows).toEqual(await alone(model, prompts, options));
  });

  it("free all that they hold when the caller stops early", async () => {
    const { buffer } = await held(cpu.client);
    const tokens = generate(model, seven, { batch: 2, eosIds, maxNewTokens: 12 });
    for await (const { row } of tokens) if (row === 3) break;
    expect(await held(cpu.client)).toMatchObject({ buffer });
  });

  it("are refused rows of none", async () => {
    expect(await errorText(() => generated(model, seven, { batch: 0 }))).toBe(
      "usage error: the batch must be a whole number, 1 or more\n  got:      0",
    );
  });
});
