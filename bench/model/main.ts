/**
 * @file The 88M Griffin on the CPU plugin: prefill and decode in tokens per second, time to compile, memory; in the same run, in turns,
 * with --reference recurrentgemma's Flax code and with --torch transformers and recurrentgemma's PyTorch code.
 *
 *     npx jiti bench/model/main.ts [--dtype f32|bf16] [--time 1024] [--plugin NAME] [--reference PYTHON] [--torch PYTHON]
 *                                  [--turns 2] [--quick] [--write]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchDtype } from "../griffin88m.js";
import { AGAINST_REFERENCE, turnsOf } from "../options.js";
import type { Bar, Panel } from "../plot.js";
import { showResults } from "../results.js";
import { inTurns, pythonSide, type Side, typescriptSide } from "../sides.js";
import { type Found, modelRows, PEERS } from "./rows.js";

const { values } = parseArgs({
  options: {
    dtype: { type: "string" },
    time: { type: "string", default: "1024" },
    torch: { type: "string" },
    ...AGAINST_REFERENCE,
  },
});
const { time, plugin, reference, torch, quick, write } = values;
const turns = turnsOf(values);
const flags = quick ? ["--quick"] : [];
const here = (name: string): URL => new URL(`./${name}`, import.meta.url);

const dtypes = values.dtype === undefined ? (["f32", "bf16"] as const) : [benchDtype(values.dtype)];

/** A peer's side, where its interpreter is given. */
const python = (interpreter: string | undefined, script: string, ...args: readonly string[]) =>
  interpreter === undefined
    ? undefined
    : () => pythonSide(interpreter, here(script), [...args, time, quick ? "quick" : "whole"]);

const sides: Record<string, (() => Promise<Side>) | undefined> = {
  bandwidth: () => typescriptSide(here("bandwidth.ts"), ["--plugin", plugin, ...flags]),
};
for (const dtype of dtypes) {
  const args = ["--dtype", dtype, "--time", time, "--plugin", plugin, ...flags];
  sides[`ours ${dtype}`] = () => typescriptSide(here("ours.ts"), args);
  sides[`Flax ${dtype}`] = python(reference, "reference.py", dtype);
  sides[`transformers ${dtype}`] = python(torch, "peers.py", "transformers", dtype);
  sides[`recurrentgemma PyTorch ${dtype}`] = python(torch, "peers.py", "recurrentgemma", dtype);
}
const all = await inTurns(turns, sides);
const bandwidth = all.bandwidth!;
const msPerGigabyte = Math.min(...Object.values(bandwidth.figures));

function foundOf(dtype: string): Found {
  const peers = PEERS.flatMap((peer) => {
    const side = all[`${peer} ${dtype}`];
    return side === undefined ? [] : [[peer, side] as const];
  });
  return { ours: all[`ours ${dtype}`]!, peers: Object.fromEntries(peers), msPerGigabyte };
}

/** Ours and the peers', by one figure; a line where the memory's bound is. */
function panel(
  { ours, peers }: Found,
  unit: string,
  figure: string,
  value: (ms: number) => number,
  bound?: number,
): Panel {
  const shown = PEERS.flatMap((peer): readonly Bar[] => {
    const ms = peers[peer]?.figures[figure];
    return ms === undefined ? [] : [{ label: peer, value: value(ms), kind: "peer" }];
  });
  const bars: readonly Bar[] = [
    { label: "ours", value: value(ours.figures[figure]!), kind: "ours" },
    ...shown,
  ];
  return {
    unit,
    bars,
    ...(bound === undefined ? {} : { lines: [{ label: "memory's speed", value: bound }] }),
  };
}

const folder = fileURLToPath(here(""));
for (const dtype of dtypes) {
  const found = foundOf(dtype);
  const tokens = Number(time);
  const boundMs = (found.ours.figures["weights, bytes"]! / 1e9) * msPerGigabyte;
  const panels = [
    panel(found, `prefill of ${time}, tokens/s, more is better`, "prefill", (ms) => (tokens * 1000) / ms),
    panel(found, "decode, tokens/s, more is better", "decode step", (ms) => 1000 / ms, 1000 / boundMs),
    panel(found, "compile of the prefill, s, less is better", "compile of the prefill", (ms) => ms / 1000),
  ];
  const measured = [found.ours, ...Object.values(found.peers)];
  await showResults(
    folder,
    {
      section: dtype,
      settings: `${dtype}, prompt of ${time}, ${turns} turns${quick ? ", quick" : ""}`,
      versions: Object.assign({}, ...measured.map(({ versions }) => versions)),
      rows: modelRows(found, dtype, tokens),
      plot: { title: `Griffin of 88M parameters, ${dtype}, on a CPU`, panels },
    },
    write,
  );
  console.log();
}
const rates = Object.entries(bandwidth.figures).map(([what, ms]) => ({
  what,
  "GB/s": (1000 / ms).toFixed(1),
}));
await showResults(
  folder,
  { section: "bandwidth", settings: `${turns} turns`, versions: bandwidth.versions, rows: rates },
  write,
);
