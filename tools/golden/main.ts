/**
 * @file The golden tier: `npm run test:golden -- [--plugin NAME] [--way TEXT] [--case TEXT] [--jobs N] [FOLDER...]` holds every way of lowering against
 * every golden case of golden/ and of the folders named: in f32, and in bf16 where the case bounds it; cases of training too. A way that
 * makes the programs of an earlier one of a case is not run again: its verdict is that one's. What the device's target chooses is compiled as
 * for users, and on other devices than a CPU everything is. On a CPU the other ways, which ask whether our programs mean what they should, are
 * run in a second process, whose compiler does not optimise: most of the tier's time would go there.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { GoldenOptions } from "../../src/engine/index.js";
import { findPlugin } from "../../src/runtime-pjrt/index.js";
import { QUICK_COMPILE } from "../support/xla-flags.js";
import { type Case, casesIn } from "./cases.js";
import { CheckingProcess } from "./checking-process.js";
import type { Complaints } from "./messages.js";
import { isChosen, type Way, ways } from "./ways.js";

const OURS = fileURLToPath(new URL("../../golden", import.meta.url));

interface Planned {
  readonly numbers: string;
  readonly one: Case;
  readonly way: Way;
  readonly dtype: GoldenOptions["dtype"];
}

/**
 * Case by case, in each dtype: what ways share is at hand.
 */
function groupsOf(cases: ReadonlyMap<string, Case>, chosen: readonly Way[]): readonly (readonly Planned[])[] {
  return [...cases].flatMap(([numbers, one]) => {
    const dtypes = one.boundsBf16 ? (["f32", "bf16"] as const) : (["f32"] as const);
    return dtypes.map((dtype) => chosen.map((way): Planned => ({ numbers, one, way, dtype })));
  });
}

/** The processes that check. */
interface Processes {
  /** Compiles as for users. */
  readonly usual: CheckingProcess;
  /** For ways that the device's target does not choose. */
  readonly others: CheckingProcess;
}

/** A check that is run, or was, with its programs. */
interface Run {
  readonly way: string;
  readonly complaints: Promise<Complaints | undefined>;
}

/** A check that a process has. */
interface Judged {
  /** When its programs are known, or it failed before. */
  readonly known: Promise<unknown>;
  /** How many failed: one or none. */
  readonly failed: Promise<number>;
}

const NOT_RUN: Complaints = ["it was not run"];

/** Has a check lowered, and run unless another of the same programs is; tells of it when its verdict is there. */
function judge({ usual, others }: Processes, runs: Map<string, Run>, planned: Planned): Judged {
  const { numbers, one, way, dtype } = planned;
  const [name] = way;
  const what = `${name}: ${one.name} in ${dtype}`;
  const process = isChosen(way) ? usual : others;
  let same: Run | undefined;
  let complaints: Promise<Complaints | undefined>;
  const lowered = new Promise<void>((resolve) => {
    complaints = process.check({ numbers, way: name, dtype }, (fingerprint) => {
      resolve();
      same = runs.get(fingerprint);
      if (same !== undefined) return false;
      runs.set(fingerprint, { way: name, complaints });
      return true;
    });
  });
  const told = async (): Promise<number> => {
    const own = await complaints;
    if (same === undefined) return tell(what, own ?? NOT_RUN);
    return tell(`${what} (the same programs as "${same.way}")`, (await same.complaints) ?? NOT_RUN);
  };
  return { known: Promise.race([lowered, complaints!]), failed: told() };
}

/**
 * Judges the ways of a case in a dtype; how many failed. What the device's target chooses comes first: it is compiled as for users, whatever other
 * ways make the same programs.
 */
async function judgeAll(
  processes: Processes,
  runs: Map<string, Run>,
  group: readonly Planned[],
): Promise<number> {
  const first = group.filter(({ way }) => isChosen(way)).map((check) => judge(processes, runs, check));
  await Promise.all(first.map(({ known }) => known));
  const rest = group.filter(({ way }) => !isChosen(way)).map((check) => judge(processes, runs, check));
  return sum(await Promise.all([...first, ...rest].map(({ failed }) => failed)));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

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
const cases = new Map([...found].filter(([, { name }]) => name.includes(values.case)));
const chosen = ways.filter(([name]) => name.includes(values.way));
const groups = groupsOf(cases, chosen);
const count = sum(groups.map(({ length }) => length));
const { path: plugin } = await findPlugin(values.plugin, { install: true });
const folder = await mkdtemp(join(tmpdir(), "griffin-golden-"));
try {
  const place = { plugin, cache: folder };
  await using usual = new CheckingProcess(place, {}, jobs);
  const platform = await usual.platform();
  const quick = { XLA_FLAGS: process.env.XLA_FLAGS ?? QUICK_COMPILE };
  await using apart = platform === "cpu" ? new CheckingProcess(place, quick, jobs) : undefined;
  const others = apart ?? usual;
  console.log(`${platform}: ${chosen.length} ways of lowering on ${cases.size} cases: ${count} checks`);
  const runs = new Map<string, Run>();
  const failed = sum(await Promise.all(groups.map((group) => judgeAll({ usual, others }, runs, group))));
  console.log(`programs of ${runs.size} checks were run, those of the others are the same`);
  console.log(`${count - failed} passed, ${failed} failed`);
  if (failed > 0 || count === 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
