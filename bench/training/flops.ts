/**
 * @file What the gradient of the 88M Griffin costs over its loss, by our own count of what the plugin's compiler made of both, with nothing
 * computed again. Prints flops and versions as JSON.
 *
 *     npx jiti bench/training/flops.ts --time 512 --plugin cpu
 */
import { parseArgs } from "node:util";
import { griffin } from "../../models/index.js";
import { countModule, moduleFromProto, sumCosts } from "../../src/cost/index.js";
import type { TracedProgram } from "../../src/dsl/index.js";
import { CompiledProgram, lowerProgram } from "../../src/engine/index.js";
import { gradientProgram, lossProgram } from "../../src/training/index.js";
import { openClient, ourVersions } from "../client.js";
import { griffin88m } from "../griffin88m.js";
import { printSide } from "../sides.js";

const { values } = parseArgs({
  options: { time: { type: "string", default: "512" }, plugin: { type: "string", default: "cpu" } },
});
await using client = await openClient(values.plugin);

async function flopsOf(traced: TracedProgram): Promise<number> {
  const lowered = lowerProgram(traced, { target: client, prepare: false });
  using compiled = await CompiledProgram.compile(client, lowered);
  const module = moduleFromProto(compiled.executable.program.optimizedHlo()!);
  return sumCosts(countModule(module).instructions).flops;
}

const model = griffin.configure(griffin88m);
const options = { batch: 1, time: Number(values.time), dtype: "f32", keep: "everything" } as const;
printSide({
  figures: {
    "flops, loss": await flopsOf(lossProgram(model, options)),
    "flops, loss and gradient": await flopsOf(gradientProgram(model, options)),
  },
  versions: await ourVersions(client),
});
