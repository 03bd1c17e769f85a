/** Damaged artifacts: whatever the bytes, a module or an error of ours, soon. */
import { expect, test } from "vitest";
import { GriffinError } from "../../../src/support/errors.js";
import { serializePortable } from "../../../src/ir/bytecode/index.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { fuzzBytes } from "../../../tools/conformance/fuzz-bytes.js";

const programs = [
  `sdy.mesh @mesh = <["x"=2]>
func.func @main(%x: tensor<4x?xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {}]>}) -> tensor<4x?xf32> {
  %0 = stablehlo.tanh %x {note = {a = 1 : i32, b = [1.5, "s"]}} : tensor<4x?xf32> loc(callsite("a" at fused["b", "c"]))
  return %0 : tensor<4x?xf32>
}`,
  `func.func @main(%x: tensor<3x4xf32>, %i: tensor<2x1xi32>) -> tensor<2x4xf32> {
  %0 = "stablehlo.gather"(%x, %i) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, 4>}> : (tensor<3x4xf32>, tensor<2x1xi32>) -> tensor<2x4xf32>
  %c = stablehlo.constant dense<[true, false]> : tensor<2xi1>
  %1 = stablehlo.custom_call @f(%c) {api_version = 4 : i32, backend_config = {k = 1 : i64}} : (tensor<2xi1>) -> tensor<2x4xf32>
  %2 = stablehlo.add %0, %1 : tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}`,
  `func.func @main(%x: tensor<i32>) -> tensor<i32> {
  %z = stablehlo.constant dense<0> : tensor<i32>
  %0 = stablehlo.while(%a = %x) : tensor<i32> cond {
    %1 = stablehlo.compare LT, %a, %z : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %1 = stablehlo.add %a, %z : tensor<i32>
    stablehlo.return %1 : tensor<i32>
  }
  return %0 : tensor<i32>
}`,
];

test("3000 damaged artifacts", () => {
  const artifacts = programs.flatMap((text) =>
    ["0.9.0", "0.12.0", "0.14.0", "1.11.0"].flatMap((targetVersion) => {
      try {
        return [serializePortable(parseModule(text), { targetVersion })];
      } catch (error) {
        if (error instanceof GriffinError) return [];
        throw error;
      }
    }),
  );
  expect(artifacts.length).toBeGreaterThan(5);
  const { failures, runs, read } = fuzzBytes(artifacts, 3000, 1);
  expect(failures).toEqual([]);
  expect(runs).toBe(3000);
  expect(read).toBeGreaterThan(100);
});
