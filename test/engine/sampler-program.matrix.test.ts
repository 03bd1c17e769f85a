import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { samplerProgram } from "../../src/engine/sampler-program.js";
import {
  biasOf,
  countsOf,
  createSampler,
  randomWords,
  type SamplingOptions,
  samplingParts,
  samplingSettings,
} from "../../src/tokens/index.js";
import { logprobsOf } from "../../src/serving/logprobs.js";
import { canDraw, exportedSamplers, type SamplerKey } from "../../src/serving/index.js";
import { run } from "../dsl/interpret.js";
import { tries } from "../../tools/vitest/properties.js";

const STEPS = 2;

/** The tokens of each row, step by step, by the program; -1 where it finds none. */
function byProgram(
  logits: readonly Float32Array[],
  options: SamplingOptions,
  prompts: readonly (readonly number[])[],
  allowed?: readonly Int32Array[],
  parts?: SamplerKey,
): number[][] {
  const [batch, vocab] = [logits.length, logits[0]!.length];
  const asked = { batch, logprobs: undefined, allowed: allowed !== undefined, ...samplingParts(options) };
  const key = parts ?? asked;
  const traced = samplerProgram(key, vocab);
  const settings = samplingSettings(options);
  const ofRows = (value: number) => Array<number>(batch).fill(value);
  const random = logits.map((_, row) => randomWords((options.seed ?? 0) + row));
  let counts = prompts.flatMap((prompt) => [...countsOf(prompt, vocab)]);
  const tokens: number[][] = logits.map(() => []);
  for (let step = 0; step < STEPS; step++) {
    const results = run(traced, {
      logits: logits.flatMap((row) => [...row]),
      ...(allowed === undefined ? {} : { allowed: allowed.flatMap((row) => [...row]) }),
      random: random.map((next) => next()),
      scale: ofRows(settings.scale),
      min_weight: ofRows(settings.minWeight),
      top_k: ofRows(settings.topK),
      top_p: ofRows(settings.topP),
      frequency: ofRows(settings.frequency),
      presence: ofRows(settings.presence),
      repetition: ofRows(settings.repetition),
      inverse: ofRows(settings.inverse),
      bias: logits.flatMap(() => [...biasOf(options, vocab)]),
      counts,
    });
    for (const [row, token] of results.next!.entries()) tokens[row]!.push(token);
    counts = [...(results.counts ?? counts)];
  }
  return tokens;
}

/** The same on the host. */
const byHost = (
  logits: readonly Float32Array[],
  options: SamplingOptions,
  prompts: readonly (readonly number[])[],
  allowed?: readonly Int32Array[],
): number[][] =>
  logits.map((row, i) => {
    const sample = createSampler({ ...options, seed: (options.seed ?? 0) + i }, prompts[i]);
    return Array.from({ length: STEPS }, () => {
      try {
        return sample(row, allowed?.[i]);
      } catch {
        return -1;
      }
    });
  });

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });

/** Many ties, wide and narrow ranges, and tokens that are ruled out. */
const logit = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 3).map((x) => x / 4) },
  { weight: 4, arbitrary: fc.float({ min: -12, max: 12, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NEGATIVE_INFINITY, -1e30, 1e30, 1e-40) },
);

const settings: fc.Arbitrary<SamplingOptions> = fc.record({
  temperature: maybe(fc.constantFrom(0, 0.1, 0.8, 1, 3, 1e6)),
  topK: maybe(fc.integer({ min: 1, max: 9 })),
  topP: maybe(fc.constantFrom(1e-9, 0.1, 0.5, 0.9, 0.95, 1)),
  minP: maybe(fc.constantFrom(0, 0.05, 0.5, 1)),
  repetitionPenalty: maybe(fc.constantFrom(0.7, 1, 1.3)),
  presencePenalty: maybe(fc.constantFrom(-0.3, 0.5)),
  frequencyPenalty: maybe(fc.constantFrom(-0.3, 0.51)),
  logitBias: maybe(
    fc.constant(
      new Map([
        [0, 1.3],
        [1, Number.NEGATIVE_INFINITY],
        [2, -100],
      ]),
    ),
  ),
  seed: fc.nat(),
});

