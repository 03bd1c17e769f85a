import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rawElements } from "../../../src/ir/elements.js";
import { encodeIntegers } from "../../../src/ir/interpret/codec.js";
import { interpretFunction } from "../../../src/ir/interpret/index.js";
import { Tensor } from "../../../src/ir/interpret/tensor.js";
import type { Operation } from "../../../src/ir/operation.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { bitWidth, formatType, type IntegerType, tensorType } from "../../../src/ir/types.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { decomposeChlo } from "../../../src/lowering/chlo/index.js";
import { complexUnary, numbersOf, run, vector } from "./values.js";

const integers = (element: IntegerType, values: readonly bigint[]) =>
  rawElements(tensorType([values.length], element), encodeIntegers(element, values));

function mulhi(element: IntegerType, a: readonly bigint[], b: readonly bigint[]): bigint[] {
  const [x, y] = [integers(element, a), integers(element, b)];
  const type = formatType(x.type);
  const [result] = run(`%0 = chlo.mulhi %x0, %x1 : ${type}, ${type} -> ${type}`, [x, y], [x.type]);
  return Array.from(Tensor.fromElements(result!).integers);
}

describe("mulhi", () => {
  it("is the upper half of the product", () => {
    expect(mulhi("i32", [2n ** 30n, -1n, -(2n ** 31n)], [4n, 1n, -(2n ** 31n)])).toEqual([
      1n,
      -1n,
      2n ** 30n,
    ]);
    expect(mulhi("ui8", [255n], [255n])).toEqual([254n]);
  });

  it.each(["i64", "ui64"] as const)("of %s is put together from halves", (element) => {
    const bits = BigInt(bitWidth(element));
    const wrap = element === "i64" ? BigInt.asIntN : BigInt.asUintN;
    const any = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((x) => wrap(64, x));
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(mulhi(element, [a, 1n], [b, 1n])).toEqual([(a * b) >> bits, 0n]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("top_k", () => {
  it("gives the largest of the last dimension and their places, equal ones in order", () => {
    const x = vector("f32", [1, 5, 5, -2, 3]);
    const line = "%a, %b = chlo.top_k(%x0, k = 3) : tensor<5xf32> -> (tensor<3xf32>, tensor<3xi32>)";
    const [values, places] = run(line, [x], [tensorType([3], "f32"), tensorType([3], "i32")]);
    expect(numbersOf(values!)).toEqual([5, 5, 3]);
    expect(Tensor.fromElements(places!).numbers).toEqual([1, 2, 4]);
  });

  it("puts NaN first", () => {
    const x = vector("f64", [1, Number.NaN, Infinity]);
    const line = "%a, %b = chlo.top_k(%x0, k = 2) : tensor<3xf64> -> (tensor<2xf64>, tensor<2xi32>)";
    const [values] = run(line, [x], [tensorType([2], "f64"), tensorType([2], "i32")]);
    expect(numbersOf(values!)).toEqual([Number.NaN, Infinity]);
  });
});

describe("predicates and constants", () => {
  it.each([
    ["is_inf", [0, 1, 1, 0]],
    ["is_pos_inf", [0, 1, 0, 0]],
    ["is_neg_inf", [0, 0, 1, 0]],
  ] as const)("%s knows infinities", (name, expected) => {
    const x = vector("f32", [1, Infinity, -Infinity, Number.NaN]);
    const line = `%0 = chlo.${name} %x0 : tensor<4xf32> -> tensor<4xi1>`;
    expect(Tensor.fromElements(run(line, [x], [tensorType([4], "i1")])[0]!).numbers).toEqual(expected);
  });

  it("chlo.constant is a constant", () => {
    const module = parseModule(`func.func @main() -> tensor<2xi32> {
  %0 = chlo.constant dense<[1, 2]> : tensor<2xi32>
  return %0 : tensor<2xi32>
}`);
    decomposeChlo(module);
    expect(printModule(module)).toBe(`module {
  func.func @main() -> tensor<2xi32> {
    %c = stablehlo.constant dense<[1, 2]> : tensor<2xi32>
    return %c : tensor<2xi32>
  }
}
`);
  });

  it.each([
    ["3.000000e+00 : f32", "tensor<2xf32>", "dense<3.000000e+00>"],
    ["9223372036854775807 : i64", "tensor<2xi64>", "dense<9223372036854775807>"],
    ["0x7FC00001 : f32", "tensor<2xf32>", "dense<0x7FC00001>"],
    ["-1 : i4", "tensor<2xi4>", "dense<-1>"],
    ["1.5 : bf16", "tensor<2xbf16>", "dense<1.500000e+00>"],
    ["true", "tensor<2xi1>", "dense<true>"],
    ["7 : i32", "tensor<2xi32>", "dense<7>"],
  ])("chlo.constant_like %s is a constant of %s", (value, type, literal) => {
    const module = parseModule(`func.func @main(%x: tensor<2xi8>) -> ${type} {
  %0 = "chlo.constant_like"(%x) <{value = ${value}}> : (tensor<2xi8>) -> ${type}
  return %0 : ${type}
}`);
    decomposeChlo(module);
    expect(printModule(module)).toContain(` = stablehlo.constant ${literal} : ${type}\n`);
  });

  const decomposed = (body: string, type = "tensor<?x3xf32>"): string => {
    const module = parseModule(`func.func @main(%x: ${type}) {\n  ${body}\n  return\n}`);
    verifyModule(module);
    decomposeChlo(module);
    verifyModule(module);
    return printModule(module);
  };

  it("of unknown shape take the sizes of their operand", () => {
    const body = "%0 = chlo.is_pos_inf %x : tensor<?x3xf32> -> tensor<?x3xi1>";
    expect(decomposed(body)).toBe(`module {
  func.func @main(%arg0: tensor<?x3xf32>) {
    %cst = stablehlo.constant dense<0x7F800000> : tensor<f32>
    %0 = stablehlo.get_dimension_size %arg0, dim = 0 : (tensor<?x3xf32>) -> tensor<i32>
    %1 = stablehlo.reshape %0 : (tensor<i32>) -> tensor<1xi32>
    %c = stablehlo.constant dense<3> : tensor<1xi32>
    %2 = stablehlo.concatenate %1, %c, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
    %3 = stablehlo.dynamic_broadcast_in_dim %cst, %2, dims = [] : (tensor<f32>, tensor<2xi32>) -> tensor<?x3xf32>
    %4 = stablehlo.compare EQ, %arg0, %3 : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xi1>
    return
  }
}
`);
  });

  it.each(["acos", "digamma", "erf_inv", "sinh"])(
    "%s of unknown shape is written without the sizes, and is what it is of known shape",
    (name) => {
      const of = (type: string): Operation => {
        const module = parseModule(
          `func.func @main(%x: ${type}) -> ${type} {\n  %0 = chlo.${name} %x : ${type} -> ${type}\n  return %0 : ${type}\n}`,
        );
        decomposeChlo(module);
        expect(printModule(module)).not.toContain("chlo.");
        return module;
      };
      const x = [vector("f32", [0.25, -0.5, 1.5, 8])];
      expect(interpretFunction(of("tensor<?xf32>"), "main", x)).toEqual(
        interpretFunction(of("tensor<4xf32>"), "main", x),
      );
    },
  );

  it("constant_like of unknown shape is a scalar in every place", () => {
    const body = `%0 = "chlo.constant_like"(%x) <{value = 7 : i64}> : (tensor<?x3xf32>) -> tensor<?x3xi64>`;
    expect(decomposed(body)).toMatch(
      /dynamic_broadcast_in_dim %c\w*, %\w+, dims = \[\] : \(tensor<i64>, tensor<2xi32>\) -> tensor<\?x3xi64>/,
    );
  });
});

type Pair = readonly [number, number];

/** Points in all quadrants, on the axes, near the branch points and far out. */
const points: readonly Pair[] = [
  [0.5, 0.25],
  [-0.5, 0.25],
  [0.5, -0.25],
  [-2, -3],
  [1.0001, 0.0001],
  [-0.9999, 1e-5],
  [1, 1],
  [3, 0.001],
  [1e-8, 1e-8],
  [0.7, 1e-12],
  [30, -40],
];

const close = (actual: Pair, expected: Pair, epsilon: number): void => {
  const distance = Math.hypot(actual[0] - expected[0], actual[1] - expected[1]);
  expect(distance).toBeLessThanOrEqual(epsilon * Math.max(1, Math.hypot(...expected)));
};

const sin = ([x, y]: Pair): Pair => [Math.sin(x) * Math.cosh(y), Math.cos(x) * Math.sinh(y)];
const cos = ([x, y]: Pair): Pair => [Math.cos(x) * Math.cosh(y), -Math.sin(x) * Math.sinh(y)];
const sinh = ([x, y]: Pair): Pair => [Math.sinh(x) * Math.cos(y), Math.cosh(x) * Math.sin(y)];
const cosh = ([x, y]: Pair): Pair => [Math.cosh(x) * Math.cos(y), Math.sinh(x) * Math.sin(y)];
const over = ([a, b]: Pair, [c, d]: Pair): Pair => {
  const scale = c * c + d * d;
  return [(a * c + b * d) / scale, (b * c - a * d) / scale];
};

describe("complex functions", () => {
  it.each([
    ["asin", sin],
    ["acos", cos],
    ["asinh", sinh],
    ["acosh", cosh],
    ["atan", (z: Pair) => over(sin(z), cos(z))],
    ["atanh", (z: Pair) => over(sinh(z), cosh(z))],
  ] as const)("%s is turned around by its function", (name, inverse) => {
    const near = points.filter(([x, y]) => Math.hypot(x, y) < 10);
    complexUnary(name, near).forEach((value, i) => {
      close(inverse(value), near[i]!, 2e-15);
    });
    complexUnary(name, near, "complex<f32>").forEach((value, i) => {
      close(inverse(value), near[i]!.map(Math.fround) as unknown as Pair, 1e-6);
    });
  });

  it.each([
    ["cosh", cosh],
    ["sinh", sinh],
  ] as const)("%s is put together from real functions", (name, exact) => {
    complexUnary(name, points).forEach((value, i) => {
      close(value, exact(points[i]!), 1e-13);
    });
  });

  it("does not overflow far out", () => {
    const [asin, acosh] = [
      complexUnary("asin", [[1e300, 1e300]])[0]!,
      complexUnary("acosh", [[1e300, 1e300]])[0]!,
    ];
    const length = Math.log(2) + Math.log(Math.SQRT2) + Math.log(1e300);
    close(asin, [Math.PI / 4, length], 1e-15);
    close(acosh, [length, Math.PI / 4], 1e-15);
    close(complexUnary("atanh", [[1e300, -1e300]])[0]!, [5e-301, -Math.PI / 2], 1e-15);
  });

  it("asin and acos are made of their kernel", () => {
    const kernel = complexUnary("_asin_acos_kernel", points);
    const [asin, acos] = [complexUnary("asin", points), complexUnary("acos", points)];
    points.forEach(([x, y], i) => {
      const [root, length] = kernel[i]!;
      expect(asin[i]).toEqual([Math.atan2(x, root), y < 0 ? -length : length]);
      expect(acos[i]).toEqual([Math.atan2(root, x), y < 0 ? length : -length]);
    });
  });

  it("keeps to the branch cuts", () => {
    // A zero imaginary part counts as above the cut, whatever its sign.
    expect(
      complexUnary("acosh", [
        [-1, 0],
        [-1, -0],
      ]),
    ).toEqual([
      [0, Math.PI],
      [0, Math.PI],
    ]);
    expect(complexUnary("acos", [[1, 0]])).toEqual([[0, -0]]);
    expect(complexUnary("atanh", [[0, 0]])).toEqual([[0, 0]]);
  });

  it("tan, square and conj", () => {
    const [tan] = complexUnary("tan", [[0.5, 0.25]]);
    close(tan!, over(sin([0.5, 0.25]), cos([0.5, 0.25])), 1e-15);
    expect(complexUnary("square", [[1, 2]])).toEqual([[-3, 4]]);
    expect(complexUnary("conj", [[1, 2]])).toEqual([[1, -2]]);
  });
});
