/**
 * @file Our side of the families on one plugin: every form of every case, compiled as users compile it, its operands on the device. Prints
 * ms and versions as JSON, and leaves samples of all results in a folder.
 *
 *     npx jiti bench/families/ours.ts --plugin cpu --samples FOLDER [--only TEXT] [--precision NAME] [--quick]
 */
import { parseArgs } from "node:util";
import { type CompiledFunction, compile } from "../../src/engine/index.js";
import type { Precision } from "../../src/ir/precision.js";
import { type Client, DeviceBuffer } from "../../src/runtime-pjrt/index.js";
import { closeAll } from "../../src/serving/index.js";
import { openClient, ourVersions } from "../client.js";
import { printSide } from "../sides.js";
import { leastOf } from "../timed.js";
import { allCases } from "./cases.js";
import { type Case, type Direction, DIRECTIONS, type FormName } from "./forms.js";
import { numbersOf, operandsOf } from "./numbers.js";
import { figureName, writeSample } from "./samples.js";

/** What takes less than a millisecond is run this long, in ms. */
const LEAST_MS = 200;

const { values } = parseArgs({
  options: {
    plugin: { type: "string", default: "cpu" },
    samples: { type: "string" },
    only: { type: "string", default: "" },
    precision: { type: "string", default: "default" },
    quick: { type: "boolean", default: false },
  },
});

/** `compile` says so where there is none of this name. */
const precision = values.precision as Precision;

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

/** A form of a case that is compiled. */
interface Program {
  readonly of: Case;
  readonly direction: Direction;
  readonly form: FormName;
  readonly run: CompiledFunction<object, object>;
}

/** All forms of the cases. Plugins compile on threads of their own: several at once, and nothing is measured meanwhile. */
const compileAll = (client: Client, cases: readonly Case[]): Promise<readonly Program[]> =>
  Promise.all(
    cases.flatMap((of) =>
      DIRECTIONS.flatMap((direction) =>
        (Object.keys(of.forms) as FormName[]).map(
          async (form): Promise<Program> => ({
            ...{ of, direction, form },
            run: await compile(of.forms[form]!(direction), { client, lowering: { precision } }),
          }),
        ),
      ),
    ),
  );

/** The least ms of a form, by the clock and of all cores; its results are sampled once. */
async function measure(
  { of, direction, form, run }: Program,
  { cotangent, ...operands }: Buffers,
): Promise<readonly [clock: number, cores: number]> {
  const given = direction === "forward" ? operands : { ...operands, cotangent: cotangent! };
  for (const [result, { data }] of Object.entries(await run(given)))
    await writeSample(values.samples, { case: of.name, direction, form, result }, data as Float32Array);
  const once = async (): Promise<void> => {
    const results = Object.values(await run.onDevice(given));
    for (const { memory } of results) if (memory instanceof DeviceBuffer) await memory.ready;
    closeAll(results);
  };
  return await leastOf(values.quick ? 2 : 7, once, values.quick ? 0 : LEAST_MS);
}

await using client = await openClient(values.plugin);
const figures: Record<string, number> = {};
const cases = allCases(values.quick).filter(({ name }) => name.includes(values.only));
const programs = await compileAll(client, cases);
for (const of of cases) {
  const buffers = await upload(client, of);
  for (const program of programs.filter((each) => each.of === of)) {
    const [clock, cores] = await measure(program, buffers);
    const name = { case: of.name, direction: program.direction, form: program.form };
    figures[figureName(name, "clock")] = clock;
    figures[figureName(name, "cores")] = cores;
    await program.run.close();
  }
  closeAll(Object.values(buffers));
}
const { kind } = client.devices[0]!;
const device = client.platformName === "cpu" ? {} : { device: kind };
printSide({ figures, versions: { ...(await ourVersions(client)), ...device } });
