/**
 * @file The linear scan alone on one plugin, [1, 4096, 2560] f32: its values, and its values with the gradients of both inputs and the start.
 * Prints ms and versions as JSON.
 *
 *     npx jiti bench/training/scan.ts --plugin cpu [--quick]
 */
import { parseArgs } from "node:util";
import { axis, input, linearScan, program, type TracedProgram, vjp } from "../../src/dsl/index.js";
import { CompiledProgram, lowerProgram } from "../../src/engine/index.js";
import type { Client } from "../../src/runtime-pjrt/index.js";
import { openClient, ourVersions } from "../client.js";
import { printSide } from "../sides.js";
import { leastOf } from "../timed.js";

const { values } = parseArgs({
  options: { plugin: { type: "string", default: "cpu" }, quick: { type: "boolean", default: false } },
});
const axes = [axis("batch", 1), axis("time", 4096), axis("lru", 2560)] as const;
const [batch, , lru] = axes;

const inputs = () => ({
  x: input("x", axes, "f32"),
  a: input("a", axes, "f32"),
  h0: input("h0", [batch, lru], "f32"),
});
type Inputs = ReturnType<typeof inputs>;
const scanned = (given: Inputs) => ({ y: linearScan({ ...given, axis: "time" }).y });

const forward = (): TracedProgram => program({ name: "forward" }, () => scanned(inputs()));
const both = (): TracedProgram =>
  program({ name: "gradient" }, () => {
    const { results, pullback } = vjp(scanned, inputs());
    return { ...results, ...pullback({ y: input("cotangent", axes, "f32") }) };
  });

/** The least ms of several runs of a program on numbers in which nothing grows: by the clock, and of all cores. */
async function measure(
  client: Client,
  traced: TracedProgram,
): Promise<readonly [clock: number, cores: number]> {
  using compiled = await CompiledProgram.compile(
    client,
    lowerProgram(traced, { target: client, prepare: false }),
  );
  const buffers = new Map(
    await Promise.all(
      compiled.interface.arguments.map(async ({ name, dimensions }) => {
        const count = dimensions.reduce((a, b) => a * b);
        const data = Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) / 1001);
        return [name, await client.toDevice({ elementType: "f32", dimensions, data })] as const;
      }),
    ),
  );
  const least = await leastOf(values.quick ? 3 : 10, async () => {
    const { outputs } = await compiled.run({ inputs: buffers });
    await Promise.all([...outputs.values()].map((buffer) => buffer.ready));
    for (const buffer of outputs.values()) buffer.close();
  });
  for (const buffer of buffers.values()) buffer.close();
  return least;
}

await using client = await openClient(values.plugin);
const [clock, cores] = await measure(client, forward());
const [clockOfBoth, coresOfBoth] = await measure(client, both());
printSide({
  figures: {
    "scan, forward": clock,
    "scan, forward, of one core": cores,
    "scan, backward": clockOfBoth - clock,
    "scan, backward, of one core": coresOfBoth - cores,
  },
  versions: await ourVersions(client),
});
