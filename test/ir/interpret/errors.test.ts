import { describe, expect, it } from "vitest";
import { InterpretError, interpretFunction, UnsupportedError } from "../../../src/ir/interpret/index.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { tensor } from "./tensors.js";

function thrownBy(
  program: string,
  inputs: readonly string[] = [],
  name = "main",
  maxOperations = 1000,
): Error {
  try {
    const module = parseModule(program, { file: "m.mlir" });
    interpretFunction(module, name, inputs.map(tensor), { maxOperations });
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

const identity = `func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}`;

describe("errors of the interpreter", () => {
  it("names the functions there are when one is missing", () => {
    const error = thrownBy(identity, [], "mian");
    expect(error).toBeInstanceOf(InterpretError);
    expect(error.message).toBe(
      ["interpret error: there is no function @mian with a body", "  hint:     known: main"].join("\n"),
    );
  });

  it("compares the inputs with the function's", () => {
    expect(thrownBy(identity, ["3xf32: 1 2 3"]).message).toBe(
      [
        "interpret error: @main takes other inputs",
        "  expected: (tensor<2xf32>)",
        "  got:      (tensor<3xf32>)",
      ].join("\n"),
    );
  });

  it("stops a loop without end at the limit", () => {
    const error = thrownBy(`func.func @main() {
  %c = stablehlo.constant dense<true> : tensor<i1>
  %0 = stablehlo.while(%i = %c) : tensor<i1>
  cond {
    stablehlo.return %i : tensor<i1>
  } do {
    stablehlo.return %i : tensor<i1>
  }
  return
}`);
    expect(error.message).toBe(
      [
        "interpret error: the program has not ended within the limit of operations",
        "  at:       m.mlir:5:5",
        "  hint:     raise maxOperations if it is no endless loop",
      ].join("\n"),
    );
  });

  it("stops a function that calls itself without end", () => {
    const error = thrownBy(
      `func.func @main() {
  call @main() : () -> ()
  return
}`,
      [],
      "main",
      1e6,
    );
    expect(error.message).toBe(
      ["interpret error: calls of @main are nested more than 1000 deep", "  at:       m.mlir:2:3"].join("\n"),
    );
  });

  it("ends at a check that fails", () => {
    const error = thrownBy(`func.func @main() {
  %c = stablehlo.constant dense<1> : tensor<i32>
  check.expect_eq_const %c, dense<2> : tensor<i32>
  return
}`);
    expect(error.message).toBe(
      [
        "interpret error: check.expect_eq_const fails: 1 of 1 differ; element 0 is 1, expected 2",
        "  at:       m.mlir:3:3",
      ].join("\n"),
    );
  });

  it("says which op it does not know, and why", () => {
    const error = thrownBy(
      `func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = chlo.erf %x : tensor<2xf32> -> tensor<2xf32>
  return %0 : tensor<2xf32>
}`,
      ["2xf32: 1 2"],
    );
    expect(error).toBeInstanceOf(UnsupportedError);
    expect((error as UnsupportedError).reason).toBe("chlo op: is lowered to StableHLO first");
    expect(error.message).toBe(
      [
        "interpret error: chlo.erf is not interpreted (chlo op: is lowered to StableHLO first)",
        "  at:       m.mlir:2:8",
        "  hint:     run the program through a plugin instead",
      ].join("\n"),
    );
  });

  it("runs no code of a target", () => {
    const error = thrownBy(`func.func @main() {
  stablehlo.custom_call @mine() : () -> ()
  return
}`);
    expect(error.message).toBe(
      [
        "interpret error: custom_call @mine is code of some target, not of the program",
        "  at:       m.mlir:2:3",
        "  hint:     run the program through a plugin instead",
      ].join("\n"),
    );
  });

  it("leaves random bits of no documented algorithm to the target", () => {
    const error = thrownBy(
      `func.func @main(%x: tensor<2xui64>) -> tensor<4xui32> {
  %state, %bits = stablehlo.rng_bit_generator %x, algorithm = DEFAULT : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4xui32>)
  return %bits : tensor<4xui32>
}`,
      ["2xui64: 1 2"],
    );
    expect((error as UnsupportedError).reason).toBe(
      "random bits of an algorithm that is the target's choice",
    );
  });

  it("makes no tensor that memory has no room for", () => {
    const error = thrownBy(`func.func @main() {
  %0 = stablehlo.iota dim = 0 : tensor<1000000x1000000xf64>
  return
}`);
    expect(error.message).toBe(
      [
        "interpret error: stablehlo.iota makes tensor<1000000x1000000xf64>, too large to interpret",
        "  expected: at most 268435456 bytes",
        "  at:       m.mlir:2:8",
      ].join("\n"),
    );
  });

  it("does not fall off the end of a body", () => {
    const error = thrownBy(`func.func @main() {
  %0 = stablehlo.constant dense<1> : tensor<i32>
}`);
    expect(error.message).toBe(
      ["interpret error: a body ends without a return", "  at:       m.mlir:2:8"].join("\n"),
    );
  });
});
