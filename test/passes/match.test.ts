import { describe, expect, it } from "vitest";
import type { Operation, Value } from "../../src/ir/operation.js";
import { parseModule } from "../../src/ir/text/index.js";
import {
  any,
  factorsOf,
  isSelfContained,
  matchValue,
  multipleOf,
  named,
  number,
  op,
  product,
  under,
} from "../../src/passes/match.js";
import { bodyOf, findFunction } from "../../src/ir/analysis/symbols.js";

/** The operations of a function of %x and %y, both tensor<4xf32>; the last returns. */
function body(...lines: readonly string[]): {
  readonly operations: readonly Operation[];
  readonly x: Value;
  readonly y: Value;
} {
  const text = `func.func @main(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
    %c2 = stablehlo.constant dense<2.0> : tensor<4xf32>
    %c3 = stablehlo.constant dense<3.0> : tensor<4xf32>
    ${lines.join("\n    ")}
    return %r : tensor<4xf32>
  }`;
  const block = bodyOf(findFunction(parseModule(text), "main")!)!;
  const [x, y] = block.arguments as readonly [Value, Value];
  return { operations: block.operations, x, y };
}

const returned = (operations: readonly Operation[]): Value => operations.at(-1)!.operands[0]!;

describe("op", () => {
  it("tries the operands of a commutative operation in both orders, those of another in one", () => {
    const tanhFirst = (name: "stablehlo.add" | "stablehlo.subtract") =>
      op(name, op("stablehlo.tanh", any("a")), any("b"));
    const sum = body("%0 = stablehlo.tanh %y : tensor<4xf32>", "%r = stablehlo.add %x, %0 : tensor<4xf32>");
    const match = matchValue(tanhFirst("stablehlo.add"), returned(sum.operations));
    expect(match?.values).toEqual(
      new Map([
        ["a", sum.y],
        ["b", sum.x],
      ]),
    );
    const difference = body(
      "%0 = stablehlo.tanh %y : tensor<4xf32>",
      "%r = stablehlo.subtract %x, %0 : tensor<4xf32>",
    );
    expect(matchValue(tanhFirst("stablehlo.subtract"), returned(difference.operations))).toBeUndefined();
  });
});

describe("any", () => {
  it("stands for one value wherever its name is", () => {
    const square = op("stablehlo.multiply", any("a"), any("a"));
    const same = body("%r = stablehlo.multiply %x, %x : tensor<4xf32>");
    expect(matchValue(square, returned(same.operations))?.values.get("a")).toBe(same.x);
    const different = body("%r = stablehlo.multiply %x, %y : tensor<4xf32>");
    expect(matchValue(square, returned(different.operations))).toBeUndefined();
  });
});

describe("product", () => {
  const pattern = product([], any("a"), op("stablehlo.tanh", any("a")), op("stablehlo.sqrt", any("b")));
  const parts = ["%t = stablehlo.tanh %x : tensor<4xf32>", "%s = stablehlo.sqrt %y : tensor<4xf32>"];

  it.each([
    [
      "(x t) s",
      "%0 = stablehlo.multiply %x, %t : tensor<4xf32>",
      "%r = stablehlo.multiply %0, %s : tensor<4xf32>",
    ],
    [
      "s (t x)",
      "%0 = stablehlo.multiply %t, %x : tensor<4xf32>",
      "%r = stablehlo.multiply %s, %0 : tensor<4xf32>",
    ],
    [
      "(s x) t",
      "%0 = stablehlo.multiply %s, %x : tensor<4xf32>",
      "%r = stablehlo.multiply %0, %t : tensor<4xf32>",
    ],
  ])("finds its factors in %s", (_title, ...lines) => {
    const found = body(...parts, ...lines);
    const match = matchValue(pattern, returned(found.operations));
    expect(match?.values).toEqual(
      new Map([
        ["a", found.x],
        ["b", found.y],
      ]),
    );
  });

  it("takes a product as one factor where that fits", () => {
    const found = body(
      "%x2 = stablehlo.multiply %x, %y : tensor<4xf32>",
      "%t = stablehlo.tanh %x2 : tensor<4xf32>",
      "%r = stablehlo.multiply %t, %x2 : tensor<4xf32>",
    );
    const match = matchValue(
      product([], any("a"), op("stablehlo.tanh", any("a"))),
      returned(found.operations),
    );
    expect(match?.values.get("a")).toBe(found.operations[2]!.result);
  });

  it("refuses a factor too many", () => {
    const found = body(
      ...parts,
      "%0 = stablehlo.multiply %x, %t : tensor<4xf32>",
      "%1 = stablehlo.multiply %0, %s : tensor<4xf32>",
      "%r = stablehlo.multiply %1, %y : tensor<4xf32>",
    );
    expect(matchValue(pattern, returned(found.operations))).toBeUndefined();
  });
});

