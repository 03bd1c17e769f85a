import { describe, expect, test } from "vitest";
import { DifferentiationError, Functions } from "../../src/autodiff/index.js";
import { pullBack } from "../../src/autodiff/pull-back.js";
import { differentiability } from "../../src/autodiff/rules/index.js";
import { fileLocation } from "../../src/ir/location.js";
import { insertOperation, makeBlock, makeOperation } from "../../src/ir/rewriter.js";
import { tensorType } from "../../src/ir/types.js";
import { addVjp, parse } from "./vjp-of.js";

const f32 = tensorType([], "f32");
const where = { file: "model.ts", line: 12, column: 5 };

/** What is said when a gradient is asked for through an op of this name. */
function refusal(name: string): unknown {
  const block = makeBlock([f32, f32]);
  const [x, cotangent] = block.arguments;
  const location = fileLocation(where);
  const operation = makeOperation({ name, operands: [x!], resultTypes: [f32], location });
  insertOperation(operation, block);
  const outputs = [{ value: operation.result, cotangent: cotangent! }];
  const request = { operations: [operation], inputs: [x!], outputs, block, location };
  try {
    return pullBack({ ...request, functions: new Functions(makeBlock([])) });
  } catch (error) {
    return error;
  }
}

const refused = Object.entries(differentiability).flatMap(([name, entry]) =>
  entry.kind === "none" ? [[name, entry.reason] as const] : [],
);

test.each(refused)(
  "%s has no gradient, for the reason that the table gives, at the author's line",
  (name, reason) => {
    const error = refusal(name);
    expect(error).toBeInstanceOf(DifferentiationError);
    expect((error as DifferentiationError).message).toBe(
      [
        `differentiation error: ${name} is not differentiable: ${reason}`,
        "  at:       model.ts:12:5",
        "  hint:     stop the gradient before it: stopGradient(x)",
      ].join("\n"),
    );
  },
);

test("an op of a dialect that nobody has registered is refused", () => {
  expect((refusal("other.op") as Error).message).toContain(
    "other.op is not differentiable: nobody says what it means",
  );
});

const constants = Object.entries(differentiability).flatMap(([name, { kind }]) =>
  kind === "constant" ? [name] : [],
);

test.each(constants)("%s ends gradients: what is before it gets none", (name) => {
  expect(refusal(name)).toEqual([undefined]);
});

const scalarBody = (lines: string): string =>
  `({\n^bb0(%p: tensor<f64>, %q: tensor<f64>):\n${lines}\n  stablehlo.return %s : tensor<f64>\n})`;
const difference = scalarBody("  %s = stablehlo.subtract %p, %q : tensor<f64>");
const product = scalarBody("  %s = stablehlo.multiply %p, %q : tensor<f64>");
const largest = scalarBody("  %s = stablehlo.maximum %p, %q : tensor<f64>");

