import { describe, expect, it } from "vitest";
import { normal, run } from "./text.js";

describe("canonicalize: branches", () => {
  it("takes the branch that a constant chooses", () => {
    const text = (value: string) => `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
      %p = stablehlo.constant dense<${value}> : tensor<i1>
      %0 = "stablehlo.if"(%p) ({
        %1 = stablehlo.negate %x : tensor<4xf32>
        stablehlo.return %1 : tensor<4xf32>
      }, {
        %1 = stablehlo.abs %x : tensor<4xf32>
        stablehlo.return %1 : tensor<4xf32>
      }) : (tensor<i1>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }`;
    const taken = (op: string) =>
      `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
        %0 = stablehlo.${op} %x : tensor<4xf32>
        return %0 : tensor<4xf32>
      }`;
    expect(run("canonicalize", text("true"))).toBe(normal(taken("negate")));
    expect(run("canonicalize", text("false"))).toBe(normal(taken("abs")));
  });

  it.each([
    ["0", "negate"],
    ["1", "abs"],
    ["2", "sqrt"],
    ["3", "sqrt"],
    ["-1", "sqrt"],
  ])("case of %s takes %s: an index out of range means the last branch", (index, op) => {
    const branch = (name: string) =>
      `{ %1 = stablehlo.${name} %x : tensor<4xf32>\n stablehlo.return %1 : tensor<4xf32> }`;
    const text = `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
      %i = stablehlo.constant dense<${index}> : tensor<i32>
      %0 = "stablehlo.case"(%i) (${["negate", "abs", "sqrt"].map(branch).join(", ")}) : (tensor<i32>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    }`;
    expect(run("canonicalize", text)).toBe(
      normal(`func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
        %0 = stablehlo.${op} %x : tensor<4xf32>
        return %0 : tensor<4xf32>
      }`),
    );
  });
});

describe("canonicalize: loops", () => {
  it("that never run are their initial values", () => {
    const text = `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = stablehlo.while(%y = %x) : tensor<4xf32>
      cond {
        %1 = stablehlo.constant dense<false> : tensor<i1>
        stablehlo.return %1 : tensor<i1>
      } do {
        %1 = stablehlo.negate %y : tensor<4xf32>
        stablehlo.return %1 : tensor<4xf32>
      }
      return %0 : tensor<4xf32>
    }`;
    expect(run("canonicalize", text)).toBe(
      normal("func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> { return %x : tensor<4xf32> }"),
    );
  });

  it("no longer carry what never changes, and what only feeds itself", () => {
    const text = `func.func @main(%x: tensor<4xf32>, %n: tensor<i32>, %s: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
      %c = stablehlo.constant dense<0> : tensor<i32>
      %0:4 = stablehlo.while(%i = %c, %y = %x, %scale = %s, %unused = %x) : tensor<i32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
      cond {
        %1 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %1 : tensor<i1>
      } do {
        %one = stablehlo.constant dense<1> : tensor<i32>
        %1 = stablehlo.add %i, %one : tensor<i32>
        %2 = stablehlo.multiply %y, %scale : tensor<4xf32>
        %3 = stablehlo.add %unused, %2 : tensor<4xf32>
        stablehlo.return %1, %2, %scale, %3 : tensor<i32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
      }
      return %0#1, %0#2 : tensor<4xf32>, tensor<4xf32>
    }`;
    expect(run("canonicalize", text)).toBe(
      normal(`func.func @main(%x: tensor<4xf32>, %n: tensor<i32>, %s: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
      %c = stablehlo.constant dense<0> : tensor<i32>
      %0:2 = stablehlo.while(%i = %c, %y = %x) : tensor<i32>, tensor<4xf32>
      cond {
        %1 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %1 : tensor<i1>
      } do {
        %one = stablehlo.constant dense<1> : tensor<i32>
        %1 = stablehlo.add %i, %one : tensor<i32>
        %2 = stablehlo.multiply %y, %s : tensor<4xf32>
        stablehlo.return %1, %2 : tensor<i32>, tensor<4xf32>
      }
      return %0#1, %s : tensor<4xf32>, tensor<4xf32>
    }`),
    );
  });

  it("keep two values that feed each other when one of them is used", () => {
    const text = `func.func @main(%x: tensor<4xf32>, %y: tensor<4xf32>, %n: tensor<i32>) -> tensor<4xf32> {
      %c = stablehlo.constant dense<0> : tensor<i32>
      %0:3 = stablehlo.while(%i = %c, %a = %x, %b = %y) : tensor<i32>, tensor<4xf32>, tensor<4xf32>
      cond {
        %1 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %1 : tensor<i1>
      } do {
        %one = stablehlo.constant dense<1> : tensor<i32>
        %1 = stablehlo.add %i, %one : tensor<i32>
        stablehlo.return %1, %b, %a : tensor<i32>, tensor<4xf32>, tensor<4xf32>
      }
      return %0#1 : tensor<4xf32>
    }`;
    expect(run("canonicalize", text)).toBe(normal(text));
  });
});
