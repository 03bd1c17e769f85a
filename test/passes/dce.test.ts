import { describe, expect, it } from "vitest";
import { normal, run } from "./text.js";

describe("dce", () => {
  it("removes whole chains", () => {
    expect(
      run(
        "dce",
        `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
          %0 = stablehlo.negate %x : tensor<4xf32>
          %1 = stablehlo.abs %0 : tensor<4xf32>
          %2 = stablehlo.sqrt %1 : tensor<4xf32>
          return %x : tensor<4xf32>
        }`,
      ),
    ).toBe(normal("func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> { return %x : tensor<4xf32> }"));
  });

  it("keeps what may have an effect", () => {
    const text = `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = stablehlo.custom_call @print(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>
      return %x : tensor<4xf32>
    }`;
    expect(run("dce", text)).toBe(normal(text));
  });

  it("looks into branches and removes a branch that does nothing", () => {
    const branches = (
      effect: string,
    ) => `func.func @main(%p: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = "stablehlo.if"(%p) ({
        %1 = stablehlo.negate %x : tensor<4xf32>
        ${effect}
        stablehlo.return %x : tensor<4xf32>
      }, {
        stablehlo.return %x : tensor<4xf32>
      }) : (tensor<i1>) -> tensor<4xf32>
      return %x : tensor<4xf32>
    }`;
    const effect =
      "%2 = stablehlo.custom_call @print(%x) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>";
    expect(run("dce", branches(""))).toBe(
      normal(
        "func.func @main(%p: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> { return %x : tensor<4xf32> }",
      ),
    );
    expect(run("dce", branches(effect))).toBe(
      normal(branches(effect).replace("%1 = stablehlo.negate %x : tensor<4xf32>", "")),
    );
  });

  it("removes unused calls of functions that have no effect, then the functions, and those they called", () => {
    const text = `
      func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
        %0 = call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>
        return %x : tensor<4xf32>
      }
      func.func private @f(%x: tensor<4xf32>) -> tensor<4xf32> {
        %0 = call @g(%x) : (tensor<4xf32>) -> tensor<4xf32>
        return %0 : tensor<4xf32>
      }
      func.func private @g(%x: tensor<4xf32>) -> tensor<4xf32> {
        return %x : tensor<4xf32>
      }`;
    expect(run("dce", text)).toBe(
      normal("func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> { return %x : tensor<4xf32> }"),
    );
  });

  it("keeps a function that a composite names", () => {
    const text = `
      func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
        %0 = stablehlo.composite "my.op" %x {decomposition = @f} : (tensor<4xf32>) -> tensor<4xf32>
        return %0 : tensor<4xf32>
      }
      func.func private @f(%x: tensor<4xf32>) -> tensor<4xf32> {
        return %x : tensor<4xf32>
      }`;
    expect(run("dce", text)).toBe(normal(text));
  });

  it("keeps public functions, and private ones that call each other only when one is called", () => {
    const text = `
      func.func @library(%x: tensor<4xf32>) -> tensor<4xf32> {
        return %x : tensor<4xf32>
      }
      func.func private @f(%x: tensor<4xf32>) -> tensor<4xf32> {
        %0 = call @g(%x) : (tensor<4xf32>) -> tensor<4xf32>
        return %0 : tensor<4xf32>
      }
      func.func private @g(%x: tensor<4xf32>) -> tensor<4xf32> {
        %0 = call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>
        return %0 : tensor<4xf32>
      }`;
    expect(run("dce", text)).toBe(
      normal("func.func @library(%x: tensor<4xf32>) -> tensor<4xf32> { return %x : tensor<4xf32> }"),
    );
  });
});
