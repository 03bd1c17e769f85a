/**
 * @file The golden tier: `npm run test:golden -- [--plugin NAME] [--way TEXT] [--jobs N] [FOLDER...]` holds every way of lowering against
 * every golden case of golden/ and of the folders named: in f32, and in bf16 where the case bounds it; cases of training too. What the
 * device's target chooses is compiled as for users, and on other devices than a CPU everything is. On a CPU the other ways, which ask
 * whether our programs mean what they should, are compiled without LLVM's optimisations: more than half of the tier's time went there.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { models } from "../../models/index.js";
import {
  checkFineTuningCase,
  checkGoldenCase,
  checkTrainingCase,
  type GoldenOptions,
} from "../../src/engine/index.js";
import {
  formatReport,
  formatTrainingReport,
  isFineTuningCase,
  openCase,
  openFineTuningCase,
  openTrainingCase,
  type TrainingReport,
} from "../../src/golden/index.js";
import { type Client, CompileCache, findPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { type Way, ways } from "./ways.js";

const OURS = fileURLToPath(new URL("../../golden", import.meta.url));

/** A case, and how it is checked. */
interface Case {
  readonly name: string;
  readonly boundsBf16: boolean;
  /** The lines of a report that did not pass. */
  complaints(client: Client, options: GoldenOptions): Promise<readonly string[]>;
}

async function inferenceCase(folder: string): Promise<Case> {
  const golden = await openCase(folder, models);
  return {
    name: golden.name,
    boundsBf16: golden.toleranceBf16 !== undefined,
    complaints: async (client, options) => {
      const report = await checkGoldenCase(client, golden, options);
      return report.passed ? [] : formatReport(report);
    },
  };
}

async function trainingCase(folder: string): Promise<Case> {
  if (!isFineTuningCase(folder)) {
    const golden = await openTrainingCase(folder, models);
    const check: Check = (client, options) => checkTrainingCase(client, golden, options);
    return { name: golden.name, boundsBf16: false, complaints: complaintsOfTraining(check) };
  }
  const golden = await openFineTuningCase(folder, models);
  const check: Check = (client, options) => checkFineTuningCase(client, golden, options);
  const boundsBf16 = golden.tolerance.lossesBf16 !== undefined;
  return { name: golden.name, boundsBf16, complaints: complaintsOfTraining(check) };
}

type Check = (client: Client, options: GoldenOptions) => Promise<TrainingReport>;

const complaintsOfTraining =
  (check: Check): Case["complaints"] =>
  async (client, options) => {
    const report = await check(client, options);
    return report.passed ? [] : formatTrainingReport(report);
  };

/** How a case is opened, by the file that holds its numbers. */
const openers: Readonly<Record<string, (folder: string) => Promise<Case>>> = {
  "golden.safetensors": inferenceCase,
  "train.safetensors": trainingCase,
};

/** Cases of folders of cases; one that lies in two folders once. */
async function casesIn(folders: readonly string[]): Promise<readonly Case[]> {
  const cases = new Map<string, Case>();
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true })) {
      const open = Object.entries(openers).find(([name]) => basename(entry) === name)?.[1];
      if (open === undefined) continue;
      const path = join(folder, entry);
      const hash = createHash("sha256")
        .update(await readFile(path))
        .update(await readFile(path.replace(/safetensors$/, "json")))
        .digest("hex");
      if (!cases.has(hash)) cases.set(hash, await open(join(path, "..")));
    }
  }
  return [...cases.values()];
}

interface Planned {
  readonly one: Case;
  readonly way: Way;
  readonly dtype: GoldenOptions["dtype"];
}

function checksOf(cases: readonly Case[], chosen: readonly Way[]): Planned[] {
  return chosen.flatMap((way) =>
    cases.flatMap((one): Planned[] => [
      { one, way, dtype: "f32" },
      ...(one.boundsBf16 ? [{ one, way, dtype: "bf16" } as const] : []),
    ]),
  );
}

interface Device {
  readonly client: Client;
  /** What one way of lowering shares with others is compiled once. */
  readonly cache: CompileCache;
  /** For ways that the device's target does not choose. */
  readonly otherWays: CompileCache;
}

/** LLVM does not optimise, and makes one module: each has a cost of its own. */
const QUICK = { xla_backend_optimization_level: 0, xla_cpu_parallel_codegen_split_count: 1 };

/** Compiles and keeps programs without LLVM's optimisations. */
class Unoptimised extends CompileCache {
  override compile(...[client, request, wait]: Parameters<CompileCache["compile"]>) {
    const flags = { ...request.options?.flags, ...QUICK };
    return super.compile(client, { ...request, options: { ...request.options, flags } }, wait);
  }
}

/** Lines that tell what is wrong; none when every number is the reference's. */
async function complaintsOf(
  { client, cache, otherWays }: Device,
  { one, way: [, lowering], dtype }: Planned,
): Promise<readonly string[]> {
  const isChosen = Object.keys(lowering).length === 0;
  const options = { ...lowering, dtype, cache: isChosen ? cache : otherWays };
  try {
    return await one.complaints(client, options);
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

/** Takes checks from the front until none is left; tells of each. The number that failed. */
async function work(device: Device, checks: Planned[]): Promise<number> {
  let failed = 0;
  for (let check = checks.shift(); check !== undefined; check = checks.shift()) {
    const start = performance.now();
    const complaints = await complaintsOf(device, check);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const verdict = complaints.length === 0 ? "passed" : "FAILED";
    console.log(`${verdict} ${check.way[0]}: ${check.one.name} in ${check.dtype} (${seconds} s)`);
    for (const line of complaints) console.log(line.replaceAll(/^/gm, "  "));
    if (complaints.length > 0) failed++;
  }
  return failed;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    plugin: { type: "string", default: "cpu" },
    way: { type: "string", default: "" },
    jobs: { type: "string", default: "2" },
  },
});
const jobs = Number(values.jobs);
if (!Number.isSafeInteger(jobs) || jobs < 1)
  throw new Error(`--jobs: expected a whole number, 1 or more, got ${values.jobs}`);
const cases = await casesIn([OURS, ...positionals]);
const chosen = ways.filter(([name]) => name.includes(values.way));
const checks = checksOf(cases, chosen);
const { path } = await findPlugin(values.plugin, { install: true });
const folder = await mkdtemp(join(tmpdir(), "griffin-golden-"));
const client = await (await Plugin.load(path)).createClient({ keepFreedMemory: true });
try {
  console.log(
    `${client.platformName}: ${chosen.length} ways of lowering on ${cases.length} cases: ${checks.length} checks`,
  );
  const count = checks.length;
  const cache = new CompileCache({ folder });
  const otherWays = client.platformName === "cpu" ? new Unoptimised({ folder }) : cache;
  const device = { client, cache, otherWays };
  // A program is compiled off this thread: two at once keep two cores busy.
  const working = Array.from({ length: jobs }, () => work(device, checks));
  const failed = (await Promise.all(working)).reduce((sum, each) => sum + each, 0);
  console.log(`${count - failed} passed, ${failed} failed`);
  if (failed > 0 || count === 0) process.exitCode = 1;
} finally {
  await client.close();
  await rm(folder, { recursive: true });
}
