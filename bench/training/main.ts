/**
 * @file A step of training of the 88M Griffin on the CPU plugin, and the linear scan's gradient: time, start, memory, flops; with --reference
 * beside recurrentgemma's Flax code under jit with optax in the same run, with --torch beside PyTorch.
 *
 *     npx jiti bench/training/main.ts [--dtype f32|bf16] [--time 512] [--plugin NAME] [--reference PYTHON] [--torch PYTHON]
 *                                     [--turns 2] [--quick] [--write]
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
    torch: { type: "string" },
    ...AGAINST_REFERENCE,
  },
});
const { time, plugin, reference, torch, quick, write } = values;
const dtype = benchDtype(values.dtype);
const turns = turnsOf(values);
const flags = ["--plugin", plugin, ...(quick ? ["--quick"] : [])];
const here = (name: string): URL => new URL(`./${name}`, import.meta.url);

const length = quick ? "quick" : "whole";
const peer = (library: string) =>
  torch === undefined ? undefined : () => pythonSide(torch, here("peers.py"), [library, dtype, time, length]);

const ours = (keep: string) =>
  typescriptSide(here("ours.ts"), ["--dtype", dtype, "--time", time, "--keep", keep, ...flags]);

const found = await inTurns(turns, {
  ours: () => ours("nothing"),
  // As transformers does.
  oursKept: torch === undefined ? undefined : () => ours("everything"),
  reference:
    reference === undefined
      ? undefined
      : () => pythonSide(reference, here("reference.py"), [dtype, time, length]),
  transformers: peer("transformers"),
  recurrentgemma: peer("recurrentgemma"),
  scan: () => typescriptSide(here("scan.ts"), flags),
});

// What does not depend on the machine's mood is found once.
const once = await inTurns(1, {
  flops: () => typescriptSide(here("flops.ts"), ["--time", time, "--plugin", plugin]),
});

interface Asked {
  readonly what: string;
  readonly figure: string;
  readonly unit: "s" | "MB";
  readonly target?: Target;
}

const fewer = (must: number, goal: number): Target => ({ must, goal, better: "more" });
const share = (must: number, goal: number): Target => ({ must, goal, better: "less" });
const PEERS = fewer(1.5, 2.5);
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

/** A step by PyTorch, against one of ours; what is computed again by one and not by the other is no bar. */
function peerRow(
  library: "transformers" | "recurrentgemma",
  [side, target]: readonly ["ours" | "oursKept", Target?],
): readonly Row[] {
  const [theirs, ours] = [found[library]?.figures, found[side]?.figures];
  if (theirs === undefined || ours === undefined) return [];
  const ratio = theirs.step! / ours.step!;
  return [
    {
      [`step, ${dtype}, 1 x ${time}`]: `${library}, PyTorch`,
      s: (theirs.step! / 1000).toFixed(2),
      "of one core, s": (theirs["step, of one core"]! / 1000).toFixed(2),
      "peak MB": (theirs["peak memory"]! / 1e6).toFixed(0),
      "ours computes again": side === "ours" ? "residual blocks" : "nothing",
      "ours, s": (ours.step! / 1000).toFixed(2),
      "ours, peak MB": (ours["peak memory"]! / 1e6).toFixed(0),
      ratio: ratioText(ratio),
      ...targetColumns(ratio, target),
    },
  ];
}

function flopsRow(): Row {
  const { "flops, loss": loss, "flops, loss and gradient": both } = once.flops!.figures;
  return {
    [`Gflop, 1 x ${time}, nothing computed again`]: "88M",
    loss: (loss! / 1e9).toFixed(1),
    "loss and gradient": (both! / 1e9).toFixed(1),
    ratio: ratioText(both! / loss!),
    ...targetColumns(both! / loss!, share(3.1, 3)),
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
  versions: Object.assign({}, ...Object.values({ ...found, ...once }).map((side) => side?.versions)),
};
const tables: readonly (readonly [section: string, rows: readonly Row[]])[] = [
  ["step", ASKED.map(rowOf)],
  [
    "peers",
    [
      ...peerRow("transformers", ["ours", PEERS]),
      ...peerRow("transformers", ["oursKept"]),
      ...peerRow("recurrentgemma", ["ours", PEERS]),
    ],
  ],
  ["flops", [flopsRow()]],
  ["scan", [scanRow("")]],
  ["scan-core", [scanRow(", of one core")]],
];
for (const [section, rows] of tables.filter(([, rows]) => rows.length > 0)) {
  await showResults(folder, { section, ...about, rows }, write);
  console.log();
}
