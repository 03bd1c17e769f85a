import { expect, it } from "vitest";
import { executeOnce } from "../../src/engine/execute.js";
import { mainInterface } from "../../src/engine/stablehlo-program.js";
import { parseModule } from "../../src/ir/text/index.js";
import { useCpu } from "../dsl/cpu.js";
import { held } from "../runtime-pjrt/held.js";

const cpu = useCpu();

const ADD = `func.func @main(%x: tensor<3xf32>, %y: tensor<3xf32>) -> tensor<3xf32> {
  %z = stablehlo.add %x, %y : tensor<3xf32>
  return %z : tensor<3xf32>
}
`;

const value = (dimensions: readonly number[], count: number) => ({
  elementType: "f32" as const,
  dimensions,
  data: new Uint8Array(Float32Array.from({ length: count }, (_, i) => i).buffer),
});

const add = (...inputs: readonly ReturnType<typeof value>[]) =>
  executeOnce(cpu.client, {
    request: { program: ADD, signature: mainInterface(parseModule(ADD)) },
    inputs,
  });

it("gives the results of one run, and holds nothing afterwards", async () => {
  const before = await held(cpu.client);
  const [sum] = await add(value([3], 3), value([3], 3));
  expect(new Float32Array(sum!.data.buffer)).toEqual(Float32Array.of(0, 2, 4));
  expect(await held(cpu.client)).toEqual(before);
});

it.each([
  ["an input cannot be uploaded", [value([3], 3), value([3], 2)]],
  ["the program does not take an input", [value([3], 3), value([2], 2)]],
  ["an input is missing", [value([3], 3)]],
])("holds nothing when %s", async (_, inputs) => {
  const before = await held(cpu.client);
  await expect(add(...inputs)).rejects.toThrow(/^argument error|^usage error|^pjrt/i);
  expect(await held(cpu.client)).toEqual(before);
});
