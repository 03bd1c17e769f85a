import fc from "fast-check";
import { expect, test } from "vitest";
import { logprobsOf } from "../../src/serving/logprobs.js";

test("the token's logarithm, and those of the best tokens, of equals the first", () => {
  const logits = Float32Array.from([0.125, 0.25, 0.5, 0.125], Math.log);
  const { logprob, top } = logprobsOf(logits, 3, 3);
  expect(logprob).toBeCloseTo(Math.log(0.125), 6);
  expect(top.map(({ token }) => token)).toEqual([2, 1, 0]);
  expect(top[0]!.logprob).toBeCloseTo(Math.log(0.5), 6);
  expect(logprobsOf(logits, 0, 0).top).toEqual([]);
});

test("the best tokens are the first of all in order, for any logits", () => {
  const row = fc.array(fc.constantFrom(-Infinity, -2, -0.5, 0, 0.5, 2, 9), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(row, fc.nat(40), (values, count) => {
      const logits = Float32Array.from(values);
      const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
      expect(logprobsOf(logits, 0, count).top.map(({ token }) => token)).toEqual(order.slice(0, count));
    }),
  );
});
