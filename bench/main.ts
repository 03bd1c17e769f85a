/**
 * @file Lists the benchmarks, or runs some of them, one after the other:
 *
 *     npm run bench
 *     npm run bench -- all|NAME... [--quick] [--write] [--reference PYTHON] [--torch PYTHON]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { suggestion } from "../src/support/suggest.js";
import { formatTable } from "../src/support/table.js";
import { BENCHMARKS } from "./catalogue.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean" },
    write: { type: "boolean" },
    reference: { type: "string" },
    torch: { type: "string" },
  },
});

/** The options given that a benchmark knows, under its own names. */
function argumentsFor(name: string): readonly string[] {
  const { takes } = BENCHMARKS[name]!;
  return Object.entries(values).flatMap(([option, value]) => {
    const theirs = takes[option as keyof typeof takes];
    if (theirs === undefined) return [];
    return value === true ? [theirs] : [theirs, String(value)];
  });
}

function list(): void {
  const rows = Object.entries(BENCHMARKS).map(([name, { what }]) => [name, what.replaceAll("`", "")]);
  console.log(formatTable(["benchmark", "what it measures"], rows).join("\n"));
  console.log(
    "\nnpm run bench -- all|NAME... [--quick] [--write] [--reference PYTHON] [--torch PYTHON]; see bench/README.md",
  );
}

async function run(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const args = argumentsFor(name);
    console.log(`\n== ${[name, ...args].join(" ")}`);
    const script = fileURLToPath(new URL(`./${name}/main.ts`, import.meta.url));
    const { failed } = await execa("jiti", [script, ...args], {
      ...{ preferLocal: true, stdio: "inherit", reject: false },
      localDir: fileURLToPath(new URL("..", import.meta.url)),
    });
    if (failed) process.exitCode = 1;
  }
}

const known = Object.keys(BENCHMARKS);
const unknown = positionals.find((name) => name !== "all" && !known.includes(name));
if (unknown !== undefined) {
  console.error(`usage error: there is no benchmark "${unknown}"\n  hint:     ${suggestion(unknown, known)}`);
  process.exitCode = 2;
} else if (positionals.length === 0) {
  list();
} else {
  await run(positionals.includes("all") ? known : positionals);
}
