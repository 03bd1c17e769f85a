/**
 * @file A step of training of the 88M Griffin on the CPU plugin, and the linear scan's gradient: time, start, memory; with --reference beside
 * recurrentgemma's Flax code under jit with optax in the same run.
 *
 *     npx jiti bench/training/main.ts [--dtype f32|bf16] [--time 512] [--plugin NAME] [--reference PYTHON] [--turns 2] [--quick] [--write]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ratioText, type Target, targetColumns } from "../bars.js";
import { benchDtype } from "../griffin88m.js";
import { AGAINST_REFERENCE, turnsOf } from "../options.js";
import { type Row, showResults } from "../results.js";
import { inTurns, pythonSide, typescriptSide } from "../sides.js";

const { values } = parseArgs({
  options: {
    dtype: { type: "string", default: "f32" },
    time: { type: "string", default: "512" },
    ...AGAINST_REFERENCE,
  },
});
const { time, plugin, reference, quick, write } = values;
const dtype = benchDtype(values.dtype);
const turns = turnsOf(values);
const flags = ["--plugin", plugin, ...(quick ? ["--quick"] : [])];
const here = (name: string): URL => new URL(`./${name}`, import.meta.url);

const found = await inTurns(turns, {
  ours: () => typescriptSide(here("ours.ts"), ["--dtype", dtype, "--time", time, ...flags]),
  reference:
    reference === undefined
      ? undefined
      : () => pythonSide(reference, here("reference.py"), [dtype, time, quick ? "quick" : "whole"]),
  scan: () => typescriptSide(here("scan.ts"), flags),
});

interface Asked {
  readonly what: string;
  readonly figure: string;
  readonly unit: "s" | "MB";
  readonly target?: Target;
}

const fewer = (must: number, goal: number): Target => ({ must, goal, better: "more" });
const share = (must: number, goal: number): Target => ({ must, goal, better: "less" });
const ASKED: readonly Asked[] = [
  { what: "step", figure: "step", unit: "s", target: fewer(1.3, 2) },
  { what: "step, of one core", figure: "step, of one core", unit: "s" },
  { what: "start", figure: "start", unit: "s", target: fewer(5, 15) },
  { what: "start, of one core", figure: "start, of one core", unit: "s" },
  { what: "peak memory", figure: "peak memory", unit: "MB", target: share(0.6, 0.4) },
  { what: "temporaries", figure: "temporaries, bytes", unit: "MB" },
];

function rowOf({ what, figure, unit, target }: Asked): Row {
  const [ours, theirs] = [found.ours!.figures[figure]!, found.reference?.figures[figure]];
  const text = (value: number | undefined): string =>
    value === undefined ? "-" : unit === "s" ? (value / 1000).toFixed(2) : (value / 1e6).toFixed(0);
  const ratio = theirs === undefined ? undefined : target?.better === "less" ? ours / theirs : theirs / ours;
  return {
    [`${dtype}, 1 x ${time}`]: `${what}, ${unit}`,
    ours: text(ours),
    Flax: text(theirs),
    ratio: ratioText(ratio),
    ...targetColumns(ratio, target),
  };
}

function scanRow(suffix: string): Row {
  const { figures } = found.scan!;
  const [forward, backward] = [figures[`scan, forward${suffix}`]!, figures[`scan, backward${suffix}`]!];
  return {
    [`scan [1, 4096, 2560] f32${suffix}`]: "ms",
    forward: forward.toFixed(1),
    backward: backward.toFixed(1),
    ratio: ratioText(backward / forward),
    ...targetColumns(backward / forward, share(2.5, 2)),
  };
}

const folder = fileURLToPath(here(""));
const about = {
  settings: `${turns} turns${quick ? ", quick" : ""}`,
  versions: Object.assign({}, ...Object.values(found).map((side) => side?.versions)),
};
await showResults(folder, { section: "step", ...about, rows: ASKED.map(rowOf) }, write);
console.log();
await showResults(folder, { section: "scan", ...about, rows: [scanRow("")] }, write);
console.log();
await showResults(folder, { section: "scan-core", ...about, rows: [scanRow(", of one core")] }, write);
