/** @file For tests of functions by their values: cases of what goes in and comes out, interpreted. */
import { expect, test } from "vitest";
import { axis, type DType, input, program, type Tensor } from "../../../src/dsl/index.js";
import { run } from "../interpret.js";

export const [row, column, time] = [axis("row", 2), axis("column", 3), axis("time", 5)];
export const x2 = () => input("x", [row, column], "f32");
export const x1 = (dtype: "f32" | "i32" | "bf16" = "f32") => input("x", [time], dtype as "f32");
export const scalar = (name: string) => input(name, [], "i32");

/** What a body makes of arguments by name: the axes of the result, and its numbers. */
function made(
  body: () => object,
  inputs: Readonly<Record<string, readonly number[]>>,
): readonly [string, readonly number[]] {
  let shown = "";
  const traced = program({ name: "values" }, () => {
    const y = body() as Tensor<string, DType>;
    shown = String(y);
    return { y };
  });
  return [shown, run(traced, inputs).y!];
}

const near = (numbers: readonly number[]) =>
  numbers.map((number) => (Number.isFinite(number) ? expect.closeTo(number, 5) : number));

type Case = readonly [
  name: string,
  body: () => object,
  inputs: Readonly<Record<string, readonly number[]>>,
  axes: string,
  values: readonly number[],
];

/** A test of each case. */
export function testValues(cases: readonly Case[]): void {
  test.each(cases)("%s", (_, body, inputs, axes, values) => {
    expect(made(body, inputs)).toEqual([axes, near(values)]);
  });
}
