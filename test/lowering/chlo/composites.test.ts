/** chlo ops in portable artifacts: composites that XLA knows by name, each with a function that means it. */
import { describe, expect, it } from "vitest";
import { deserializePortable, serializePortable } from "../../../src/ir/bytecode/index.js";
import { interpretFunction } from "../../../src/ir/interpret/index.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { elementsFromNumbers } from "../../../src/ir/elements.js";
import { tensorType } from "../../../src/ir/types.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { decomposeChlo } from "../../../src/lowering/chlo/index.js";
import { lowerForArtifact } from "../../../src/lowering/portable.js";
import { run } from "../../passes/text.js";

const composites = (text: string): string => {
  const module = parseModule(text);
  decomposeChlo(module, { composites: true });
  verifyModule(module);
  return printModule(module);
};

describe("decompose-chlo{composites}", () => {
  it("keeps what XLA has code of its own for, attributes and all; equal ops share a function", () => {
    const printed =
      composites(`func.func @main(%x: tensor<4xi16>) -> (tensor<4xi16>, tensor<2xi16>, tensor<2xi32>) {
  %0 = stablehlo.not %x : tensor<4xi16>
  %a = chlo.mulhi %0, %x : tensor<4xi16>, tensor<4xi16> -> tensor<4xi16>
  %1 = chlo.mulhi %a, %x : tensor<4xi16>, tensor<4xi16> -> tensor<4xi16>
  %2, %3 = chlo.top_k(%1, k = 2) {mhlo.frontend_attributes = {a = "b"}} : tensor<4xi16> -> (tensor<2xi16>, tensor<2xi32>)
  return %1, %2, %3 : tensor<4xi16>, tensor<2xi16>, tensor<2xi32>
}`);
    expect(printed.slice(0, printed.indexOf("  func.func private"))).toBe(`module {
  func.func @main(%arg0: tensor<4xi16>) -> (tensor<4xi16>, tensor<2xi16>, tensor<2xi32>) {
    %0 = stablehlo.not %arg0 : tensor<4xi16>
    %1 = stablehlo.composite "chlo.mulhi" %0, %arg0 {decomposition = @chlo.mulhi.impl, version = 1 : i32} : (tensor<4xi16>, tensor<4xi16>) -> tensor<4xi16>
    %2 = stablehlo.composite "chlo.mulhi" %1, %arg0 {decomposition = @chlo.mulhi.impl, version = 1 : i32} : (tensor<4xi16>, tensor<4xi16>) -> tensor<4xi16>
    %3:2 = stablehlo.composite "chlo.top_k" %2 {composite_attributes = {k = 2 : i64, mhlo.frontend_attributes = {a = "b"}}, decomposition = @chlo.top_k.impl, version = 1 : i32} : (tensor<4xi16>) -> (tensor<2xi16>, tensor<2xi32>)
    return %2, %3#0, %3#1 : tensor<4xi16>, tensor<2xi16>, tensor<2xi32>
  }
`);
    expect(printed.match(/func\.func private/g)).toHaveLength(2);
    expect(printed).not.toMatch(/ chlo\.\w+ /);
  });

  it("writes dimension numbers as a list of their fields, and precisions as words", () => {
    const printed =
      composites(`func.func @main(%l: tensor<11x5xf32>, %r: tensor<3x5x7xf32>, %g: tensor<3xi64>) -> tensor<11x7xf32> {
  %0 = "chlo.ragged_dot"(%l, %r, %g) <{precision_config = [#chlo<precision HIGH>, #chlo<precision DEFAULT>], ragged_dot_dimension_numbers = #chlo.ragged_dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1], lhs_ragged_dimensions = [0], rhs_group_dimensions = [0]>}> : (tensor<11x5xf32>, tensor<3x5x7xf32>, tensor<3xi64>) -> tensor<11x7xf32>
  return %0 : tensor<11x7xf32>
}`);
    expect(printed).toContain(
      'composite_attributes = {precision_config = ["HIGH", "DEFAULT"], ragged_dot_dimension_numbers = [dense<> : tensor<0xi64>, dense<> : tensor<0xi64>, dense<1> : tensor<1xi64>, dense<1> : tensor<1xi64>, dense<0> : tensor<1xi64>, dense<0> : tensor<1xi64>]}, decomposition = @chlo.ragged_dot.impl',
    );
  });

  it("leaves attributes of dialects with the composite", () => {
    const sharded = `module {
  sdy.mesh @mesh = <["x"=2]>
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = chlo.erf %x {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}]>]>} : tensor<4xf32> -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}`;
    expect(composites(sharded)).toContain(
      '%0 = stablehlo.composite "chlo.erf" %arg0 {decomposition = @chlo.erf.impl, sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}]>]>, version = 1 : i32}',
    );
  });

  it("gives the function another name where one is taken", () => {
    const taken = `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = chlo.erf %x : tensor<4xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @chlo.erf.impl()`;
    expect(composites(taken)).toContain("decomposition = @chlo.erf.impl_0");
  });

  it("computes what the op does", () => {
    const module = parseModule(`func.func @main(%x: tensor<3xf64>) -> tensor<3xf64> {
  %0 = chlo.erf %x : tensor<3xf64> -> tensor<3xf64>
  %1 = chlo.square %0 : tensor<3xf64> -> tensor<3xf64>
  return %1 : tensor<3xf64>
}`);
    const input = [elementsFromNumbers(tensorType([3], "f64"), [-0.5, 0, 2])];
    const plain = parseModule(printModule(module));
    decomposeChlo(plain);
    decomposeChlo(module, { composites: true });
    expect(interpretFunction(module, "main", input)).toEqual(interpretFunction(plain, "main", input));
  });

  it("is off unless it is asked for", () => {
    const text =
      "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n  %0 = chlo.erf %x : tensor<4xf32> -> tensor<4xf32>\n  return %0 : tensor<4xf32>\n}";
    expect(run("decompose-chlo", text)).not.toContain("composite");
    expect(run("decompose-chlo{composites=true}", text)).toContain('stablehlo.composite "chlo.erf"');
  });

  const scan = `func.func @main(%x: tensor<2x3xf32>, %s: tensor<3xf32>) -> tensor<2x3xf32> {
  %0:2 = chlo.scan(%x) inits (%s) dimension=0 {
  ^bb0(%a: tensor<3xf32>, %b: tensor<3xf32>):
    %1 = chlo.erf %b : tensor<3xf32> -> tensor<3xf32>
    %2 = stablehlo.add %a, %1 : tensor<3xf32>
    stablehlo.return %2, %2 : tensor<3xf32>, tensor<3xf32>
  } : (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>)
  return %0#0 : tensor<2x3xf32>
}`;

  it("a scan keeps its body in the composite, in which ops are composites too", () => {
    const printed = composites(scan);
    expect(printed.slice(0, printed.indexOf("  func.func private"))).toBe(`module {
  func.func @main(%arg0: tensor<2x3xf32>, %arg1: tensor<3xf32>) -> tensor<2x3xf32> {
    %0:2 = stablehlo.composite "chlo.scan" %arg0, %arg1 ({
    ^bb0(%arg2: tensor<3xf32>, %arg3: tensor<3xf32>):
      %1 = stablehlo.composite "chlo.erf" %arg3 {decomposition = @chlo.erf.impl, version = 1 : i32} : (tensor<3xf32>) -> tensor<3xf32>
      %2 = stablehlo.add %arg2, %1 : tensor<3xf32>
      stablehlo.return %2, %2 : tensor<3xf32>, tensor<3xf32>
    }) {composite_attributes = {dimension = 0 : i64, operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1, 1>}, decomposition = @chlo.scan.impl, version = 1 : i32} : (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>)
    return %0#0 : tensor<2x3xf32>
  }
`);
    expect(printed).toContain("stablehlo.while");
    expect(printed).not.toMatch(/ chlo\.\w+[ (]/);
  });

  it.each([
    ["1.14.0", true],
    ["1.13.0", false],
  ])("for readers of %s composites have regions: %s", (target, expected) => {
    const module = parseModule(scan);
    lowerForArtifact(module, target);
    expect(printModule(module).includes("@chlo.scan.impl")).toBe(expected);
    expect(printModule(module)).toContain("@chlo.erf.impl");
    const text = printModule(
      deserializePortable(serializePortable(module, { targetVersion: target })).module,
    );
    expect(text).toBe(printModule(module));
  });

  it("constants of arith become StableHLO's, and go where nobody uses them", () => {
    const module = parseModule(`func.func @main() -> tensor<2xi32> {
  %0 = arith.constant dense<[1, 2]> : tensor<2xi32>
  %1 = arith.constant 7 : index
  return %0 : tensor<2xi32>
}`);
    lowerForArtifact(module);
    expect(printModule(module)).toBe(`module {
  func.func @main() -> tensor<2xi32> {
    %c = stablehlo.constant dense<[1, 2]> : tensor<2xi32>
    return %c : tensor<2xi32>
  }
}
`);
  });
});
