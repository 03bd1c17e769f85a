/**
 * @file The conformance tier over a folder of StableHLO programs (a checkout of the public suite, or a part of it laid out alike):
 *
 *     npm run test:conformance -- FOLDER [--write CONFORMANCE.md]
 *
 * text: parse and print; verify: accept what is valid, reject the rest for the stated reason; execute: through the CPU plugin,
 * from our text and from our bytecode; interpret: by our interpreter; artifacts: bytecode written and read. A part whose folder is
 * missing is left out. Ends with `N passed, N failed`.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fetchPlugins } from "../support/plugins.js";
import { bytecodeConformance } from "./bytecode.js";
import { executeConformance } from "./execute.js";
import { interpreterDiffers, pluginDiffers } from "./known.js";
import { conformanceReport } from "./report.js";
import type { Score } from "./score.js";
import { textConformance } from "./text.js";
import { verifyConformance } from "./verify.js";

/** One way to look at the programs of one folder. */
interface Part {
  readonly name: string;
  readonly folder: string;
  /** The work is done by processes of their own. */
  readonly inProcesses?: boolean;
  run(folder: string): Score | Promise<Score>;
}

const text = (folder: string): Part => ({
  name: "text",
  folder,
  run(path) {
    const { passed, rejected, failures } = textConformance(path);
    return {
      passed: passed + rejected,
      failures: failures.map(({ program, reason }) => `${program}: ${reason}`),
      notApplicable: 0,
    };
  },
});

const verify = (folder: string): Part => ({
  name: "verify",
  folder,
  run(path) {
    const { positives, negatives, failures } = verifyConformance(path);
    return { passed: positives.passed + negatives.passed, failures, notApplicable: 0 };
  },
});

const artifacts = (folder: string): Part => ({ name: "artifacts", folder, run: bytecodeConformance });

/** What no plugin can do: programs of several processes, quantised arithmetic. */
const needsMore = /no plugin (?:runs|compiles)|the program checks nothing|can't be translated to XLA HLO/;

const execute = (by: "text" | "portable", folder: string): Part => ({
  name: by === "text" ? "execute text" : "execute bytecode",
  folder,
  inProcesses: true,
  run: (path) => executeConformance(path, { by, known: pluginDiffers, notApplicable: needsMore }),
});

const interpret = (folder: string): Part => ({
  name: "interpret",
  folder,
  inProcesses: true,
  run: (path) =>
    executeConformance(path, {
      by: "interpreter",
      known: interpreterDiffers,
      notApplicable: /is not interpreted \(needs the test harness/,
    }),
});

const parts: readonly Part[] = [
  ...["testdata", "testdata-dynamic", "testdata-quantized", "interpret", "vhlo"].map(text),
  ...["verify", "testdata", "testdata-dynamic", "testdata-quantized", "interpret", "vhlo"].map(verify),
  ...["vhlo", "testdata", "testdata-dynamic", "testdata-quantized", "interpret"].map(artifacts),
  interpret("interpret"),
  interpret("testdata"),
  execute("text", "interpret"),
  execute("text", "testdata"),
  execute("portable", "testdata"),
];

const { values, positionals } = parseArgs({ options: { write: { type: "string" } }, allowPositionals: true });
const root = positionals[0] ?? "../shared/conformance";
// Not within the limit of a batch.
await fetchPlugins(["cpu"]);
let [passed, failed] = [0, 0];

/** Runs a part and tells what it found; its row of the report. */
async function rowOf({ name, folder, run }: Part): Promise<string> {
  const start = performance.now();
  const score = await run(join(root, folder));
  for (const failure of score.failures) console.log(`FAILED ${name} ${folder}: ${failure.split("\n")[0]}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const apart = score.notApplicable === 0 ? "" : `, ${score.notApplicable} not applicable`;
  console.log(
    `${name} ${folder}: ${score.passed} passed, ${score.failures.length} failed${apart} (${seconds} s)`,
  );
  passed += score.passed;
  failed += score.failures.length;
  return `| ${name} | ${folder} | ${score.passed} | ${score.failures.length} | ${score.notApplicable} |`;
}

async function rowsOf(some: readonly Part[]): Promise<readonly string[]> {
  const rows: string[] = [];
  for (const part of some) rows.push(await rowOf(part));
  return rows;
}

const present = parts.filter(({ folder }) => existsSync(join(root, folder)));
// What other processes do goes on beside what this one does.
const executed = rowsOf(present.filter(({ inProcesses }) => inProcesses));
const looked = await rowsOf(present.filter(({ inProcesses }) => !inProcesses));
const rows = [...looked, ...(await executed)];
if (values.write !== undefined) writeFileSync(values.write, conformanceReport(rows));
if (passed + failed === 0) {
  console.error(`no StableHLO programs in ${root}`);
  process.exitCode = 2;
} else if (failed > 0) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed`);
