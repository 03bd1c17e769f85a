/** Indices in types of which XLA's CPU compiler loses updates or takes the sign for what it is not. */
import { expect, it } from "vitest";
import { numbersOf, runProgram } from "../../src/engine/run-program.js";
import { parseModule } from "../../src/ir/text/index.js";
import { useCpu } from "../dsl/cpu.js";

const cpu = useCpu();

/** x[300], and an index that is an argument or a constant: what each op reads there, or where it writes 8 and 9. */
const program = (
  type: string,
  index: number | undefined,
): string => `func.func @main(%x: tensor<300xf32>${index === undefined ? `, %i: tensor<${type}>` : ""}) -> (tensor<2xf32>, tensor<2xf32>, tensor<300xf32>, tensor<300xf32>) {
  ${index === undefined ? "" : `%i = stablehlo.constant dense<${index}> : tensor<${type}>`}
  %u = stablehlo.constant dense<[8.0, 9.0]> : tensor<2xf32>
  %j = stablehlo.reshape %i : (tensor<${type}>) -> tensor<1x${type}>
  %0 = stablehlo.dynamic_slice %x, %i, sizes = [2] : (tensor<300xf32>, tensor<${type}>) -> tensor<2xf32>
  %1 = "stablehlo.gather"(%x, %j) <{dimension_numbers = #stablehlo.gather<offset_dims = [0], start_index_map = [0]>, slice_sizes = array<i64: 2>}> : (tensor<300xf32>, tensor<1x${type}>) -> tensor<2xf32>
  %2 = stablehlo.dynamic_update_slice %x, %u, %i : (tensor<300xf32>, tensor<2xf32>, tensor<${type}>) -> tensor<300xf32>
  %3 = "stablehlo.scatter"(%x, %j, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [0], scatter_dims_to_operand_dims = [0]>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    stablehlo.return %b : tensor<f32>
  }) : (tensor<300xf32>, tensor<1x${type}>, tensor<2xf32>) -> tensor<300xf32>
  return %0, %1, %2, %3 : tensor<2xf32>, tensor<2xf32>, tensor<300xf32>, tensor<300xf32>
}
`;

const x = {
  elementType: "f32" as const,
  dimensions: [300],
  data: new Uint8Array(Float32Array.from({ length: 300 }, (_, i) => i + 1000).buffer),
};

const types = {
  ui8: Uint8Array.of(200),
  i8: Int8Array.of(100),
  ui16: Uint16Array.of(65535),
  ui32: Uint32Array.of(2 ** 31),
  ui64: BigUint64Array.of(2n ** 63n + 5n),
} as const;

it.each(["ui8", "i8", "ui16", "ui32", "ui64"] as const)(
  "an index %s is where the program says, as an argument and as a constant",
  async (elementType) => {
    const bytes = new Uint8Array(types[elementType].buffer);
    const run = async (index: number | undefined, device: typeof cpu.client | "interpreter") => {
      const given = index === undefined ? [x, { elementType, dimensions: [], data: bytes }] : [x];
      const inputs = new Map(given.map((value, i) => [`${i}`, value]));
      const results = await runProgram(device, parseModule(program(elementType, index)), inputs);
      return results.map((value) => [...numbersOf(value)]);
    };
    const right = await run(undefined, "interpreter");
    expect(await run(undefined, cpu.client)).toEqual(right);
    const constant = elementType === "ui64" ? undefined : Number(types[elementType][0]);
    if (constant !== undefined) expect(await run(constant, cpu.client)).toEqual(right);
    const at = Math.min(Number(types[elementType][0]), 298);
    expect(right.slice(0, 2)).toEqual([
      [1000 + at, 1001 + at],
      [1000 + at, 1001 + at],
    ]);
  },
);
