/**
 * @file Compiling programs of the 88M Griffin by a plugin, which needs no weights: lowering and compile apart. Prints ms and versions as JSON.
 *
 *     npx jiti bench/compile/ours.ts --dtype f32 --time 1024 --plugin cpu
 */
import { parseArgs } from "node:util";
import { griffinProgram } from "../../models/griffin.js";
import { CompiledProgram, lowerProgram } from "../../src/engine/index.js";
import { openClient, ourVersions } from "../client.js";
import { benchDtype, griffin88m } from "../griffin88m.js";
import { printSide } from "../sides.js";

const { values } = parseArgs({
  options: {
    dtype: { type: "string", default: "f32" },
    time: { type: "string", default: "1024" },
    plugin: { type: "string", default: "cpu" },
  },
});
const dtype = benchDtype(values.dtype);
const programs = [
  { kind: "prefill", batch: 1, time: Number(values.time), dtype },
  { kind: "decode", batch: 1, time: 1, dtype },
] as const;

await using client = await openClient(values.plugin);
const figures: Record<string, number> = {};
for (const options of programs) {
  const start = performance.now();
  const lowered = lowerProgram(griffinProgram(griffin88m, options), { target: client, prepare: true });
  figures[`lower ${options.kind}`] = performance.now() - start;
  using compiled = await CompiledProgram.compile(client, lowered);
  figures[`compile ${options.kind}`] = compiled.compileMs;
}
printSide({ figures, versions: await ourVersions(client) });
