/** chlo ops whose sizes are known at run time only: what they are made of, and that it computes the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Elements, elementsFromNumbers } from "../../../src/ir/elements.js";
import { interpretFunction } from "../../../src/ir/interpret/index.js";
import { Tensor } from "../../../src/ir/interpret/tensor.js";
import type { Operation } from "../../../src/ir/operation.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { tensorType } from "../../../src/ir/types.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { decomposeChlo } from "../../../src/lowering/chlo/index.js";

/** A function of one line, decomposed; `lines` make %0. */
function decomposed(inputs: readonly string[], result: string, line: string): Operation {
  const names = inputs.map((type, i) => `%x${i}: ${type}`).join(", ");
  const module = parseModule(
    `func.func @main(${names}) -> ${result} {\n  ${line}\n  return %0 : ${result}\n}`,
  );
  verifyModule(module);
  decomposeChlo(module);
  verifyModule(module);
  return module;
}

const bodyOf = (module: Operation): string =>
  printModule(module).split("\n").slice(2, -4).join("\n").replaceAll(/^ {4}/gm, "");

const i32 = (shape: readonly number[], values: readonly number[]): Elements =>
  elementsFromNumbers(tensorType(shape, "i32"), values);

describe("chlo.broadcast_ of sizes with bounds", () => {
  const bounded = "tensor<?xf64, #stablehlo.bounds<10>>";

  it("is the op itself where the bounds are the same", () => {
    const line = `%0 = chlo.broadcast_add %x0, %x1 : (${bounded}, ${bounded}) -> ${bounded}`;
    expect(bodyOf(decomposed([bounded, bounded], bounded, line))).toBe(
      `%0 = stablehlo.add %arg0, %arg1 : ${bounded}`,
    );
  });

  it("repeats what is smaller up to the bound, and cuts it to the size at run time", () => {
    const line = `%0 = chlo.broadcast_add %x0, %x1 : (${bounded}, tensor<f64>) -> ${bounded}`;
    expect(bodyOf(decomposed([bounded, "tensor<f64>"], bounded, line))).toBe(
      `%0 = stablehlo.broadcast_in_dim %arg1, dims = [] : (tensor<f64>) -> tensor<10xf64>
%1 = stablehlo.get_dimension_size %arg0, dim = 0 : (${bounded}) -> tensor<i32>
%2 = stablehlo.set_dimension_size %0, %1, dim = 0 : (tensor<10xf64>, tensor<i32>) -> ${bounded}
%3 = stablehlo.add %arg0, %2 : ${bounded}`,
    );
  });
});

describe("chlo.broadcast_ of unknown sizes", () => {
  const add = decomposed(
    ["tensor<?x?xi32>", "tensor<?xi32>"],
    "tensor<?x?xi32>",
    "%0 = chlo.broadcast_subtract %x0, %x1 : (tensor<?x?xi32>, tensor<?xi32>) -> tensor<?x?xi32>",
  );

  it("is what it is of known sizes, also where one is 1 or there are none", () => {
    const size = fc.constantFrom(0, 1, 2, 3);
    fc.assert(
      fc.property(size, size, size, (rows, columns, other) => {
        fc.pre(columns === other || columns === 1 || other === 1);
        const [a, b] = [
          i32(
            [rows, columns],
            Array.from({ length: rows * columns }, (_, i) => 10 * i),
          ),
          i32(
            [other],
            Array.from({ length: other }, (_, i) => i + 1),
          ),
        ];
        const width = columns === 1 ? other : columns;
        const known = decomposed(
          [`tensor<${rows}x${columns}xi32>`, `tensor<${other}xi32>`],
          `tensor<${rows}x${width}xi32>`,
          `%0 = chlo.broadcast_subtract %x0, %x1 : (tensor<${rows}x${columns}xi32>, tensor<${other}xi32>) -> tensor<${rows}x${width}xi32>`,
        );
        const [expected] = interpretFunction(known, "main", [a, b]);
        const [value] = interpretFunction(add, "main", [a, b]);
        expect(Tensor.fromElements(value!).numbers).toEqual(Tensor.fromElements(expected!).numbers);
        expect(value!.type.shape).toEqual([rows, width]);
      }),
      { numRuns: 30 },
    );
  });

  it("takes a size that an operand knows", () => {
    const line =
      "%0 = chlo.broadcast_compare %x0, %x1 {comparison_direction = #chlo<comparison_direction LT>} : (tensor<?xf32>, tensor<4xf32>) -> tensor<?xi1>";
    const body = bodyOf(decomposed(["tensor<?xf32>", "tensor<4xf32>"], "tensor<?xi1>", line));
    expect(body).not.toContain("get_dimension_size");
    expect(body).toContain("stablehlo.dynamic_broadcast_in_dim %arg0");
  });

  it("is left where not even the rank is known", () => {
    const text = `func.func @main(%x: tensor<*xf32>) -> tensor<*xf32> {
  %0, %1 = chlo.top_k(%x, k = 2) : tensor<*xf32> -> (tensor<*xf32>, tensor<*xi32>)
  return %0 : tensor<*xf32>
}`;
    const module = parseModule(text);
    decomposeChlo(module);
    expect(printModule(module)).toContain("chlo.top_k");
  });
});

