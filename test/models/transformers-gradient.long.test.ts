import { expect, test } from "vitest";
import { gemma2, llama } from "../../models/index.js";
import { gemma2Presets } from "../../models/gemma2/presets.js";
import { llamaPresets } from "../../models/llama/presets.js";
import { elementsFromNumbers } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { elementCount, tensorType } from "../../src/ir/types.js";
import { findMeaning } from "../../src/lowering/index.js";
import { gradientProgram } from "../../src/training/index.js";
import { numbersOf } from "../../src/testing/close.js";
import { randomFrom } from "../autodiff/vjp-of.js";
import { positionsOf } from "../engine/tiny.js";

const small = { vocabSize: 11, width: 8, numHeads: 2, numKeyValueHeads: 1, headSize: 4, mlpWidth: 6 };

test.each([
  ["llama", llama.configure({ ...llamaPresets["tiny-llama"], ...small, windows: [null] })],
  ["gemma2", gemma2.configure({ ...gemma2Presets["tiny-gemma-2"], ...small, window: 2 })],
])("the gradients of all parameters of %s have the slope that differences of its loss have", (_, model) => {
  const made = gradientProgram(model, { batch: 1, time: 5, dtype: "f32" });
  const random = randomFrom(3);
  const weights = new Map(
    model.parameters.map(({ path, shape }) => [
      path,
      Array.from({ length: elementCount(shape) }, () => ({ value: 0.5 * random(), along: random() })),
    ]),
  );
  const inputs: Readonly<Record<string, readonly number[]>> = {
    tokens: [3, 4, 5, 6, 7, 8],
    target_mask: [1, 1, 1, 0, 1, 1],
    segment_pos: positionsOf(3, 3),
  };
  const run = (by: number): ReadonlyMap<string, readonly number[]> => {
    const args = made.arguments.map(({ name, dimensions, elementType }) =>
      elementsFromNumbers(
        tensorType(dimensions, elementType),
        inputs[name] ?? weights.get(name)!.map(({ value, along }) => value + by * along),
      ),
    );
    const results = interpretFunction(made.module, "main", args, { decompositions: findMeaning });
    return new Map(results.map((elements, i) => [made.results[i]!.name, numbersOf(elements)]));
  };
  const gradients = run(0);
  let slope = 0;
  for (const [path, numbers] of weights)
    numbers.forEach(({ along }, i) => {
      slope += gradients.get(path)![i]! * along;
    });
  // Norms after blocks bend the loss: at 2e-3 the difference of Gemma 2 is off by 0.7 %, at half of it by a quarter of that.
  const step = 5e-4;
  const difference = (run(step).get("loss")![0]! - run(-step).get("loss")![0]!) / (2 * step);
  expect(Math.abs(slope - difference)).toBeLessThan(3e-3 * Math.abs(difference));
});
