import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createContinuation } from "../../src/tokens/continuation.js";
import { randomNumbers } from "../../src/tokens/random.js";
import { createSampler } from "../../src/tokens/sampling.js";
import type { SamplingOptions } from "../../src/tokens/sampling-options.js";
import { StreamingDecoder } from "../../src/tokens/streaming.js";
import { checkPrompt } from "../../src/tokens/tokens.js";
import { errorText } from "../weights/files.js";

const LOGITS = Float32Array.of(1, 3, 2, 3, -1);

/** How often each of the tokens is drawn in `count` draws, as parts of 1. */
function frequencies(options: SamplingOptions, logits: Float32Array, count = 20_000): number[] {
  const sample = createSampler(options);
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < count; i++) counts[sample(logits)]! += 1 / count;
  return counts;
}

function softmax(logits: readonly number[]): number[] {
  const weights = logits.map((value) => Math.exp(value));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / total);
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  // Four standard deviations of 20,000 draws are below 0.015.
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! - value)).toBeLessThan(0.015);
}

describe("greedy", () => {
  test("the best token, the first of equals, by default and at temperature 0", () => {
    expect(createSampler()(LOGITS)).toBe(1);
    expect(createSampler({ temperature: 0, topK: 3, topP: 0.5, seed: 9 })(LOGITS)).toBe(1);
  });
});

describe("drawing", () => {
  test("frequencies are the softmax of the logits", () => {
    expectClose(frequencies({ temperature: 1 }, LOGITS), softmax([...LOGITS]));
  });

  test("temperature divides the logits", () => {
    expectClose(frequencies({ temperature: 2 }, LOGITS), softmax([0.5, 1.5, 1, 1.5, -0.5]));
    expect(createSampler({ temperature: 1e-300 })(Float32Array.of(0, 1e-3, 0))).toBe(1);
  });

  test("top-k keeps the k best; of equals at the border the lower id", () => {
    const [one, two, rest] = softmax([3, 3, 2]);
    expectClose(frequencies({ topK: 3 }, LOGITS), [0, one!, rest!, two!, 0]);
    expect(frequencies({ topK: 1 }, LOGITS, 100)[1]).toBeCloseTo(1, 9);
    expectClose(frequencies({ topK: 99 }, LOGITS), softmax([...LOGITS]));
  });

  test("top-p keeps the fewest that together have the probability", () => {
    const logits = Float32Array.from([0.5, 0.25, 0.15, 0.1], Math.log);
    expectClose(frequencies({ topP: 0.5 }, logits), [1, 0, 0, 0]);
    expectClose(frequencies({ topP: 0.6 }, logits), [2 / 3, 1 / 3, 0, 0]);
    expectClose(frequencies({ topP: 0.8 }, logits), [5 / 9, 5 / 18, 1 / 6, 0]);
    expectClose(frequencies({ topP: 1 }, logits), [0.5, 0.25, 0.15, 0.1]);
    expectClose(frequencies({ topP: 1e-9 }, logits), [1, 0, 0, 0]);
  });

  test("top-p counts what top-k has left", () => {
    const logits = Float32Array.from([0.5, 0.25, 0.15, 0.1], Math.log);
    expectClose(frequencies({ topK: 2, topP: 0.7 }, logits), [2 / 3, 1 / 3, 0, 0]);
    expectClose(frequencies({ topK: 2, topP: 0.66 }, logits), [1, 0, 0, 0]);
  });

  test("only the best k tokens are ever drawn, for any logits; those within 2^-16 of each other are equals", () => {
    const row = fc.float32Array({ minLength: 1, maxLength: 50, noNaN: true, min: -30, max: 30 });
    fc.assert(
      fc.property(row, fc.integer({ min: 1, max: 60 }), fc.nat(), (logits, topK, seed) => {
        const token = createSampler({ topK, topP: 0.9, seed })(logits);
        expect(logits.filter((value) => value > logits[token]! + 2 ** -15).length).toBeLessThan(topK);
      }),
    );
  });

  test("min-p keeps what has that part of the best one's probability", () => {
    const logits = Float32Array.from([0.5, 0.25, 0.15, 0.1], Math.log);
    expectClose(frequencies({ minP: 0.45 }, logits), [2 / 3, 1 / 3, 0, 0]);
    expectClose(frequencies({ minP: 0 }, logits), [0.5, 0.25, 0.15, 0.1]);
    expectClose(frequencies({ minP: 1 }, logits), [1, 0, 0, 0]);
  });

  test("penalties: of what the text has, of what was made, each time it was made; a bias before them", () => {
    const best = (options: SamplingOptions, logits: Float32Array, prompt?: readonly number[]) => {
      const sample = createSampler(options, prompt);
      return Array.from({ length: 4 }, () => sample(logits));
    };
    const logits = Float32Array.of(4, 3, 2, -1);
    expect(best({ repetitionPenalty: 2 }, logits, [0])).toEqual([1, 0, 0, 0]);
    expect(best({ presencePenalty: 1.5 }, logits, [0])).toEqual([0, 1, 0, 0]);
    expect(best({ frequencyPenalty: 1.5 }, logits)).toEqual([0, 1, 0, 2]);
    expect(best({ logitBias: new Map([[3, 9]]) }, logits)).toEqual([3, 3, 3, 3]);
    expect(best({ logitBias: new Map([[0, Number.NEGATIVE_INFINITY]]) }, logits)).toEqual([1, 1, 1, 1]);
    const negative = Float32Array.of(-1, -1.5);
    expect(best({ repetitionPenalty: 2 }, negative, [0])).toEqual([1, 0, 0, 0]);
  });

  test("a token ruled out is never drawn", () => {
    const logits = Float32Array.of(Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY);
    expect(frequencies({ temperature: 1 }, logits, 100)[1]).toBeCloseTo(1, 9);
  });
});

