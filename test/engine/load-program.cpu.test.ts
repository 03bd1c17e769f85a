/** @file A program's artifact on the CPU plugin, which takes longer to compile than an archive's files take to go. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { axis, dot, program, spec } from "../../src/dsl/index.js";
import { exportProgram, loadProgram } from "../../src/engine/index.js";
import { temporaryFolder } from "../cli/griffin.js";
import { useCpu } from "../dsl/cpu.js";

const cpu = useCpu();
const [model, out] = [axis("model", 3), axis("out", 2)];
const product = program(
  { name: "product", inputs: { x: spec([model], "f32") }, parameters: { w: spec([model, out], "f32") } },
  ({ x }, { w }) => ({ y: dot(x, w, "model") }),
);

test.each(["product", "product.zip"])("%s runs with the parameters that lie in it", async (name) => {
  const path = join(await temporaryFolder(), name);
  await exportProgram(product, path, { parameters: { w: [1, 0, 0, 1, 1, 1] } });
  await using run = await loadProgram(path, { client: cpu.client });
  const { y } = await run({ x: [1, 2, 3] });
  expect(y).toMatchObject({ data: Float32Array.of(4, 5) });
});
