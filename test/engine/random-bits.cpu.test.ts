/** Random bits as numbers of every type, of which XLA makes unsigned integers. */
import { expect, it } from "vitest";
import { numbersOf, runProgram } from "../../src/engine/run-program.js";
import { parseModule } from "../../src/ir/text/index.js";
import { useCpu } from "../dsl/cpu.js";

const cpu = useCpu();

const seed = {
  elementType: "ui64" as const,
  dimensions: [2],
  // Of which no f64 becomes a subnormal f32, which XLA takes for 0.
  data: new Uint8Array(BigUint64Array.of(5n, 17n).buffer),
};

it.each(["i4", "i8", "i32", "i64", "ui8", "f8E5M2", "f16", "bf16", "f32", "f64"])(
  "random bits %s are numbers of that type in what follows",
  async (type) => {
    const program = `func.func @main(%s: tensor<2xui64>) -> (tensor<2xui64>, tensor<8x${type}>, tensor<8xf32>) {
  %0, %1 = stablehlo.rng_bit_generator %s, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<8x${type}>)
  %2 = stablehlo.maximum %1, %1 : tensor<8x${type}>
  %3 = stablehlo.convert %1 : (tensor<8x${type}>) -> tensor<8xf32>
  return %0, %2, %3 : tensor<2xui64>, tensor<8x${type}>, tensor<8xf32>
}
`;
    const run = async (device: typeof cpu.client | "interpreter") => {
      const results = await runProgram(device, parseModule(program), new Map([["0", seed]]));
      return results.map((value) => [...numbersOf(value)]);
    };
    expect(await run(cpu.client)).toEqual(await run("interpreter"));
  },
);