describe("factorsOf", () => {
  it("collects numbers and signs apart from the other factors", () => {
    const { operations, x, y } = body(
      "%0 = stablehlo.multiply %x, %c2 : tensor<4xf32>",
      "%1 = stablehlo.negate %0 : tensor<4xf32>",
      "%2 = stablehlo.multiply %c3, %y : tensor<4xf32>",
      "%r = stablehlo.multiply %1, %2 : tensor<4xf32>",
    );
    const { factors, scale } = factorsOf(returned(operations));
    expect(factors).toEqual([x, y]);
    expect(scale).toBe(-6);
  });
});

describe("multipleOf", () => {
  it("knows a multiple by its factors, however it is multiplied out", () => {
    const lines = [
      "%0 = stablehlo.multiply %x, %c3 : tensor<4xf32>",
      "%p = stablehlo.multiply %0, %y : tensor<4xf32>",
      "%1 = stablehlo.multiply %y, %c2 : tensor<4xf32>",
      "%2 = stablehlo.multiply %1, %x : tensor<4xf32>",
      "%q = stablehlo.multiply %c3, %2 : tensor<4xf32>",
      "%r = stablehlo.subtract %p, %q : tensor<4xf32>",
    ];
    const pattern = (factor: number) => op("stablehlo.subtract", any("p"), multipleOf(factor, "p", []));
    expect(matchValue(pattern(2), returned(body(...lines).operations))).toBeDefined();
    expect(matchValue(pattern(3), returned(body(...lines).operations))).toBeUndefined();
  });
});

describe("number", () => {
  it("sees through broadcasts and conversions", () => {
    const { operations } = body(
      "%s = stablehlo.constant dense<1.0> : tensor<bf16>",
      "%0 = stablehlo.convert %s : (tensor<bf16>) -> tensor<f32>",
      "%1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<4xf32>",
      "%r = stablehlo.subtract %1, %x : tensor<4xf32>",
    );
    expect(matchValue(op("stablehlo.subtract", number(1), any("x")), returned(operations))).toBeDefined();
    expect(matchValue(op("stablehlo.subtract", number(2), any("x")), returned(operations))).toBeUndefined();
  });
});

describe("isSelfContained", () => {
  const pattern = under(["stablehlo.reshape"], named("e", op("stablehlo.exponential", any("x"))));
  const lines = [
    "%e = stablehlo.exponential %x : tensor<4xf32>",
    "%0 = stablehlo.reshape %e : (tensor<4xf32>) -> tensor<2x2xf32>",
    "%1 = stablehlo.reshape %0 : (tensor<2x2xf32>) -> tensor<4xf32>",
  ];

  it("holds when only the last operation uses what was found, through operations in between", () => {
    const { operations } = body(...lines, "%r = stablehlo.negate %1 : tensor<4xf32>");
    const last = operations.at(-2)!;
    const match = matchValue(pattern, last.operands[0]!)!;
    expect(isSelfContained(match, last, ["stablehlo.reshape"])).toBe(true);
  });

  it("does not hold when anything else does", () => {
    const { operations } = body(
      ...lines,
      "%2 = stablehlo.negate %1 : tensor<4xf32>",
      "%r = stablehlo.add %2, %e : tensor<4xf32>",
    );
    const last = operations.at(-3)!;
    const match = matchValue(pattern, last.operands[0]!)!;
    expect(isSelfContained(match, last, ["stablehlo.reshape"])).toBe(false);
  });
});
