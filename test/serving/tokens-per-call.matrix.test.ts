import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../src/engine/index.js";
import { type GenerateOptions, generate, type ProgramSet } from "../../src/serving/index.js";
import { useCpu } from "../dsl/cpu.js";
import { loadTiny, someTokens } from "../engine/tiny.js";
import { held } from "../runtime-pjrt/held.js";
import { tries } from "../../tools/vitest/properties.js";
import { generated } from "./generated.js";
import { programSet } from "./program-set.js";

const cpu = useCpu();
let model: Model;
beforeAll(async () => {
  model = await loadTiny(cpu.client);
});
afterAll(() => model.close());

/** What is told of each token, each text by itself: of more texts than rows, who is made when depends on when a row is seen to be free. */
async function told(
  programs: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<readonly (readonly unknown[])[]> {
  const texts: unknown[][] = prompts.map(() => []);
  const rounded = (value: number) => Math.round(value * 1000);
  for (const { row, token, finished, logprobs } of await generated(programs, prompts, options)) {
    // Compilers sum in an order of their own: the last digits of logarithms differ.
    const top = logprobs?.top.map((each) => [each.token, rounded(each.logprob)]);
    texts[row]!.push({ token, finished, logprob: logprobs && rounded(logprobs.logprob), top });
  }
  return texts;
}

/** So many that texts end anywhere. */
const eosIds = Array.from({ length: 12 }, (_, i) => 5 * i + 1);
const drawn = { temperature: 2, topP: 0.95, seed: 4 };
const adjusted = {
  ...drawn,
  ...{ topK: 30, minP: 0.001, repetitionPenalty: 1.3, frequencyPenalty: 0.2 },
  logitBias: new Map([[3, 1.5]]),
};

describe("several tokens in one call", () => {
  const three = [13, 1, 40].map((length, i) => someTokens(i + 1, length));

  it.each([
    ["the best ones", {}],
    ["one row", { batch: 1 }],
    ["more texts than rows", { batch: 2, eosIds }],
    ["drawn ones", { ...drawn, eosIds }],
    ["drawn ones with penalties, a bias and logprobs", { ...adjusted, logprobs: 3, eosIds }],
  ] as const)("are those that are made one by one: %s", async (_, options: GenerateOptions) => {
    const all = { ...options, maxNewTokens: 11 };
    expect(await told(model, three, { ...all, tokensPerCall: 4 })).toEqual(
      await told(model, three, { ...all, tokensPerCall: 1 }),
    );
  });

  it("are those for any samplers, rows, ends and numbers of tokens", async () => {
    const run = fc.record({
      lengths: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
      batch: fc.constant(2),
      maxNewTokens: fc.integer({ min: 1, max: 14 }),
      tokensPerCall: fc.constant(4),
      ends: fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { maxLength: 12 }),
      sampling: fc.constantFrom({}, drawn, adjusted),
      seed: fc.nat({ max: 99 }),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ lengths, tokensPerCall, ends, sampling, ...rest }) => {
        const prompts = lengths.map((length, i) => someTokens(rest.seed + i, length));
        const options = { ...sampling, ...rest, eosIds: ends };
        expect(await told(model, prompts, { ...options, tokensPerCall })).toEqual(
          await told(model, prompts, { ...options, tokensPerCall: 1 }),
        );
      }),
      tries(6),
    );
  });

  it("take a call for all of them, not one each, and leave nothing on the device", async () => {
    const calls: string[] = [];
    const watched = programSet(model, {
      run: (key, ...rest) => {
        calls.push(key.kind);
        return model.run(key, ...rest);
      },
      runLoaded: (...call) => {
        calls.push("loop");
        return model.runLoaded(...call);
      },
    });
    await told(watched, three, { ...drawn, tokensPerCall: 4 });
    const { buffer } = await held(cpu.client);
    calls.length = 0;
    await told(watched, three, { ...drawn, maxNewTokens: 9, tokensPerCall: 4 });
    expect(calls).toEqual(["prefill", "loop", "loop"]);
    for await (const { step } of generate(watched, three, { maxNewTokens: 40, tokensPerCall: 4 }))
      if (step === 3) break;
    expect(await held(cpu.client)).toMatchObject({ buffer });
  });
});
