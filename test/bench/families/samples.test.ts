import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkSamples, distance, writeSample } from "../../../bench/families/samples.js";

describe("distance", () => {
  test.each([
    ["the same numbers are not apart", [1, -2], [1, -2], 0],
    ["it is relative to the largest number", [1, -2], [1.5, -2], 0.25],
    ["zeros are zeros", [0], [0], 0],
    ["a number where zeros are expected is infinitely far away", [1], [0], Infinity],
    ["NaN is infinitely far away", [Number.NaN], [1], Infinity],
    ["so is another number of numbers", [1, 2], [1], Infinity],
  ])("%s", (_, actual, expected, apart) => {
    expect(distance(Float32Array.from(actual), Float32Array.from(expected))).toBe(apart);
  });
});

describe("checkSamples", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "families-"));
  });
  afterEach(async () => rm(folder, { recursive: true }));
  /** Keeps what a form gives. */
  const keep = async (form: string, result: string, numbers: readonly number[]) =>
    writeSample(folder, { case: "scan", direction: "forward", form, result }, Float32Array.from(numbers));

  /** Two forms that agree. */
  const keepAlike = async () => {
    await keep("ours", "y", [1, 2]);
    await keep("naive", "y", [1, 2.000_01]);
  };

  test("forms that agree are counted", async () => {
    await keepAlike();
    expect(await checkSamples(folder, "ours")).toBe(1);
  });

  test("a number that is off is an error that says where, and so is a result that a form lacks", async () => {
    await keepAlike();
    await keep("expert", "y", [1, 2.1]);
    await keep("general scan", "z", [1, 2]);
    await expect(checkSamples(folder, "ours")).rejects.toMatchObject({
      details: {
        message: "the forms of a family do not compute the same",
        details: [
          "scan, forward, expert: y.f32 is off by 5.0e-2",
          "scan, forward, general scan: its results are z.f32, not y.f32",
        ],
      },
    });
  });
});
