import { describe, expect, it, test } from "vitest";
import { checkTokensPerCall, type ProgramSet } from "../../src/serving/index.js";
import { FEWEST_LOOPED_TOKENS, loopFor, usualTokensPerCall } from "../../src/serving/loop-choice.js";
import { canLoop, endingTokens, type LoopKey } from "../../src/serving/loop-key.js";
import { errorText } from "../weights/files.js";

describe("tokens a call", () => {
  it.each([
    [true, 5_000_000, 16],
    [true, 100_000_000, 8],
    [true, 354_000_000, 2],
    [true, 500_000_000, 2],
    [true, 600_000_000, 1],
    [true, 10_000_000_000, 1],
    [false, 5_000_000, 1],
  ])(
    "are as many as come together unseen: on the host %s, weights of %i bytes, %i",
    (isHost, bytes, tokens) => {
      expect(usualTokensPerCall(isHost, bytes)).toBe(tokens);
    },
  );

  it.each([0, 1.5, 257])("are a whole number from 1 to 256, not %d", async (asked) => {
    expect(await errorText(() => checkTokensPerCall(asked))).toBe(
      [
        "usage error: tokens per call is out of range",
        "  expected: a whole number from 1 to 256",
        `  got:      ${asked}`,
      ].join("\n"),
    );
  });
});

test("texts that may be long are made several tokens a call unasked, shorter ones where it is asked for", async () => {
  const asked: number[] = [];
  const model = {
    ...{ tokensPerCall: 16, fewestLoopedTokens: FEWEST_LOOPED_TOKENS, generation: { vocabSize: 5 } },
    loop: ({ steps }: LoopKey) => {
      asked.push(steps);
      return Promise.resolve(undefined);
    },
  } as unknown as ProgramSet;
  const chosen = (maxNewTokens: number, tokensPerCall?: number) =>
    errorText(() => loopFor(model, { batch: 1, maxNewTokens, isHeld: false, eosIds: [] }, { tokensPerCall }));
  for (const tokens of [399, 400])
    await loopFor(model, { batch: 1, maxNewTokens: tokens, isHeld: false, eosIds: [] }, {});
  expect(asked).toEqual([16]);
  expect(await chosen(20, 4)).toContain("the artifact has no program that makes several tokens in one call");
  expect(asked).toEqual([16, 4]);
});

test("a loop makes what is asked for: the same rows, no more tokens, the same way to draw or one that does more", () => {
  const sampler = {
    ...{ batch: 2, logprobs: undefined, allowed: false },
    ...{ penalties: false, bias: false, topK: true, topP: true },
  };
  const has: LoopKey = { batch: 2, steps: 4, sampler: { ...sampler, penalties: true, logprobs: 3 } };
  expect(canLoop(has, { batch: 2, steps: 8, sampler })).toBe(true);
  expect(canLoop(has, { batch: 1, steps: 8, sampler })).toBe(false);
  expect(canLoop(has, { batch: 2, steps: 3, sampler })).toBe(false);
  expect(canLoop(has, { batch: 2, steps: 4, sampler: undefined })).toBe(false);
  expect(canLoop(has, { batch: 2, steps: 4, sampler: { ...sampler, logprobs: 4 } })).toBe(false);
  expect(canLoop({ ...has, sampler: undefined }, { batch: 2, steps: 4, sampler: undefined })).toBe(true);
});

test("tokens that no vocabulary has end no row", () => {
  expect([...endingTokens([1, 3, 9], 5)]).toEqual([0, 1, 0, 1, 0]);
});
