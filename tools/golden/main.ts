/**
 * @file The golden tier: `npm run test:golden -- [--plugin NAME] [--way TEXT] [--case TEXT] [--jobs N] [FOLDER...]` holds every way of lowering against
 * every golden case of golden/ and of the folders named: in f32, and in bf16 where the case bounds it; cases of training too. A way that
 * makes the programs of an earlier one of a case is not run again: its verdict is that one's. What the device's target chooses is compiled as for users, and on other devices than a CPU everything is. On a CPU the other ways, which ask
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
  fineTuningCasePrograms,
  goldenPrograms,
  type GoldenOptions,
  type LoweredProgram,
  trainingCasePrograms,
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
import { fingerprint } from "./fingerprint.js";
import { type Way, ways } from "./ways.js";

const OURS = fileURLToPath(new URL("../../golden", import.meta.url));

/** A case, and how it is checked. */
interface Case {
  readonly name: string;
  readonly boundsBf16: boolean;
  /** Every program that a check runs. */
  programs(client: Client, options: GoldenOptions): readonly LoweredProgram[];
  /** The lines of a report that did not pass. */
  complaints(client: Client, options: GoldenOptions): Promise<readonly string[]>;
}

async function inferenceCase(folder: string): Promise<Case> {
  const golden = await openCase(folder, models);
  return {
    name: golden.name,
    boundsBf16: golden.toleranceBf16 !== undefined,
    programs: (client, options) => goldenPrograms(client, golden, options),
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
    return {
      name: golden.name,
      boundsBf16: false,
      programs: (client, options) => trainingCasePrograms(client, golden, options),
      complaints: complaintsOfTraining(check),
    };
  }
  const golden = await openFineTuningCase(folder, models);
  const check: Check = (client, options) => checkFineTuningCase(client, golden, options);
  return {
    name: golden.name,
    boundsBf16: golden.tolerance.lossesBf16 !== undefined,
    programs: (client, options) => fineTuningCasePrograms(client, golden, options),
    complaints: complaintsOfTraining(check),
  };
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

type Complaints = readonly string[];

/** A check that was run first with its programs. */
interface Run {
  readonly way: string;
  readonly complaints: Promise<Complaints>;
}

/** The run of a check's programs, and whether it is this check's own. @throws what lowering throws */
function runOf(
  { client, cache, otherWays }: Device,
  { one, way: [way, lowering], dtype }: Planned,
  runs: Map<string, Run>,
): { readonly run: Run; readonly isOwn: boolean } {
  const isChosen = Object.keys(lowering).length === 0;
  const options = { ...lowering, dtype, cache: isChosen ? cache : otherWays };
  const key = fingerprint(one.programs(client, options), `${one.name} ${dtype} ${options.chunk}`);
  const known = runs.get(key);
  if (known !== undefined) return { run: known, isOwn: false };
  const run = { way, complaints: one.complaints(client, options).catch(complaintsOf) };
  runs.set(key, run);
  return { run, isOwn: true };
}

const complaintsOf = (error: unknown): Complaints => [
  error instanceof Error ? (error.stack ?? error.message) : String(error),
];

/** Takes checks from the front until none is left; tells of each. Those that failed, when all are told. */
async function work(device: Device, checks: Planned[], runs: Map<string, Run>): Promise<number> {
  const failures: Promise<number>[] = [];
  for (let check = checks.shift(); check !== undefined; check = checks.shift()) {
    const start = performance.now();
    const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
    const name = `${check.way[0]}: ${check.one.name} in ${check.dtype}`;
    try {
      const { run, isOwn } = runOf(device, check, runs);
      const lowered = seconds();
      const told = run.complaints.then((complaints) =>
        tell(`${name} (${isOwn ? seconds() : `${lowered}, the same programs as "${run.way}"`})`, complaints),
      );
      failures.push(told);
      // Another worker may be running the programs: there is other work meanwhile.
      if (isOwn) await told;
    } catch (error) {
      failures.push(Promise.resolve(tell(`${name} (${seconds()})`, complaintsOf(error))));
    }
  }
  return (await Promise.all(failures)).reduce((sum, each) => sum + each, 0);
}

/** Prints a verdict; how many failed: one or none. */
function tell(what: string, complaints: Complaints): number {
  console.log(`${complaints.length === 0 ? "passed" : "FAILED"} ${what}`);
  for (const line of complaints) console.log(line.replaceAll(/^/gm, "  "));
  return complaints.length === 0 ? 0 : 1;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    plugin: { type: "string", default: "cpu" },
    way: { type: "string", default: "" },
    case: { type: "string", default: "" },
    jobs: { type: "string", default: "2" },
  },
});
const jobs = Number(values.jobs);
if (!Number.isSafeInteger(jobs) || jobs < 1)
  throw new Error(`--jobs: expected a whole number, 1 or more, got ${values.jobs}`);
const found = await casesIn([OURS, ...positionals]);
const cases = found.filter(({ name }) => name.includes(values.case));
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
  const runs = new Map<string, Run>();
  // A program is compiled off this thread: two at once keep two cores busy.
  const working = Array.from({ length: jobs }, () => work(device, checks, runs));
  const failed = (await Promise.all(working)).reduce((sum, each) => sum + each, 0);
  console.log(`programs of ${runs.size} checks were run, those of the others are the same`);
  console.log(`${count - failed} passed, ${failed} failed`);
  if (failed > 0 || count === 0) process.exitCode = 1;
} finally {
  await client.close();
  await rm(folder, { recursive: true });
}
