/** Constants that XLA's CPU compiler computes with itself, and their nearest relatives: the same of arguments, and of what it does not compute. */
import { expect, test } from "vitest";
import { tpu } from "../../src/targets/tpu/index.js";
import { verdict } from "./verdict.js";

const TRUE = "dense<true>";
const ONE = "dense<(1.0, 1.0)>";
const body = (type: string, operation: string, ...others: readonly string[]): string => `({
  ^bb0(%p: tensor<${type}>, %q: tensor<${type}>):
    ${[operation, ...others].join("\n    ")}
    stablehlo.return %t : tensor<${type}>
  })`;
const binary = (type: string, name: string): string =>
  body(type, `%t = stablehlo.${name} %p, %q : tensor<${type}>`);

/** Over the one device that there is. */
const sum = (type: string, made: string, name = "add", shape = "4x"): string => {
  const of = `tensor<${shape}${type}>`;
  return `%x = ${made} : ${of}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<0> : tensor<1x1xi64>}> ${binary(type, name)} : (${of}) -> ${of}`;
};

const window = (type: string, made: string, of: string): string => `%x = ${made} : tensor<4x${type}>
  %i = ${made} : tensor<${type}>
  %0 = "stablehlo.reduce_window"(%x, %i) <{window_dimensions = array<i64: 2>}> ${of} : (tensor<4x${type}>, tensor<${type}>) -> tensor<3x${type}>`;

const complex = "complex<f32>";
const selected = (direction: string): string =>
  body(
    complex,
    `%c = stablehlo.compare ${direction}, %p, %q : (tensor<${complex}>, tensor<${complex}>) -> tensor<i1>`,
    `%t = stablehlo.select %c, %p, %q : tensor<i1>, tensor<${complex}>`,
  );

test.each<readonly [constraint: string, operations: string]>([
  ["fatal_truth_sum", sum("i1", `stablehlo.constant ${TRUE}`)],
  ["fatal_constant_sum", sum(complex, `stablehlo.constant ${ONE}`)],
  [
    "fatal_truth_sum",
    `%c = stablehlo.constant ${TRUE} : tensor<4xi1>\n  ${sum("i1", "stablehlo.or %a, %c")}`,
  ],
  ["fatal_truth_sum", sum("i1", "stablehlo.not %a")],
  ["accepted", sum(complex, "stablehlo.iota dim = 0")],
  ["accepted", sum("i1", `stablehlo.constant ${TRUE}`, "add", "")],
  ["accepted", sum("i1", `stablehlo.constant ${TRUE}`, "or")],
  ["accepted", sum("i8", "stablehlo.constant dense<1>")],
  [
    "fatal_constant_sum",
    `%x = stablehlo.constant ${ONE} : tensor<4xcomplex<f64>>
  %0 = "stablehlo.cross-replica-sum"(%x) <{replica_groups = dense<0> : tensor<1x1xi64>}> : (tensor<4xcomplex<f64>>) -> tensor<4xcomplex<f64>>`,
  ],
  ["fatal_constant_window", window(complex, `stablehlo.constant ${ONE}`, binary(complex, "maximum"))],
  ["fatal_constant_window", window(complex, `stablehlo.constant ${ONE}`, selected("GT"))],
  [
    "fatal_constant_window",
    window(
      "ui2",
      "stablehlo.constant dense<1>",
      body("ui2", "%t = chlo.mulhi %p, %q : tensor<ui2>, tensor<ui2> -> tensor<ui2>"),
    ),
  ],
  ["accepted", window(complex, `stablehlo.constant ${ONE}`, selected("EQ"))],
  ["accepted", window(complex, `stablehlo.constant ${ONE}`, binary(complex, "multiply"))],
  ["accepted", window("f32", "stablehlo.constant dense<1.0>", binary("f32", "maximum"))],
  [
    "accepted",
    window(complex, "stablehlo.negate %b", binary(complex, "maximum")).replace(
      "%i = stablehlo.negate %b",
      `%i = stablehlo.constant ${ONE}`,
    ),
  ],
])("%s: %s", (constraint, operations) => {
  expect(verdict(`%a: tensor<4xi1>, %b: tensor<4x${complex}>`, operations)).toBe(constraint);
});

test("a sum of truth values ends every plugin's process, one of complex numbers not that of TPUs, which has none", () => {
  const sums = [sum("i1", `stablehlo.constant ${TRUE}`), sum(complex, `stablehlo.constant ${ONE}`)];
  expect(sums.map((operations) => verdict("", operations, tpu))).toEqual(["fatal_truth_sum", "accepted"]);
});
