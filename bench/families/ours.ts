/**
 * @file Our side of the families on one plugin: every form of every case, compiled as users compile it, its operands on the device. Prints
 * ms and versions as JSON, and leaves samples of all results in a folder.
 *
 *     npx jiti bench/families/ours.ts --plugin cpu --samples FOLDER [--only TEXT] [--quick]
 */
import { parseArgs } from "node:util";
import { compile } from "../../src/engine/index.js";
import { type Client, DeviceBuffer } from "../../src/runtime-pjrt/index.js";
import { closeAll } from "../../src/serving/index.js";
import { openClient, ourVersions } from "../client.js";
import { printSide } from "../sides.js";
import { leastOf } from "../timed.js";
import { allCases } from "./cases.js";
import { type Case, type Direction, DIRECTIONS, type FormName } from "./forms.js";
import { numbersOf, operandsOf } from "./numbers.js";
import { figureName, writeSample } from "./samples.js";

const { values } = parseArgs({
  options: {
    plugin: { type: "string", default: "cpu" },
    samples: { type: "string" },
    only: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
  },
});

type Buffers = Readonly<Record<string, DeviceBuffer>>;

async function upload(client: Client, of: Case): Promise<Buffers> {
  const buffers: Record<string, DeviceBuffer> = {};
  for (const operand of operandsOf(of)) {
    const { name, shape, dtype } = operand;
    const data = numbersOf(operand);
    buffers[name] = await client.toDevice({ elementType: dtype, dimensions: shape, data });
  }
  return buffers;
}

/** The least ms of a form, by the clock and of all cores; its results are sampled once. */
async function measure(
  client: Client,
  of: Case,
  form: FormName,
  direction: Direction,
  { cotangent, ...operands }: Buffers,
): Promise<readonly [clock: number, cores: number]> {
  await using run = await compile(of.forms[form]!(direction), { client });
  const given = direction === "forward" ? operands : { ...operands, cotangent: cotangent! };
  for (const [result, { data }] of Object.entries(await run(given)))
    await writeSample(values.samples, { case: of.name, direction, form, result }, data as Float32Array);
  return await leastOf(values.quick ? 2 : 7, async () => {
    const results = Object.values(await run.onDevice(given));
    for (const { memory } of results) if (memory instanceof DeviceBuffer) await memory.ready;
    closeAll(results);
  });
}

await using client = await openClient(values.plugin);
const figures: Record<string, number> = {};
for (const of of allCases(values.quick).filter(({ name }) => name.includes(values.only))) {
  const buffers = await upload(client, of);
  for (const direction of DIRECTIONS) {
    for (const form of Object.keys(of.forms) as FormName[]) {
      const [clock, cores] = await measure(client, of, form, direction, buffers);
      const name = { case: of.name, direction, form };
      figures[figureName(name, "clock")] = clock;
      figures[figureName(name, "cores")] = cores;
    }
  }
  closeAll(Object.values(buffers));
}
printSide({ figures, versions: await ourVersions(client) });
