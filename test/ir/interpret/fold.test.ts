import { describe, expect, it } from "vitest";
import { evaluateOperation } from "../../../src/ir/interpret/index.js";
import { type Operation, walk } from "../../../src/ir/operation.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { show, tensor } from "./tensors.js";

/** Evaluates the first op of that name in a function body on the operands given. */
function evaluate(name: string, body: string, operands: readonly string[]): readonly string[] | undefined {
  const module = parseModule(
    `func.func @main(%x: tensor<2xf32>, %p: tensor<i1>, %n: tensor<?xf32>) {${body}\n return\n}`,
  );
  const operation = [...walk(module)].find((each: Operation) => each.name === name);
  return evaluateOperation(operation!, operands.map(tensor))?.map(show);
}

describe("evaluating one operation", () => {
  it("gives its results on the operands", () => {
    const body = "%0 = stablehlo.add %x, %x : tensor<2xf32>";
    expect(evaluate("stablehlo.add", body, ["2xf32: 1 2", "2xf32: 3 4"])).toEqual(["2xf32: 4 6"]);
  });

  it("gives nothing for ops that run other code", () => {
    const body = `%0 = "stablehlo.if"(%p) ({
      stablehlo.return %x : tensor<2xf32>
    }, {
      stablehlo.return %x : tensor<2xf32>
    }) : (tensor<i1>) -> tensor<2xf32>`;
    expect(evaluate("stablehlo.if", body, ["i1: 1"])).toBeUndefined();
  });

  it("gives nothing for what depends on where it runs", () => {
    const body = "%0 = stablehlo.replica_id : tensor<ui32>";
    expect(evaluate("stablehlo.replica_id", body, [])).toBeUndefined();
  });

  it("gives nothing for a body that uses values from around it", () => {
    const body = `%c = stablehlo.constant dense<1.0> : tensor<f32>
    %0 = stablehlo.reduce(%x init: %c) across dimensions = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<f32>
      reducer(%a: tensor<f32>, %b: tensor<f32>) {
        %1 = stablehlo.multiply %a, %c : tensor<f32>
        stablehlo.return %1 : tensor<f32>
      }`;
    expect(evaluate("stablehlo.reduce", body, ["2xf32: 1 2", "f32: 0"])).toBeUndefined();
  });

  it("gives nothing for results of dynamic shape", () => {
    const body = "%0 = stablehlo.negate %n : tensor<?xf32>";
    expect(evaluate("stablehlo.negate", body, ["2xf32: 1 2"])).toBeUndefined();
  });

  it("gives nothing for ops of other dialects", () => {
    const body = "%0 = chlo.erf %x : tensor<2xf32> -> tensor<2xf32>";
    expect(evaluate("chlo.erf", body, ["2xf32: 1 2"])).toBeUndefined();
  });
});
