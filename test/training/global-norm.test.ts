import { expect, test } from "vitest";
import { axis, input, program, type Tensor } from "../../src/dsl/index.js";
import { clipByGlobalNorm, globalNorm, type ParameterTensor } from "../../src/training/index.js";
import { run } from "../dsl/interpret.js";
import { errorText } from "../weights/files.js";

/** The norm of a matrix, a vector and a number, and the three clipped to a norm. */
const clipped = (most: number) =>
  program({ name: "clip" }, () => {
    const tensors: Record<string, ParameterTensor> = Object.fromEntries(
      [[axis("m", 2), axis("n", 2)], [axis("n", 2)], []].map((axes, i) => [
        `${i}`,
        input(`${i}`, axes, "f32") as unknown as Tensor<string, "f32">,
      ]),
    );
    const norm = globalNorm(tensors);
    return { norm, ...clipByGlobalNorm(tensors, norm, most) };
  });

const inputs = { "0": [1, -2, 2, 4], "1": [4, 8], "2": [-2] };
const norm = Math.sqrt(1 + 4 + 4 + 16 + 16 + 64 + 4);

test("gradients above the bound keep their directions and get the bound's norm", () => {
  const results = run(clipped(2), inputs);
  expect(results.norm![0]).toBeCloseTo(norm, 5);
  for (const [name, values] of Object.entries(inputs))
    values.forEach((value, i) => {
      expect(results[name]![i]).toBeCloseTo((value * 2) / norm, 6);
    });
});

test("gradients below the bound stay as they are, zeros too", () => {
  expect(run(clipped(100), inputs)).toMatchObject(inputs);
  const zeros = { "0": [0, 0, 0, 0], "1": [0, 0], "2": [0] };
  expect(run(clipped(1), zeros)).toEqual({ norm: [0], ...zeros });
});

test("a bound that is not above 0 is refused", async () => {
  expect(await errorText(() => clipped(0))).toContain(
    "training error: clipByGlobalNorm: not a setting\n  expected: a number above 0\n  got:      0",
  );
});
