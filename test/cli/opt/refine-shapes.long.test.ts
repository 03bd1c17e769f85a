import { describe, expect, it } from "vitest";
import { useOpt } from "./run.js";

const { file, opt } = useOpt();

describe("--refine-shapes", () => {
  const dynamic = `func.func @main(%x: tensor<?x4xf32>, %y: tensor<4xf32>) -> tensor<?x4xf32> {
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x4xf32>) -> tensor<i32>
  %n1 = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %four = stablehlo.constant dense<4> : tensor<1xi32>
  %shape = stablehlo.concatenate %n1, %four, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %b = stablehlo.dynamic_broadcast_in_dim %y, %shape, dims = [1] : (tensor<4xf32>, tensor<2xi32>) -> tensor<?x4xf32>
  %r = stablehlo.add %x, %b : tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}
`;

  it("makes a program of unknown shapes static for the inputs, before the pipeline", async () => {
    const path = file("dynamic.mlir", dynamic);
    expect(await opt(path, "--refine-shapes=tensor<3x4xf32>, tensor<4xf32>", "--pass-pipeline=dce")).toEqual({
      out: `module {
  func.func @main(%arg0: tensor<3x4xf32>, %arg1: tensor<4xf32>) -> tensor<3x4xf32> {
    %0 = stablehlo.broadcast_in_dim %arg1, dims = [1] : (tensor<4xf32>) -> tensor<3x4xf32>
    %1 = stablehlo.add %arg0, %0 : tensor<3x4xf32>
    return %1 : tensor<3x4xf32>
  }
}
`,
      err: "",
      code: 0,
    });
  });

  it("says what inputs there may be when others are given, and prints nothing half refined", async () => {
    const path = file("dynamic.mlir", dynamic);
    const { out, err, code } = await opt(path, "--refine-shapes=tensor<3x5xf32>, tensor<4xf32>");
    expect({ out, code }).toEqual({ out: "", code: 1 });
    expect(err).toBe(`dynamic.mlir:
refine error: @main takes other inputs
  expected: tensor<?x4xf32>, tensor<4xf32>
  got:      tensor<3x5xf32>, tensor<4xf32>
`);
  });
});