const programs: readonly (readonly [string, string, string])[] = [
  [
    "a loop that runs as often as the data says",
    `func.func @main(%a: tensor<f64>) -> tensor<f64> {
  %one = stablehlo.constant dense<1.0> : tensor<f64>
  %r = stablehlo.while(%x = %a) : tensor<f64>
  cond {
    %more = stablehlo.compare LT, %x, %one : (tensor<f64>, tensor<f64>) -> tensor<i1>
    stablehlo.return %more : tensor<i1>
  } do {
    %y = stablehlo.add %x, %x : tensor<f64>
    stablehlo.return %y : tensor<f64>
  }
  return %r : tensor<f64>
}`,
    "stablehlo.while is not differentiable: it is not known how often the loop runs, so what its iterations made cannot be saved",
  ],
  [
    "a loop whose bound changes as it runs",
    `func.func @main(%a: tensor<f64>) -> tensor<f64> {
  %zero = stablehlo.constant dense<0> : tensor<i32>
  %nine = stablehlo.constant dense<9> : tensor<i32>
  %n, %m, %r = stablehlo.while(%i = %zero, %bound = %nine, %x = %a) : tensor<i32>, tensor<i32>, tensor<f64>
  cond {
    %more = stablehlo.compare LT, %i, %bound : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %more : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %next = stablehlo.add %i, %one : tensor<i32>
    %less = stablehlo.subtract %bound, %one : tensor<i32>
    %y = stablehlo.sine %x : tensor<f64>
    stablehlo.return %next, %less, %y : tensor<i32>, tensor<i32>, tensor<f64>
  }
  return %r : tensor<f64>
}`,
    "stablehlo.while is not differentiable: it is not known how often the loop runs, so what its iterations made cannot be saved",
  ],
  [
    "a reduction by a difference",
    `func.func @main(%a: tensor<4xf64>, %z: tensor<f64>) -> tensor<f64> {
  %r = "stablehlo.reduce"(%a, %z) <{dimensions = array<i64: 0>}> ${difference} : (tensor<4xf64>, tensor<f64>) -> tensor<f64>
  return %r : tensor<f64>
}`,
    "stablehlo.reduce is not differentiable: it reduces by another function than add, multiply, maximum or minimum",
  ],
  [
    "a product of windows",
    `func.func @main(%a: tensor<4xf64>, %z: tensor<f64>) -> tensor<3xf64> {
  %r = "stablehlo.reduce_window"(%a, %z) <{window_dimensions = array<i64: 2>}> ${product} : (tensor<4xf64>, tensor<f64>) -> tensor<3xf64>
  return %r : tensor<3xf64>
}`,
    "stablehlo.reduce_window is not differentiable: it reduces by another function than add, maximum or minimum",
  ],
  [
    "the largest of dilated windows",
    `func.func @main(%a: tensor<4xf64>, %z: tensor<f64>) -> tensor<2xf64> {
  %r = "stablehlo.reduce_window"(%a, %z) <{window_dimensions = array<i64: 2>, window_dilations = array<i64: 2>}> ${largest}
    : (tensor<4xf64>, tensor<f64>) -> tensor<2xf64>
  return %r : tensor<2xf64>
}`,
    "stablehlo.reduce_window is not differentiable: selections of dilated windows have no rule",
  ],
  [
    "a scatter that multiplies at places that may be one",
    `func.func @main(%a: tensor<4xf64>, %i: tensor<2x1xi32>, %u: tensor<2xf64>) -> tensor<4xf64> {
  %r = "stablehlo.scatter"(%a, %i, %u) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0],
    scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ${product} : (tensor<4xf64>, tensor<2x1xi32>, tensor<2xf64>) -> tensor<4xf64>
  return %r : tensor<4xf64>
}`,
    "stablehlo.scatter is not differentiable: it combines by another function than add, maximum, minimum, replacement, or multiply at unique indices",
  ],
  [
    "numbers that are quantised on their way",
    `func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %q = stablehlo.uniform_quantize %a : (tensor<2xf32>) -> tensor<2x!quant.uniform<i8:f32, 0.5>>
  %r = stablehlo.uniform_dequantize %q : (tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2xf32>
  return %r : tensor<2xf32>
}`,
    "stablehlo.uniform_dequantize is not differentiable: quantised numbers have no gradient",
  ],
  [
    "numbers that are put into a tuple on their way",
    `func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %t = stablehlo.tuple %a, %a : tuple<tensor<2xf32>, tensor<2xf32>>
  %r = stablehlo.get_tuple_element %t[0] : (tuple<tensor<2xf32>, tensor<2xf32>>) -> tensor<2xf32>
  return %r : tensor<2xf32>
}`,
    "stablehlo.get_tuple_element is not differentiable: tuples have no cotangents",
  ],
  [
    "numbers of which nobody knows how many there are",
    `func.func @main(%a: tensor<2xf32>, %n: tensor<1xi32>) -> tensor<2xf32> {
  %r = stablehlo.dynamic_reshape %a, %n : (tensor<2xf32>, tensor<1xi32>) -> tensor<?xf32>
  %s = stablehlo.reshape %r : (tensor<?xf32>) -> tensor<2xf32>
  return %s : tensor<2xf32>
}`,
    "a size of a value that has a gradient is data",
  ],
  [
    "the order of a zeta function",
    `func.func @main(%s: tensor<2xf64>, %q: tensor<2xf64>) -> tensor<2xf64> {
  %r = chlo.zeta %s, %q : tensor<2xf64>, tensor<2xf64> -> tensor<2xf64>
  return %r : tensor<2xf64>
}`,
    "chlo.zeta is not differentiable: the order of a polygamma or zeta function has no derivative here",
  ],
];

describe("what an op has no rule for is refused, at its line", () => {
  test.each(programs)("%s", (_, text, message) => {
    const line = text.split("\n").findIndex((each) => /%r\b/.test(each)) + 1;
    const error = (() => {
      try {
        return addVjp(parse(text));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(DifferentiationError);
    const { details } = error as DifferentiationError;
    expect(details.message).toBe(message);
    expect(details.where).toMatchObject({ line });
  });
});
