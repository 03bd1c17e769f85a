/**
 * @file Our side of the scan benchmark: every form, and the bound, on one plugin. Prints ms by form as JSON.
 *
 *     npx jiti bench/scan/ours.ts --time 4096 --channels 2560 --plugin cpu
 */
import { parseArgs } from "node:util";
import { axis, input, linearScan, type TracedProgram, program, state } from "../../src/dsl/index.js";
import { CompiledProgram, type LoweringOptions, lowerProgram } from "../../src/engine/index.js";
import type { Client, DeviceBuffer } from "../../src/runtime-pjrt/index.js";
import { openClient, ourVersions } from "../client.js";
import { printSide } from "../sides.js";
import { time } from "../timing.js";
import { BOUND, IN_PLACE, scanForms } from "./forms.js";

const { values } = parseArgs({
  options: {
    time: { type: "string", default: "4096" },
    channels: { type: "string", default: "2560" },
    plugin: { type: "string", default: "cpu" },
  },
});
const steps = Number(values.time);
const width = Number(values.channels);
const axes = [axis("batch", 1), axis("time", steps), axis("lru", width)] as const;
const [batch, , channels] = axes;

const scan = (): TracedProgram =>
  program({ name: "scan" }, () => {
    const x = input("x", axes, "f32");
    const a = input("a", axes, "f32");
    return linearScan({ x, a, h0: input("h0", [batch, channels], "f32"), axis: "time" });
  });

/** Reads x and a, writes as much as x: the traffic of a scan that touches nothing twice. */
const elementwise = (): TracedProgram =>
  program({ name: "elementwise" }, () => {
    const x = input("x", axes, "f32");
    return { y: x.mul(input("a", axes, "f32")).add(x) };
  });

const elementwiseInPlace = (): TracedProgram =>
  program({ name: "elementwise_in_place", state: "carried" }, () => {
    const x = state("x", axes, "f32");
    x.update(x.value.mul(input("a", axes, "f32")).add(x.value));
    return {};
  });

async function upload(client: Client): Promise<ReadonlyMap<string, DeviceBuffer>> {
  const tensors = { x: [0.1, 1, steps, width], a: [0.9, 1, steps, width], h0: [0, 1, width] };
  const buffers = new Map<string, DeviceBuffer>();
  for (const [name, [value, ...dimensions]] of Object.entries(tensors)) {
    const data = new Float32Array(dimensions.reduce((a, b) => a * b, 1)).fill(value!);
    buffers.set(name, await client.toDevice({ elementType: "f32", dimensions, data }));
  }
  return buffers;
}

async function leastMs(
  client: Client,
  traced: TracedProgram,
  options: LoweringOptions,
  inputs: ReadonlyMap<string, DeviceBuffer>,
): Promise<number> {
  using compiled = await CompiledProgram.compile(
    client,
    lowerProgram(traced, { ...options, target: client }),
  );
  const { min } = await time(9, async () => {
    const { outputs } = await compiled.run({ inputs });
    for (const buffer of outputs.values()) {
      await buffer.ready;
      buffer.close();
    }
  });
  return min;
}

async function leastMsInPlace(client: Client, inputs: ReadonlyMap<string, DeviceBuffer>): Promise<number> {
  using compiled = await CompiledProgram.compile(
    client,
    lowerProgram(elementwiseInPlace(), { target: client }),
  );
  let states = new Map([["x", (await upload(client)).get("x")!]]);
  const { min } = await time(9, async () => {
    states = new Map((await compiled.run({ inputs, states })).states);
    await states.get("x")!.ready;
  });
  states.get("x")!.close();
  return min;
}

await using client = await openClient(values.plugin);
const inputs = await upload(client);
const figures: Record<string, number> = {
  [BOUND]: await leastMs(client, elementwise(), {}, inputs),
  [IN_PLACE]: await leastMsInPlace(client, inputs),
};
for (const [name, options] of scanForms) figures[name] = await leastMs(client, scan(), options, inputs);
printSide({ figures, versions: await ourVersions(client) });
