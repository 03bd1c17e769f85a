import { join } from "node:path";
import { expect, test } from "vitest";
import type { CompileRequest } from "../../../src/runtime-pjrt/compile.js";
import { OnceCache } from "../../../tools/golden/once-cache.js";
import { temporaryFolder } from "../../cli/griffin.js";
import { useCpu } from "../../dsl/cpu.js";

const cpu = useCpu();
const request = (value: string): CompileRequest => ({
  program: `func.func @main() -> tensor<f32> {
  %0 = stablehlo.constant dense<${value}> : tensor<f32>
  return %0 : tensor<f32>
}
`,
  signature: { arguments: [], results: [{ elementType: "f32", dimensions: [] }] },
});

test("of programs that are asked for at the same time each is compiled once", async () => {
  const cache = new OnceCache({ folder: join(await temporaryFolder(), "programs") });
  const values = ["1.0", "2.0", "1.0", "1.0"];
  const compiled = await Promise.all(values.map((value) => cache.compile(cpu.client, request(value))));
  expect(compiled.map(({ fromCache }) => fromCache)).toEqual([false, false, true, true]);
  for (const { executable } of compiled) executable.close();
});

test("what cannot be compiled is an error for each who asks", async () => {
  const cache = new OnceCache({ folder: join(await temporaryFolder(), "programs") });
  const asked = [1, 2].map(() => cache.compile(cpu.client, request("nothing")));
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
