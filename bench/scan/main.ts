/**
 * @file The linear scan alone, x and a [1, time, channels] f32 on the CPU plugin, by every strategy, against one elementwise
 * pass over the same arrays; with --reference also Flax's linear scan and lax.associative_scan in the same run.
 *
 *     npx jiti bench/scan/main.ts [--time 4096] [--channels 2560] [--plugin NAME] [--reference PYTHON]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { axis, input, linearScan, type Program, program } from "../../src/dsl/index.js";
import { CompiledProgram, type LoweringOptions, lowerProgram } from "../../src/engine/index.js";
import { type Client, findPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { printTable, python, time, type Timing } from "../timing.js";

const { values } = parseArgs({
  options: {
    time: { type: "string", default: "4096" },
    channels: { type: "string", default: "2560" },
    plugin: { type: "string", default: "cpu" },
    reference: { type: "string" },
  },
});
const axes = [
  axis("batch", 1),
  axis("time", Number(values.time)),
  axis("lru", Number(values.channels)),
] as const;
const [batch, , channels] = axes;

const scan = (): Program =>
  program({ name: "scan" }, () => {
    const x = input("x", axes, "f32");
    const a = input("a", axes, "f32");
    return linearScan({ x, a, h0: input("h0", [batch, channels], "f32") });
  });
const elementwise = (): Program =>
  program({ name: "elementwise" }, () => {
    const x = input("x", axes, "f32");
    return { y: x.mul(input("a", axes, "f32")).add(x) };
  });

async function measure(client: Client, traced: Program, options: LoweringOptions): Promise<Timing> {
  using compiled = await CompiledProgram.compile(client, lowerProgram(traced, options));
  const inputs = new Map();
  for (const { name, type } of compiled.lowered.arguments) {
    const count = type.shape.reduce((product, size) => product * size, 1);
    const data = new Float32Array(count).fill(name === "a" ? 0.9 : 0.1);
    inputs.set(name, await client.toDevice({ elementType: "f32", dimensions: type.shape, data }));
  }
  return await time(9, async () => {
    const { outputs } = await compiled.run({ inputs });
    for (const buffer of outputs.values()) {
      await buffer.ready;
      buffer.close();
    }
  });
}

const { path } = await findPlugin(values.plugin, { install: true });
const plugin = await Plugin.load(path);
await using client = await plugin.createClient();
const bound = await measure(client, elementwise(), {});
const strategies: readonly (readonly [string, LoweringOptions])[] = [
  ...[1, 2, 4, 8].map(
    (scanUnroll) => [`sequential, ${scanUnroll} a turn`, { scan: "sequential", scanUnroll }] as const,
  ),
  ["associative", { scan: "associative" }],
  ...[64, 256].map((scanBlock) => [`blocked by ${scanBlock}`, { scan: "blocked", scanBlock }] as const),
];
const rows: (readonly [string, number])[] = [["one elementwise pass", bound.min]];
for (const [name, options] of strategies) rows.push([name, (await measure(client, scan(), options)).min]);
if (values.reference !== undefined) {
  const script = fileURLToPath(new URL("./reference.py", import.meta.url));
  const reference = await python<Record<string, number>>(values.reference, script, [
    values.time,
    values.channels,
  ]);
  rows.push(...Object.entries(reference));
}
printTable(
  rows.map(([form, ms]) => ({ form, ms: ms.toFixed(1), "times the bound": (ms / bound.min).toFixed(2) })),
);