describe("seeds", () => {
  const draws = (seed: number) => {
    const sample = createSampler({ temperature: 1, seed });
    return Array.from({ length: 12 }, () => sample(new Float32Array(100)));
  };

  test("a seed gives the same draws on every machine", () => {
    expect(draws(42)).toMatchInlineSnapshot(`
      [
        29,
        15,
        11,
        76,
        31,
        35,
        62,
        76,
        53,
        41,
        0,
        35,
      ]
    `);
    expect(draws(42)).toEqual(draws(42));
    expect(draws(2 ** 40 + 42)).not.toEqual(draws(42));
  });

  test("each step takes one number, also one whose logits no token can be chosen from", () => {
    const [first, second] = [7, 7].map((seed) => createSampler({ temperature: 1, seed }));
    const logits = new Float32Array(1000);
    first!(logits);
    expect(() => second!(Float32Array.of(Number.NaN))).toThrow("not finite");
    expect(second!(logits)).toBe(first!(logits));
  });

  test("samplers do not disturb one another", () => {
    const [first, second] = [
      createSampler({ temperature: 1, seed: 1 }),
      createSampler({ temperature: 1, seed: 2 }),
    ];
    const together = Array.from({ length: 8 }, () => [
      first(new Float32Array(9)),
      second(new Float32Array(9)),
    ]);
    const alone = createSampler({ temperature: 1, seed: 1 });
    expect(together.map(([token]) => token)).toEqual(together.map(() => alone(new Float32Array(9))));
  });

  test("numbers lie evenly in [0, 1), also of neighbouring seeds", () => {
    const firsts = Array.from({ length: 10_000 }, (_, seed) => randomNumbers(seed)());
    expect(firsts.every((value) => value >= 0 && value < 1)).toBe(true);
    const tenths = new Array<number>(10).fill(0);
    for (const value of firsts) tenths[Math.floor(value * 10)]! += 1 / firsts.length;
    for (const part of tenths) expect(Math.abs(part - 0.1)).toBeLessThan(0.015);
  });
});

