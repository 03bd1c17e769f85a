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
  it("names the function that was meant when one is missing", () => {
    const error = thrownBy(identity, [], "mian");
    expect(error).toBeInstanceOf(InterpretError);
    expect(error.message).toBe(
      ["interpret error: there is no function @mian with a body", "  hint:     did you mean main?"].join(
        "\n",
      ),
    );
  });

  it("computes no product of different element types, which each target converts by rules of its own", () => {
    const product = (
      op: string,
    ): string => `func.func @main(%x: tensor<2xf32>, %y: tensor<2xi64>) -> tensor<f32> {
  %0 = stablehlo.${op} : (tensor<2xf32>, tensor<2xi64>) -> tensor<f32>
  return %0 : tensor<f32>
}`;
    for (const op of ["dot_general %x, %y, contracting_dims = [0] x [0]", "dot %x, %y"]) {
      const error = thrownBy(product(op), ["2xf32: 1 2", "2xi64: 3 4"]);
      expect(error).toBeInstanceOf(UnsupportedError);
      expect(error.message).toContain("a product of f32 and i64 is not interpreted");
    }
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

describe("what only run time can check", () => {
  const scalar = "%n: tensor<1xi64>";

  it.each([
    [
      "a reshape to another number of elements",
      `func.func @main(%x: tensor<3xf32>, ${scalar}) -> tensor<?xf32> {
  %0 = stablehlo.dynamic_reshape %x, %n : (tensor<3xf32>, tensor<1xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}`,
      ["3xf32: 1 2 3", "1xi64: 2"],
      "stablehlo.dynamic_reshape: tensor<3xf32> does not hold 2 elements [dynamic_reshape_c2]",
      "m.mlir:2:8",
    ],
    [
      "a negative size",
      `func.func @main(${scalar}) -> tensor<?xf32> {
  %0 = stablehlo.dynamic_iota %n, dim = 0 : (tensor<1xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}`,
      ["1xi64: -1"],
      "stablehlo.dynamic_iota: output_shape [-1] does not describe tensor<?xf32> [dynamic_iota_c2]",
      "m.mlir:2:8",
    ],
    [
      "a static type that the sizes contradict",
      `func.func @main(%x: tensor<1xf32>, ${scalar}) -> tensor<4xf32> {
  %0 = stablehlo.dynamic_broadcast_in_dim %x, %n, dims = [0] : (tensor<1xf32>, tensor<1xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}`,
      ["1xf32: 1", "1xi64: 3"],
      "stablehlo.dynamic_broadcast_in_dim: output_dimensions [3] does not describe tensor<4xf32> [dynamic_broadcast_in_dim_c7]",
      "m.mlir:2:8",
    ],
    [
      "sizes of operands that differ",
      `func.func @main(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = stablehlo.add %x, %y : tensor<?xf32>
  return %0 : tensor<?xf32>
}`,
      ["2xf32: 1 2", "3xf32: 1 2 3"],
      "stablehlo.add: shapes of tensor<2xf32> and tensor<3xf32> do not match [add_c1]",
      "m.mlir:2:8",
    ],
    [
      "a slice that leaves its operand",
      `func.func @main(%x: tensor<3xf32>, %a: tensor<1xi64>, %b: tensor<1xi64>, %c: tensor<1xi64>) -> tensor<?xf32> {
  %0 = stablehlo.real_dynamic_slice %x, %a, %b, %c : (tensor<3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}`,
      ["3xf32: 1 2 3", "1xi64: 1", "1xi64: 4", "1xi64: 1"],
      "stablehlo.real_dynamic_slice: no slice of tensor<3xf32> goes from [1] to [4] by [1]",
      "m.mlir:2:8",
    ],
    [
      "an assertion about shapes",
      `func.func @main(%ok: tensor<i1>, %n: tensor<i32>) {
  stablehlo.custom_call @shape_assertion(%ok, %n) {error_message = "n must be odd, is {0}", has_side_effect = true} : (tensor<i1>, tensor<i32>) -> ()
  return
}`,
      ["i1: 0", "i32: 4"],
      "n must be odd, is 4",
      "m.mlir:2:3",
    ],
  ])("%s", (_, program, inputs, message, place) => {
    const error = thrownBy(program, inputs);
    expect(error).toBeInstanceOf(InterpretError);
    expect(error.message).toBe(`interpret error: ${message}\n  at:       ${place}`);
  });

  it("units in the last place of integers", () => {
    const error = thrownBy(`func.func @main() {
  %0 = stablehlo.constant dense<1> : tensor<2xi32>
  stablehlo.custom_call @check.expect_close(%0, %0) {has_side_effect = true} : (tensor<2xi32>, tensor<2xi32>) -> ()
  return
}`);
    expect(error).toBeInstanceOf(InterpretError);
    expect(error.message).toBe(
      [
        "interpret error: stablehlo.custom_call: units in the last place are those of floats",
        "  expected: floats or complex numbers",
        "  got:      tensor<2xi32>",
        "  at:       m.mlir:3:3",
      ].join("\n"),
    );
  });
});
