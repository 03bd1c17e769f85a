/**
 * @file The linear scan alone, x and a [1, time, channels] f32 on the CPU plugin, by every strategy, against one elementwise
 * pass over the same arrays; with --reference also Flax's linear scan and lax.associative_scan in the same run.
 *
 *     npx jiti bench/scan/main.ts [--time 4096] [--channels 2560] [--plugin NAME] [--reference PYTHON] [--turns 2] [--quick] [--write]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ratioText, type Target, targetColumns } from "../bars.js";
import { AGAINST_REFERENCE, turnsOf } from "../options.js";
import type { Bar, Line } from "../plot.js";
import { showResults } from "../results.js";
import { inTurns, pythonSide, typescriptSide } from "../sides.js";
import { BOUND, CHOSEN, isBound } from "./forms.js";

const { values } = parseArgs({
  options: {
    time: { type: "string" },
    channels: { type: "string", default: "2560" },
    ...AGAINST_REFERENCE,
  },
});
const { channels, plugin, reference, write } = values;
const steps = values.time ?? (values.quick ? "512" : "4096");
const turns = turnsOf(values);
const shape = `[1, ${steps}, ${channels}] f32`;
const FLAX = "Flax linear scan";
const ASSOCIATIVE = "lax.associative_scan";

const found = await inTurns(turns, {
  ours: () =>
    typescriptSide(new URL("./ours.ts", import.meta.url), [
      ...["--time", steps, "--channels", channels, "--plugin", plugin],
    ]),
  Flax:
    reference === undefined
      ? undefined
      : () => pythonSide(reference, new URL("./reference.py", import.meta.url), [steps, channels]),
});
const ours = found.ours!.figures;
const peers = found.Flax?.figures ?? {};
const bound = ours[BOUND]!;
const chosen = ours[CHOSEN]!;
const all = Object.entries({ ...ours, ...peers });

const faster = (peer: string, ms: number): number | undefined =>
  peers[peer] === undefined ? undefined : peers[peer] / ms;
const asked: readonly (readonly [string, number | undefined, Target])[] = [
  [`times as fast as ${FLAX}`, faster(FLAX, chosen), { must: 1.8, better: "more" }],
  [`times as fast as ${ASSOCIATIVE}`, faster(ASSOCIATIVE, chosen), { must: 3.5, better: "more" }],
  [`time, in that of ${BOUND}`, chosen / bound, { goal: 1.2, better: "less" }],
];
const folder = fileURLToPath(new URL("./", import.meta.url));
const about = {
  settings: `${shape}, ${turns} turns`,
  versions: { ...found.ours!.versions, ...found.Flax?.versions },
};

const bars = all.map(([label, value]): Bar => {
  const kind = isBound(label) ? "bound" : label in peers ? "peer" : "ours";
  return { label, value, kind };
});
const lines: readonly Line[] = [
  { label: "goal", value: 1.2 * bound },
  ...(peers[FLAX] === undefined ? [] : [{ label: "must", value: peers[FLAX] / 1.8 }]),
];
await showResults(
  folder,
  {
    ...about,
    section: "scan",
    rows: all.map(([form, ms]) => ({
      form,
      ms: ms.toFixed(1),
      "times the bound": (ms / bound).toFixed(2),
      [`against ${FLAX}`]: ratioText(faster(FLAX, ms)),
      [`against ${ASSOCIATIVE}`]: ratioText(faster(ASSOCIATIVE, ms)),
    })),
    plot: { title: `The linear scan alone, ${shape}`, panels: [{ unit: "ms, less is better", bars, lines }] },
  },
  write,
);
console.log();
await showResults(
  folder,
  {
    ...about,
    section: "bars",
    rows: asked.map(([what, ratio, target]) => ({
      "the form that the target chooses": what,
      measured: ratioText(ratio),
      ...targetColumns(ratio, target),
    })),
  },
  write,
);
