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
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { GoldenOptions } from "../../src/engine/index.js";
import { findPlugin } from "../../src/runtime-pjrt/index.js";
import { QUICK_COMPILE } from "../support/xla-flags.js";
import { type Case, casesIn } from "./cases.js";
import { CheckingProcess } from "./checking-process.js";
import { fingerprint } from "./fingerprint.js";
import { complaintsOf, type Complaints } from "./messages.js";
import { isChosen, type Way, ways } from "./ways.js";

const OURS = fileURLToPath(new URL("../../golden", import.meta.url));

interface Planned {
  readonly numbers: string;
  readonly one: Case;
  readonly way: Way;
  readonly dtype: GoldenOptions["dtype"];
}

/** Case by case: what ways share of a case is at hand, and both processes have work from the beginning to the end. */
function checksOf(cases: ReadonlyMap<string, Case>, chosen: readonly Way[]): readonly Planned[] {
  return [...cases].flatMap(([numbers, one]) =>
    chosen.flatMap((way): Planned[] => [
      { numbers, one, way, dtype: "f32" },
      ...(one.boundsBf16 ? [{ numbers, one, way, dtype: "bf16" } as const] : []),
    ]),
  );
}

/** The processes that check. */
interface Processes {
  /** Compiles as for users. */
  readonly usual: CheckingProcess;
  /** For ways that the device's target does not choose. */
  readonly others: CheckingProcess;
  readonly platform: string;
}

/** A check that is run, or was, with its programs. */
interface Run {
  readonly way: string;
  readonly complaints: Promise<Complaints>;
}

/** Lowers a check and has it run, unless its programs are; tells of it when its verdict is there. How many failed: one or none. */
async function judge({ usual, others, platform }: Processes, runs: Map<string, Run>, check: Planned) {
  const { numbers, one, way, dtype } = check;
  const [name, lowering] = way;
  const what = `${name}: ${one.name} in ${dtype}`;
  try {
    const options = { ...lowering, dtype };
    const key = fingerprint(one.programs(platform, options), `${one.name} ${dtype} ${options.chunk}`);
    const known = runs.get(key);
    if (known !== undefined)
      return tell(`${what} (the same programs as "${known.way}")`, await known.complaints);
    const complaints = (isChosen(way) ? usual : others).check({ numbers, way: name, dtype });
    runs.set(key, { way: name, complaints });
    return tell(what, await complaints);
  } catch (error) {
    return tell(what, complaintsOf(error));
  }
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
const cases = new Map([...found].filter(([, { name }]) => name.includes(values.case)));
const chosen = ways.filter(([name]) => name.includes(values.way));
const checks = checksOf(cases, chosen);
const { path: plugin } = await findPlugin(values.plugin, { install: true });
const folder = await mkdtemp(join(tmpdir(), "griffin-golden-"));
try {
  const place = { plugin, cache: folder };
  await using usual = new CheckingProcess(place, {}, jobs);
  const platform = await usual.platform();
  const quick = { XLA_FLAGS: process.env.XLA_FLAGS ?? QUICK_COMPILE };
  await using apart = platform === "cpu" ? new CheckingProcess(place, quick, jobs) : undefined;
  const others = apart ?? usual;
  console.log(
    `${platform}: ${chosen.length} ways of lowering on ${cases.size} cases: ${checks.length} checks`,
  );
  const runs = new Map<string, Run>();
  const verdicts: Promise<number>[] = [];
  for (const check of checks) {
    verdicts.push(judge({ usual, others, platform }, runs, check));
    // Lowering takes this thread for a while: what the processes say is heard between.
    await setImmediate();
  }
  const failed = (await Promise.all(verdicts)).reduce((sum, each) => sum + each, 0);
  console.log(`programs of ${runs.size} checks were run, those of the others are the same`);
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  if (failed > 0 || checks.length === 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
