import fc from "fast-check";
import { expect, test } from "vitest";
import { axis, cumLogSumExp, grad, input, logAddExp, program, sum } from "../../src/dsl/index.js";
import { run } from "./interpret.js";

const pairs = axis("pairs", 1);

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** log(exp(x) + exp(y)), its derivative by x, and the derivative of that by x. */
const derived = program({ name: "test" }, () => {
  const [x, y] = [input("x", [pairs], "f64"), input("y", [pairs], "f64")];
  type Of = { readonly x: typeof x };
  const value = (args: Of) => sum(logAddExp(args.x, y), "pairs");
  const slope = (args: Of) => sum(grad(value)(args).x, "pairs");
  return { value: value({ x }), slope: slope({ x }), curvature: grad(slope)({ x }).x };
});

test("logAddExp is a smooth function: its derivatives of both orders are those of softplus, of equal operands too", () => {
  const numbers = fc.oneof(fc.constantFrom(-1, 0, 1, 2), fc.double({ min: -30, max: 30, noNaN: true }));
  fc.assert(
    fc.property(numbers, numbers, (x, y) => {
      const s = sigmoid(x - y);
      const { value, slope, curvature } = run(derived, { x: [x], y: [y] });
      expect(value![0]).toBeCloseTo(Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))), 12);
      expect(slope![0]).toBeCloseTo(s, 12);
      expect(curvature![0]).toBeCloseTo(s * (1 - s), 12);
    }),
    { numRuns: 100, seed: 7 },
  );
});

test.each([
  [-Infinity, -Infinity, -Infinity, 1],
  [Infinity, Infinity, Infinity, 1],
  [-Infinity, 3, 3, 0],
  [3, -Infinity, 3, 1],
])("logAddExp(%d, %d) is %d, its slope %d", (x, y, expected, steep) => {
  const { value, slope } = run(derived, { x: [x], y: [y] });
  expect([value, slope]).toEqual([[expected], [steep]]);
});

test("sums of exponentials that begin with none have gradients", () => {
  const time = axis("time", 3);
  const made = program({ name: "test" }, () => {
    const x = input("x", [time], "f64");
    return grad((args: { x: typeof x }) => sum(cumLogSumExp(args.x, "time"), "time"))({ x });
  });
  expect(run(made, { x: [-Infinity, 0, 0] })).toEqual({ x: [1, 1.5, 0.5] });
});
