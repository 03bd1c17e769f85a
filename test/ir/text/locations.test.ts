/** Locations: where operations are by default, every written form, and the aliases of the printer. */
import { describe, expect, test } from "vitest";
import { parseModule, printModule } from "../../../src/ir/text/index.js";

const withLocations = (text: string): string =>
  printModule(parseModule(text, { file: "f.mlir" }), { locations: true });

test("operations and arguments are where they are written", () =>
  expect(
    withLocations(`module {
  func.func @main(%x: tensor<2xf32>, %y: tensor<2xf32>) {
    %0 = stablehlo.add %x, %y : tensor<2xf32>
    %1 = stablehlo.add %0, %y : tensor<2xf32> loc("here")
    return
  }
}`),
  ).toBe(`#loc2 = loc("f.mlir":2:19)
#loc3 = loc("f.mlir":2:38)
module {
  func.func @main(%arg0: tensor<2xf32> loc("f.mlir":2:19), %arg1: tensor<2xf32> loc("f.mlir":2:38)) {
    %0 = stablehlo.add %arg0, %arg1 : tensor<2xf32> loc(#loc4)
    %1 = stablehlo.add %0, %arg1 : tensor<2xf32> loc(#loc5)
    return loc(#loc6)
  } loc(#loc1)
} loc(#loc)
#loc = loc("f.mlir":1:1)
#loc1 = loc("f.mlir":2:3)
#loc4 = loc("f.mlir":3:10)
#loc5 = loc("here")
#loc6 = loc("f.mlir":5:5)
`));

test("argument locations come before the module, a location after its parts, loops hide their arguments", () => {
  const text = withLocations(`module {
  func.func @main(%arg0: tensor<2xf32> loc("x"("a.ts":1:2)), %arg1: tensor<f32> loc(unknown)) -> tensor<f32> {
    %0 = stablehlo.negate %arg0 : tensor<2xf32> loc(callsite("f"("a.ts":1:2) at "b.ts":3:4 to 5:6))
    %1 = stablehlo.while(%iterArg = %arg1) : tensor<f32>
    cond {
      %c = stablehlo.constant dense<true> : tensor<i1> loc(fused<"pass">["p", unknown])
      stablehlo.return %c : tensor<i1> loc(unknown)
    } do {
      stablehlo.return %iterArg : tensor<f32> loc(unknown)
    } loc(unknown)
    return %arg1 : tensor<f32> loc(unknown)
  } loc("main")
} loc(unknown)`);
  expect(text).toBe(`#loc = loc(unknown)
#loc2 = loc("a.ts":1:2)
#loc5 = loc("x"(#loc2))
module {
  func.func @main(%arg0: tensor<2xf32> loc("x"(#loc2)), %arg1: tensor<f32> loc(unknown)) -> tensor<f32> {
    %0 = stablehlo.negate %arg0 : tensor<2xf32> loc(#loc8)
    %1 = stablehlo.while(%iterArg = %arg1) : tensor<f32>
    cond {
      %c = stablehlo.constant dense<true> : tensor<i1> loc(#loc7)
      stablehlo.return %c : tensor<i1> loc(#loc)
    } do {
      stablehlo.return %iterArg : tensor<f32> loc(#loc)
    } loc(#loc)
    return %arg1 : tensor<f32> loc(#loc)
  } loc(#loc1)
} loc(#loc)
#loc1 = loc("main")
#loc3 = loc("b.ts":3:4 to 5:6)
#loc4 = loc("p")
#loc6 = loc("f"(#loc2))
#loc7 = loc(fused<"pass">[#loc4])
#loc8 = loc(callsite(#loc6 at #loc3))
`);
  expect(withLocations(text)).toBe(text);
});

test("fused locations keep each known part once", () => {
  const of = (location: string): string =>
    withLocations(`module {} loc(${location})`).split("\n").slice(2).join(" ").trim();
  expect(of('fused["a", unknown, "b", "a", fused["c", "b"]]')).toBe(
    '#loc = loc("a") #loc1 = loc("b") #loc2 = loc("c") #loc3 = loc(fused[#loc, #loc1, #loc2])',
  );
  expect(of('fused["a", unknown]')).toBe('#loc = loc("a")');
  expect(of("fused[]")).toBe("#loc = loc(unknown)");
  expect(of('fused<"m">[unknown]')).toBe('#loc = loc(unknown) #loc1 = loc(fused<"m">[#loc])');
});

test("an operation that breaks its declaration is written whole, with all its places", () => {
  const text = `module {
  func.func @main(%arg0: tensor<2xf32> loc("x")) {
    %0 = "stablehlo.reduce"(%arg0) <{dimensions = array<i64: 0>}> ({
    ^bb0(%arg1: tensor<f32> loc("p"), %arg2: tensor<f32> loc("q")):
      %1 = stablehlo.add %arg1, %arg2 : tensor<f32> loc("x")
      stablehlo.return %1 : tensor<f32> loc("x")
    }) : (tensor<2xf32>) -> tensor<f32> loc("x")
    return loc("x")
  } loc("x")
} loc("x")`;
  const once = withLocations(text);
  expect(once).toContain('^bb0(%arg1: tensor<f32> loc("p"), %arg2: tensor<f32> loc("q")):');
  expect(withLocations(once)).toBe(once);
});

describe("reduce", () => {
  test("the body of the short form has no places of its own in the text", () =>
    expect(
      withLocations(`module {
  func.func @main(%x: tensor<2xf32> loc("x"), %z: tensor<f32> loc("x")) {
    %0 = stablehlo.reduce(%x init: %z) applies stablehlo.add across dimensions = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<f32> loc("r")
    return loc("x")
  } loc("x")
} loc("x")`),
    ).toBe(`#loc = loc("x")
module {
  func.func @main(%arg0: tensor<2xf32> loc("x"), %arg1: tensor<f32> loc("x")) {
    %0 = stablehlo.reduce(%arg0 init: %arg1) applies stablehlo.add across dimensions = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<f32> loc(#loc1)
    return loc(#loc)
  } loc(#loc)
} loc(#loc)
#loc1 = loc("r")
`));
});
