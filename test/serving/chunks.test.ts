import { describe, expect, it } from "vitest";
import { planChunks } from "../../src/serving/index.js";

describe("planChunks", () => {
  it.each([
    [1, 256, [16]],
    [16, 256, [16]],
    [17, 256, [64]],
    [65, 256, [256]],
    [256, 256, [256]],
    [257, 256, [16, 256]],
    [600, 256, [256, 256, 256]],
    [5, 1, [1, 1, 1, 1, 1]],
    [7, 3, [3, 3, 3]],
    [30, 20, [16, 20]],
    [38, 20, [20, 20]],
  ])("%d tokens in chunks of %d: %j", (tokens, chunk, plan) => {
    expect(planChunks(tokens, chunk)).toEqual(plan);
  });
});
