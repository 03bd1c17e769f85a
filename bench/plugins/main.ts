/**
 * @file The CPU plugins that can be installed, on our programs: the 88M Griffin's prefill, decode and compile, each plugin in a process of
 * its own, in turns.
 *
 *     npx jiti bench/plugins/main.ts [--dtype f32|bf16] [--time 1024] [--turns 2] [--quick] [--write]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DEFAULT_PACKAGE, PLUGIN_WHEELS } from "../../src/runtime-pjrt/install/wheels.js";
import { ratioText } from "../bars.js";
import { benchDtype } from "../griffin88m.js";
import { TURNS, turnsOf } from "../options.js";
import type { Bar, Panel } from "../plot.js";
import { showResults } from "../results.js";
import { inTurns, type Side, typescriptSide } from "../sides.js";

const { values } = parseArgs({
  options: {
    dtype: { type: "string" },
    time: { type: "string", default: "1024" },
    ...TURNS,
  },
});
const { time, quick, write } = values;
const tokens = Number(time);
const turns = turnsOf(values);
const dtypes = values.dtype === undefined ? ["f32", "bf16"] : [benchDtype(values.dtype)];
const plugins = Object.keys(PLUGIN_WHEELS).filter((name) => name !== DEFAULT_PACKAGE.tpu);

const sides: Record<string, () => Promise<Side>> = {};
for (const dtype of dtypes) {
  for (const plugin of plugins) {
    const args = ["--dtype", dtype, "--time", time, "--plugin", plugin, ...(quick ? ["--quick"] : [])];
    sides[`${plugin} ${dtype}`] = () => typescriptSide(new URL("../model/ours.ts", import.meta.url), args);
  }
}
const found = await inTurns(turns, sides);

const figureOf = (plugin: string, dtype: string, name: string): number =>
  found[`${plugin} ${dtype}`]!.figures[name]!;
const rows = dtypes.flatMap((dtype) =>
  plugins.map((plugin) => {
    const of = (name: string): number => figureOf(plugin, dtype, name);
    const timesDefault = (name: string): string =>
      ratioText(figureOf(DEFAULT_PACKAGE.cpu!, dtype, name) / of(name));
    return {
      dtype,
      plugin: found[`${plugin} ${dtype}`]!.versions.plugin!,
      "prefill, tokens/s": ((tokens * 1000) / of("prefill")).toFixed(0),
      "prefill against the default": timesDefault("prefill"),
      "decode, tokens/s": (1000 / of("decode step")).toFixed(1),
      "decode against the default": timesDefault("decode step"),
      "compile prefill, s": (of("compile of the prefill") / 1000).toFixed(2),
      "compile decode, s": (of("compile of the decode step") / 1000).toFixed(2),
      "peak memory, MB": (of("peak memory") / 1e6).toFixed(0),
    };
  }),
);
const panel = (unit: string, name: string, value: (ms: number) => number): Panel => ({
  unit,
  bars: dtypes.flatMap((dtype) =>
    plugins.map((plugin): Bar => {
      const kind = plugin === DEFAULT_PACKAGE.cpu ? "ours" : "peer";
      return { label: `${dtype}, ${plugin}`, value: value(figureOf(plugin, dtype, name)), kind };
    }),
  ),
});
await showResults(
  fileURLToPath(new URL("./", import.meta.url)),
  {
    section: "plugins",
    settings: `88M, batch 1, prompt of ${time}, ${turns} turns${quick ? ", quick" : ""}`,
    versions: { Node: process.versions.node },
    rows,
    plot: {
      title: "CPU plugins on our programs; the default's bars are the dark ones",
      panels: [
        panel(`prefill of ${time}, tokens/s, more is better`, "prefill", (ms) => (tokens * 1000) / ms),
        panel("decode, tokens/s, more is better", "decode step", (ms) => 1000 / ms),
        panel("compile of the prefill, s, less is better", "compile of the prefill", (ms) => ms / 1000),
      ],
    },
  },
  write,
);
