import { expect, test } from "vitest";
import { findFunction } from "../../src/ir/analysis/symbols.js";
import { Tensor } from "../../src/ir/interpret/tensor.js";
import { elementCount, isComplex, type TensorType } from "../../src/ir/types.js";
import { inputsOf } from "./cases/case.js";
import { cases } from "./cases/index.js";
import { addVjp, gradientAsMain, parse, randomFrom, slopes } from "./vjp-of.js";

/** Ops whose values are told exactly enough for differences of gradients, each by its first case. */
const smooth = cases.filter(
  ({ op, tolerance }, i) => tolerance === undefined && cases.findIndex((other) => other.op === op) === i,
);

for (const each of smooth) {
  test(`the gradient of ${each.op} has a gradient, which has the slope that its differences have`, () => {
    const first = gradientAsMain(parse(each.program));
    const inputs = inputsOf(each, 5);
    const random = randomFrom(6);
    const more = findFunction(first, "main")!
      .attributes.function_type.inputs.slice(inputs.length)
      .map((type) => {
        const { shape, element } = type as TensorType;
        const count = elementCount(shape) * (isComplex(element) ? 2 : 1);
        return Tensor.fromFloats(shape, element, Float64Array.from({ length: count }, random)).toElements();
      });
    const { gradient, difference } = slopes(addVjp(first), [...inputs, ...more], { seed: 7 });
    expect(Math.abs(gradient - difference)).toBeLessThan(1e-6 * Math.max(1, Math.abs(difference)));
  });
}
