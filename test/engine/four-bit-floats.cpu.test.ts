/** What the CPU plugin makes of floats of four bits as integers. */
import { expect, it } from "vitest";
import { numbersOf, runProgram } from "../../src/engine/run-program.js";
import { parseModule } from "../../src/ir/text/index.js";
import { useCpu } from "../dsl/cpu.js";

const cpu = useCpu();

it("every float of four bits becomes the integer that it is cut to, the largest too", async () => {
  const program = `func.func @main(%x: tensor<16xf4E2M1FN>) -> tensor<16xi8> {
  %0 = stablehlo.convert %x : (tensor<16xf4E2M1FN>) -> tensor<16xi8>
  return %0 : tensor<16xi8>
}
`;
  const codes = {
    elementType: "f4E2M1FN",
    dimensions: [16],
    data: Uint8Array.from({ length: 16 }, (_, i) => i),
  } as const;
  const [result] = await runProgram(cpu.client, parseModule(program), new Map([["0", codes]]));
  expect(numbersOf(result!)).toEqual([0, 0, 1, 1, 2, 3, 4, 6, 0, 0, -1, -1, -2, -3, -4, -6]);
});
