/** @file The tables and plots of the compile benchmark, from what its sides found. */
import { ratioText, type Target, targetColumns } from "../bars.js";
import type { Bar } from "../plot.js";
import type { Results, Row } from "../results.js";
import type { Side } from "../sides.js";

type Found = Readonly<Partial<Record<string, Side>>>;
type Table = Pick<Results, "rows" | "plot">;

/** From the DSL to text, of 2B. */
const MS: Target = { must: 300, goal: 100, better: "less", unit: " ms" };
const KILOBYTES: Target = { must: 300, goal: 100, better: "less", unit: " KB" };
/** Times as fast as Flax. */
const COMPILE: Target = { must: 4, better: "more" };

/** Programs that are compiled, and that the reference lowers. */
export const COMPILED = ["prefill", "decode"] as const;

const flaxRows = (side: Side | undefined): readonly Row[] =>
  COMPILED.flatMap((program) => {
    if (side === undefined) return [];
    const { [`lower ${program}`]: ms, [`bytes ${program}`]: bytes } = side.figures;
    const sizes = { "first, ms": ms!.toFixed(0), "median, ms": "-", KB: (bytes! / 1000).toFixed(0) };
    return [
      { program, by: "Flax", ...sizes, "first reaches": "-", "median reaches": "-", "size reaches": "-" },
    ];
  });

/** Lowering: sides `lower PROGRAM TARGET`, and `lower Flax`. */
export function loweringTable(found: Found, programs: readonly string[], targets: readonly string[]): Table {
  const all = programs.flatMap((program) =>
    targets.map((target) => {
      const { cold, warm, bytes } = found[`lower ${program} ${target}`]!.figures;
      return { program, target, cold: cold!, warm: warm!, bytes: bytes! };
    }),
  );
  const bars = all.map(
    ({ program, target, cold }): Bar => ({ label: `${program} for ${target}`, value: cold, kind: "ours" }),
  );
  const lines = [
    { label: "goal", value: MS.goal! },
    { label: "must", value: MS.must! },
  ];
  return {
    rows: [
      ...all.map(({ program, target, cold, warm, bytes }) => ({
        program,
        by: `ours for ${target}`,
        "first, ms": cold.toFixed(0),
        "median, ms": warm.toFixed(0),
        KB: (bytes / 1000).toFixed(0),
        "first reaches": targetColumns(cold, MS).reached,
        "median reaches": targetColumns(warm, MS).reached,
        "size reaches": targetColumns(bytes / 1000, KILOBYTES).reached,
      })),
      ...flaxRows(found["lower Flax"]),
    ],
    plot: {
      title: "RecurrentGemma 2B from the DSL to StableHLO text",
      panels: [{ unit: "ms, the first time in a process, less is better", bars, lines }],
    },
  };
}

/** Compile: sides `ours DTYPE` and `Flax DTYPE`. */
export function compileTable(found: Found, dtypes: readonly string[]): Table {
  const all = dtypes.flatMap((dtype) =>
    COMPILED.map((program) => {
      const secondsOf = (side: string): number | undefined => {
        const ms = found[`${side} ${dtype}`]?.figures[`compile ${program}`];
        return ms === undefined ? undefined : ms / 1000;
      };
      return { program, what: `${program}, ${dtype}`, ours: secondsOf("ours")!, flax: secondsOf("Flax") };
    }),
  );
  const bars = all.flatMap(({ what, ours, flax }): readonly Bar[] => [
    { label: `${what}: ours`, value: ours, kind: "ours" },
    ...(flax === undefined ? [] : [{ label: `${what}: Flax`, value: flax, kind: "peer" } as const]),
  ]);
  return {
    rows: all.map(({ program, what, ours, flax }) => {
      const ratio = flax === undefined ? undefined : flax / ours;
      return {
        program: what,
        "ours, s": ours.toFixed(2),
        "Flax, s": flax?.toFixed(2) ?? "-",
        ratio: ratioText(ratio),
        ...targetColumns(ratio, program === "prefill" ? COMPILE : undefined),
      };
    }),
    plot: { title: "Compile of the 88M Griffin's programs", panels: [{ unit: "s, less is better", bars }] },
  };
}