describe("options and logits that make no sense", () => {
  test.each([
    ...["temperature", "topK", "topP", "minP", "seed"],
    ...["repetitionPenalty", "presencePenalty", "frequencyPenalty"],
  ])("%s as a text, or as nothing", async (option) => {
    expect(await errorText(() => createSampler({ [option]: "1" }))).toBe(
      [
        `usage error: sampling takes another kind of ${option}`,
        "  expected: a number",
        '  got:      "1"',
        "  hint:     texts are not read as numbers: Number(text)",
      ].join("\n"),
    );
    expect(await errorText(() => createSampler({ [option]: null }))).toContain("got:      null");
  });

  test.each([
    [{ 5: -2 }, "sampling takes another kind of logitBias", "an object"],
    [[[5, -2]], "sampling takes another kind of logitBias", "a list of 1"],
    [new Map([[5, "-2"]]), "the bias of token 5 is out of range", '"-2"'],
    [new Map([["5", -2]]), "a token of the logit bias is out of range", '"5"'],
  ])("a bias that is no map of numbers: %j", async (logitBias, message, got) => {
    const text = await errorText(() => createSampler({ logitBias: logitBias as never }));
    expect([text.split("\n")[0], text.split("\n")[2]]).toEqual([
      `usage error: ${message}`,
      `  got:      ${got}`,
    ]);
  });

  test.each([
    [{ temperature: -1 }, "temperature", "a number >= 0", "-1"],
    [{ temperature: Number.NaN }, "temperature", "a number >= 0", "NaN"],
    [{ temperature: Number.POSITIVE_INFINITY }, "temperature", "a number >= 0", "Infinity"],
    [{ topK: 0 }, "top-k", "an integer >= 1", "0"],
    [{ topK: 1.5 }, "top-k", "an integer >= 1", "1.5"],
    [{ topP: 0 }, "top-p", "a number > 0 and <= 1", "0"],
    [{ topP: 1.1 }, "top-p", "a number > 0 and <= 1", "1.1"],
    [{ topP: Number.NaN }, "top-p", "a number > 0 and <= 1", "NaN"],
    [{ seed: -1 }, "seed", "an integer from 0 to 2^53 - 1", "-1"],
    [{ seed: 0.5 }, "seed", "an integer from 0 to 2^53 - 1", "0.5"],
    [
      { logitBias: new Map([[2, 1e39]]) },
      "the bias of token 2",
      "a number up to 3.4e38, or -Infinity",
      "1e+39",
    ],
  ])("%j", async (options, name, expected, got) => {
    expect(await errorText(() => createSampler(options))).toBe(
      `usage error: ${name} is out of range\n  expected: ${expected}\n  got:      ${got}`,
    );
  });

  test.each([
    [[Number.NaN, 1, 2], "NaN for token 0"],
    [[3, 1, Number.NaN], "NaN for token 2"],
    [[0, Number.POSITIVE_INFINITY], "Infinity for token 1"],
    [[Number.NEGATIVE_INFINITY], "-Infinity for token 0"],
  ])("logits %j", async (values, got) => {
    for (const temperature of [0, 1]) {
      expect(await errorText(() => createSampler({ temperature })(Float32Array.from(values)))).toBe(
        [
          "generation error: the model's logits are not finite numbers",
          `  got:      ${got}`,
          "  hint:     check the weights, or compute in f32",
        ].join("\n"),
      );
    }
  });
});

describe("prompts", () => {
  test("an empty one, and ids outside the vocabulary", async () => {
    expect(await errorText(() => checkPrompt([], 10))).toBe(
      "usage error: the prompt is empty\n  expected: at least one token",
    );
    for (const [ids, at] of [
      [[2, 10], 1],
      [[-1], 0],
      [[2, 1.5], 1],
      [[Number.NaN], 0],
    ] as const) {
      expect(await errorText(() => checkPrompt(ids, 10))).toBe(
        [
          `usage error: token ${at} of the prompt is not in the vocabulary`,
          "  expected: an integer from 0 to 9",
          `  got:      ${ids[at]}`,
          "  hint:     were the tokens made with the tokenizer of this checkpoint?",
        ].join("\n"),
      );
    }
  });

  test("any other is fine", () => {
    expect(() => checkPrompt([0, 9], 10)).not.toThrow();
  });
});

describe("continuing a sequence", () => {
  /** A tokenizer whose token n is the n-th letter. */
  const letters = {
    encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0) - 97),
    decode: (ids: readonly number[]) => ids.map((id) => String.fromCharCode(97 + id)).join(""),
  };

  /** The steps for these tokens, until the sequence is finished. */
  function run(tokens: readonly number[], eosIds: readonly number[], maxNewTokens: number) {
    const decoder = new StreamingDecoder(letters);
    const next = createContinuation({ decoder, eosIds, maxNewTokens });
    const steps = [];
    for (const token of tokens) {
      const step = next(token);
      steps.push(step);
      if (step.finished !== undefined) break;
    }
    return steps;
  }

  test("ends at any end-of-sequence token, which has no text", () => {
    expect(run([0, 1, 4, 2], [3, 4], 10)).toEqual([
      { token: 0, text: "a", finished: undefined },
      { token: 1, text: "b", finished: undefined },
      { token: 4, text: "", finished: "eos" },
    ]);
  });

  test("ends at its length", () => {
    expect(run([0, 1, 2], [4], 2)).toEqual([
      { token: 0, text: "a", finished: undefined },
      { token: 1, text: "b", finished: "length" },
    ]);
  });
});