describe("tokens drawn by the program", () => {
  it("are those that the host draws where topK leaves all tokens", () => {
    const logits = [0, 1, 2].map(() => Float32Array.of(0, 1, 0.5, 2));
    for (const topK of [3, 4, 9]) {
      const options = { temperature: 1, topK, seed: 0 };
      const prompts = logits.map(() => [1]);
      expect(byProgram(logits, options, prompts)).toEqual(byHost(logits, options, prompts));
    }
  });

  it("are those that the host draws, for any logits and settings", () => {
    const rows = fc.integer({ min: 2, max: 13 }).chain((vocab) =>
      fc.array(
        fc.array(logit, { minLength: vocab, maxLength: vocab }).map((row) => Float32Array.from(row)),
        { minLength: 1, maxLength: 3 },
      ),
    );
    fc.assert(
      fc.property(rows, settings, (logits, options) => {
        const prompts = logits.map(({ length }, row) => [row % length, 1]);
        expect(byProgram(logits, options, prompts)).toEqual(byHost(logits, options, prompts));
      }),
      tries(25),
    );
  });

  it("are those of any exported program that can draw them, with parts that nobody asked for", () => {
    const row = fc.array(logit, { minLength: 5, maxLength: 5 }).map((values) => Float32Array.from(values));
    fc.assert(
      fc.property(row, settings, (values, options) => {
        const asked = { batch: 1, logprobs: undefined, allowed: false, ...samplingParts(options) };
        const able = exportedSamplers(1, 5).filter((has) => canDraw(has, asked));
        expect(able.length).toBeGreaterThan(0);
        const expected = byHost([values], options, [[0, 1]]);
        // The first is the one that is taken; the last has the most parts.
        for (const key of [able[0]!, able.at(-1)!])
          expect(byProgram([values], options, [[0, 1]], [Int32Array.of(-1)], key)).toEqual(expected);
      }),
      tries(24),
    );
  });

  it("are those that the host draws where rows may have some tokens only, of any number of words", () => {
    const rows = fc.constantFrom(2, 31, 32, 33, 70).chain((vocab) => {
      const one = fc.record({
        logits: fc.array(logit, { minLength: vocab, maxLength: vocab }).map((row) => Float32Array.from(row)),
        allowed: fc
          .array(fc.maxSafeInteger(), { minLength: Math.ceil(vocab / 32), maxLength: Math.ceil(vocab / 32) })
          .map((words) => Int32Array.from(words)),
      });
      return fc.array(one, { minLength: 1, maxLength: 3 });
    });
    fc.assert(
      fc.property(rows, settings, (given, options) => {
        const logits = given.map((row) => row.logits);
        const allowed = given.map((row) => row.allowed);
        const prompts = logits.map(() => [0, 1]);
        const drawn = byProgram(logits, options, prompts, allowed);
        expect(drawn).toEqual(byHost(logits, options, prompts, allowed));
        const refused = drawn.flatMap((tokens, row) =>
          tokens.filter((token) => token >= 0 && ((allowed[row]![token >> 5]! >> (token & 31)) & 1) === 0),
        );
        expect(refused).toEqual([]);
      }),
      tries(25),
    );
  });

  it("tell as many best tokens as are asked for, each once, where most are ruled out", () => {
    const logits = [Number.NEGATIVE_INFINITY, 2, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const key = {
      ...{ batch: 1, logprobs: 3, allowed: false, penalties: false },
      ...{ bias: false, topK: false, topP: false },
    };
    const { top } = run(samplerProgram(key, 4), { logits, random: [0], scale: [0], min_weight: [1] });
    expect([...top!]).toEqual([1, 0, 2]);
    expect(logprobsOf(Float32Array.from(logits), 1, 3).top.map(({ token }) => token)).toEqual([1, 0, 2]);
  });

  it.each([
    ["a logit that is no number", Float32Array.of(1, Number.NaN, 2)],
    ["an infinite logit", Float32Array.of(1, Number.POSITIVE_INFINITY, 2)],
    ["all tokens ruled out", new Float32Array(3).fill(Number.NEGATIVE_INFINITY)],
  ])("are none for %s, and those of the other rows", (_, bad) => {
    const logits = [bad, Float32Array.of(0, 9, 0)];
    const penalised = { temperature: 0, repetitionPenalty: 1.2, frequencyPenalty: 0.5 };
    for (const options of [
      { temperature: 1 },
      { topK: 2 },
      { topP: 0.9 },
      { minP: 0.1, topP: 0.9 },
      penalised,
    ]) {
      expect(byHost(logits, options, [[0], [0]])).toEqual([
        [-1, -1],
        [1, 1],
      ]);
      expect(byProgram(logits, options, [[0], [0]])).toEqual([
        [-1, -1],
        [1, 1],
      ]);
    }
  });

  it("tell the logarithms of their probabilities, and of the best, whatever is drawn from", () => {
    const logits = Float32Array.from([0.5, 0.125, 0.25, 0.125], Math.log);
    const key = {
      batch: 1,
      logprobs: 3,
      allowed: false,
      penalties: false,
      bias: false,
      topK: false,
      topP: false,
    };
    const { next, logprob, top, top_logprobs } = run(samplerProgram(key, 4), {
      logits: [...logits],
      random: [0],
      scale: [0],
      min_weight: [1],
    });
    expect([next, top]).toEqual([[0], [0, 2, 1]]);
    const expected = [0.5, 0.5, 0.25, 0.125].map(Math.log);
    for (const [i, value] of [...logprob!, ...top_logprobs!].entries())
      expect(value).toBeCloseTo(expected[i]!, 6);
  });
});
