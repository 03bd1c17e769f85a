/**
 * @file Time and size of what is compiled: from the DSL to StableHLO text for RecurrentGemma 2B, each program for each target; and the
 * plugin's compile of the 88M Griffin's programs. With --reference beside recurrentgemma's Flax code in the same run.
 *
 *     npx jiti bench/compile/main.ts [--time 1024] [--plugin NAME] [--reference PYTHON] [--turns 2] [--quick] [--write]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { targets } from "../../src/targets/index.js";
import { AGAINST_REFERENCE, turnsOf } from "../options.js";
import { showResults } from "../results.js";
import { inTurns, pythonSide, type Side, typescriptSide } from "../sides.js";
import { compileTable, loweringTable } from "./tables.js";

const { values } = parseArgs({
  options: {
    time: { type: "string", default: "1024" },
    ...AGAINST_REFERENCE,
  },
});
const { time, plugin, reference, quick, write } = values;
const turns = turnsOf(values);
const targetNames = targets.map(({ name }) => name);
const here = (name: string): URL => new URL(`./${name}`, import.meta.url);
const folder = fileURLToPath(here(""));
const programs = quick ? ["prefill", "decode"] : ["prefill", "extend", "decode", "score"];
const dtypes = ["f32", "bf16"] as const;

const python = (...args: readonly string[]) =>
  reference === undefined ? undefined : () => pythonSide(reference, here("reference.py"), args);
const sides: Record<string, (() => Promise<Side>) | undefined> = { "lower Flax": python("lower") };
for (const program of programs) {
  for (const target of targetNames) {
    const args = ["--program", program, "--target", target, ...(quick ? ["--quick"] : [])];
    sides[`lower ${program} ${target}`] = () => typescriptSide(here("lower.ts"), args);
  }
}
for (const dtype of dtypes) {
  const args = ["--dtype", dtype, "--time", time, "--plugin", plugin];
  sides[`ours ${dtype}`] = () => typescriptSide(here("ours.ts"), args);
  sides[`Flax ${dtype}`] = python("compile", dtype, time);
}
const found = await inTurns(turns, sides);
const versions = Object.assign({}, ...Object.values(found).map((side) => side?.versions));
const about = { versions, settings: `${turns} turns${quick ? ", quick" : ""}` };
const lowering = loweringTable(found, programs, targetNames);
await showResults(folder, { section: "lowering", ...about, ...lowering }, write);
console.log();
await showResults(folder, { section: "compile", ...about, ...compileTable(found, dtypes) }, write);