describe("chlo.top_k of unknown sizes", () => {
  it("cuts what is sorted to its own sizes", () => {
    const module = parseModule(`func.func @main(%x: tensor<?x?xi32>) -> (tensor<?x2xi32>, tensor<?x2xi32>) {
  %0, %1 = chlo.top_k(%x, k = 2) : tensor<?x?xi32> -> (tensor<?x2xi32>, tensor<?x2xi32>)
  return %0, %1 : tensor<?x2xi32>, tensor<?x2xi32>
}`);
    decomposeChlo(module);
    verifyModule(module);
    const results = interpretFunction(module, "main", [i32([2, 3], [5, 1, 7, 2, 9, 2])]);
    expect(results.map((result) => Tensor.fromElements(result).numbers)).toEqual([
      [7, 5, 9, 2],
      [2, 0, 1, 0],
    ]);
  });

  it("has bounds where its operand has", () => {
    const type = "tensor<?x5xi32, #stablehlo.bounds<3, ?>>";
    const result = "tensor<?x2xi32, #stablehlo.bounds<3, ?>>";
    const line = `%0, %1 = chlo.top_k(%x0, k = 2) : ${type} -> (${result}, ${result})`;
    expect(bodyOf(decomposed([type], result, line))).toContain(
      `stablehlo.set_dimension_size %0, %1, dim = 0 : (tensor<3x5xi32>, tensor<i32>) -> ${type}`,
    );
  });
});

describe("results whose types say less or more than the operands'", () => {
  it.each([
    ["tensor<3x4xf32>", "tensor<?x4xf32>"],
    ["tensor<?x4xf32>", "tensor<3x4xf32>"],
  ])("a formula of %s is %s", (from, to) => {
    const body = bodyOf(decomposed([from], to, `%0 = chlo.square %x0 : ${from} -> ${to}`));
    expect(body).toBe(
      `%0 = stablehlo.multiply %arg0, %arg0 : ${from}\n%1 = stablehlo.convert %0 : (${from}) -> ${to}`,
    );
  });

  it("constants of formulas have the bounds of their operand", () => {
    const type = "tensor<?x16xf32, #stablehlo.bounds<16, ?>>";
    const body = bodyOf(decomposed([type], type, `%0 = chlo.erf_inv %x0 : ${type} -> ${type}`));
    expect(body).not.toContain("dynamic_broadcast_in_dim");
    expect(body).toContain("stablehlo.broadcast_in_dim");
  });
});

it("what cannot be written and nobody uses is erased", () => {
  const module = parseModule(`func.func @main(%x: tensor<*xf32>) {
  %0, %1 = chlo.top_k(%x, k = 8) : tensor<*xf32> -> (tensor<*xf32>, tensor<*xi32>)
  return
}`);
  decomposeChlo(module);
  expect(printModule(module)).toBe(`module {
  func.func @main(%arg0: tensor<*xf32>) {
    return
  }
}
`);
});
