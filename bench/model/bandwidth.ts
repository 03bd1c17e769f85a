/**
 * @file How fast this machine reads memory, as compiled programs see it: the bound of a decode step, which reads every weight once.
 * Prints ms for each gigabyte read, by what reads it, as JSON.
 *
 *     npx jiti bench/model/bandwidth.ts --plugin cpu [--quick]
 */
import { parseArgs } from "node:util";
import { axis, dot, input, type TracedProgram, program, sum } from "../../src/dsl/index.js";
import { CompiledProgram, lowerProgram } from "../../src/engine/index.js";
import type { DeviceBuffer } from "../../src/runtime-pjrt/index.js";
import { openClient, ourVersions } from "../client.js";
import { printSide } from "../sides.js";
import { time } from "../timing.js";

const { values } = parseArgs({
  options: { plugin: { type: "string", default: "cpu" }, quick: { type: "boolean", default: false } },
});
const WIDTH = 4096;
/** One gigabyte of f32, and what the weights of 88M parameters take: the second may lie in a large cache. */
const ROWS = { "1 GB": 1e9 / 4 / WIDTH, "0.35 GB": 0.35e9 / 4 / WIDTH };

const forms: Readonly<Record<string, (rows: number) => TracedProgram>> = {
  "sum over": (rows) =>
    program({ name: "sum" }, () => ({
      y: sum(input("w", [axis("rows", rows), axis("width", WIDTH)], "f32"), "rows"),
    })),
  "vector-matrix product over": (rows) =>
    program({ name: "product" }, () => {
      const width = axis("width", WIDTH);
      const x = input("x", [axis("one", 1), width], "f32");
      return { y: dot(x, input("w", [axis("rows", rows), width], "f32"), "width") };
    }),
};

await using client = await openClient(values.plugin);

function upload(dimensions: readonly number[]): Promise<DeviceBuffer> {
  const data = new Float32Array(dimensions.reduce((a, b) => a * b, 1)).fill(0.5);
  return client.toDevice({ elementType: "f32", dimensions, data });
}

const figures: Record<string, number> = {};
for (const [size, exactRows] of Object.entries(ROWS)) {
  const rows = Math.round(exactRows);
  using w = await upload([rows, WIDTH]);
  using x = await upload([1, WIDTH]);
  const inputs = new Map([
    ["w", w],
    ["x", x],
  ]);
  for (const [form, trace] of Object.entries(forms)) {
    using compiled = await CompiledProgram.compile(client, lowerProgram(trace(rows), { target: client }));
    const { min } = await time(values.quick ? 3 : 9, async () => {
      const { outputs } = await compiled.run({ inputs });
      using y = outputs.get("y")!;
      await y.ready;
    });
    figures[`${form} ${size}`] = min / ((rows * WIDTH * 4) / 1e9);
  }
}
printSide({ figures, versions: await ourVersions(client) });
