import { expect, test } from "vitest";
import { elementsFromNumbers } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { tensorType } from "../../src/ir/types.js";
import { numbersOf } from "../../src/testing/close.js";
import { normal, run } from "./text.js";

interface Loop {
  readonly first?: number;
  readonly step?: number;
  readonly condition?: string;
  /** What all rows hold at first, of which %at is read. */
  readonly filling?: string;
  readonly at?: string;
  /** Rows that each round writes. */
  readonly rows?: number;
  /** What is given back as the stack. */
  readonly returned?: string;
}

/** Round i writes x i + what row %at held to row i of [3, 2]. */
const loop = ({ first = 0, step = 1, condition = "LT, %i, %n", ...rest }: Loop): string => {
  const { filling = "dense<5.0>", at = "%i", rows = 1, returned = "%6" } = rest;
  const [row, ints] = [`tensor<${rows}x2xf32>`, "tensor<i32>, tensor<i32>"];
  return `
func.func @main(%x: tensor<${rows}x2xf32>) -> tensor<3x2xf32> {
  %zero = stablehlo.constant dense<0> : tensor<i32>
  %first = stablehlo.constant dense<${first}> : tensor<i32>
  %filled = stablehlo.constant ${filling} : tensor<3x2xf32>
  %0:2 = stablehlo.while(%i = %first, %stack = %filled) : tensor<i32>, tensor<3x2xf32>
  cond {
    %n = stablehlo.constant dense<3> : tensor<i32>
    %1 = stablehlo.compare ${condition} : (${ints}) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %step = stablehlo.constant dense<${step}> : tensor<i32>
    %1 = stablehlo.add %i, %step : tensor<i32>
    %2 = stablehlo.convert %i : (tensor<i32>) -> tensor<f32>
    %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> ${row}
    %4 = stablehlo.dynamic_slice %stack, ${at}, %zero, sizes = [${rows}, 2] : (tensor<3x2xf32>, ${ints}) -> ${row}
    %5 = stablehlo.add %3, %4 : ${row}
    %w = stablehlo.multiply %x, %5 : ${row}
    %6 = stablehlo.dynamic_update_slice %stack, %w, %i, %zero : (tensor<3x2xf32>, ${row}, ${ints}) -> tensor<3x2xf32>
    %7 = stablehlo.negate %6 : tensor<3x2xf32>
    stablehlo.return %1, ${returned} : tensor<i32>, tensor<3x2xf32>
  }
  return %0#1 : tensor<3x2xf32>
}`;
};

const numbers = (text: string): readonly number[] =>
  numbersOf(
    interpretFunction(parseModule(text), "main", [
      elementsFromNumbers(tensorType([1, 2], "f32"), [1, 10]),
    ])[0]!,
  );

const unfilled = (of: Loop): string => run("dce,unfilled-stacks", loop(of));

test.each([
  ["up", {}],
  ["down", { first: 2, step: -1, condition: "GE, %i, %zero" }],
] as const)("whatever was in the memory, a loop that counts %s gives what it gave", (_, of) => {
  const room = /stablehlo\.custom_call @AllocateBuffer\(\) : \(\)[^\n]*->/;
  const text = unfilled(of);
  expect(text).toMatch(room);
  const withRubbish = text.replace(room, "stablehlo.constant dense<77.0> :");
  expect(withRubbish).toContain("dense<77.0> : tensor<3x2xf32>");
  expect(numbers(loop(of))).toEqual([5, 50, 6, 60, 7, 70]);
  expect(numbers(withRubbish)).toEqual([5, 50, 6, 60, 7, 70]);
});

test("stacks stay filled that are smaller than what is asked for", () => {
  const room = "stablehlo.custom_call @AllocateBuffer";
  expect(run("dce,unfilled-stacks{least-bytes=24}", loop({}))).toContain(room);
  expect(run("dce,unfilled-stacks{least-bytes=25}", loop({}))).not.toContain(room);
});

test.each([
  ["rounds that leave out the last row", { condition: "LT, %i, %two" }],
  ["rounds that leave out the first row", { first: 1 }],
  ["rounds that leave out each second row", { step: 2 }],
  ["more rounds than rows, of which the last are clamped", { condition: "LE, %i, %n" }],
  ["rounds that write two rows", { rows: 2 }],
  ["rows that are told apart at the start", { filling: "dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]>" }],
  ["a row read that is not the round's own", { at: "%zero" }],
  ["what is carried on is not what was written", { returned: "%7" }],
] as const)("a stack stays filled: %s", (_, of) => {
  const text = loop(of).replace("%n =", "%two = stablehlo.constant dense<2> : tensor<i32>\n    %n =");
  expect(run("dce,unfilled-stacks", text)).toBe(run("dce", text));
  expect(normal(text)).not.toContain("AllocateBuffer");
});
