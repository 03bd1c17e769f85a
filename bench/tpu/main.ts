/**
 * @file Programs for a TPU that is not there, ours and the reference's by the same compiler, counted the same way: the scan alone,
 * and RecurrentGemma 2B's prefill of 2048 tokens and its decode steps of 1 and 16 sequences.
 *
 *     npx jiti bench/tpu/main.ts [--topology v5e:2x2] [--programs scan,prefill] [--reference PYTHON] [--write]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installPlugin } from "../../src/runtime-pjrt/index.js";
import { ratioText, targetColumns } from "../bars.js";
import { type Row, showResults } from "../results.js";
import { type Asked, ASKED } from "./asked.js";
import { type Comparison, leastMs, measureOurs, measureReference } from "./compare.js";
import { CYCLES_OF } from "./figures.js";
import { kindNames } from "./kinds.js";
import { type ProgramName, programNames, TITLES } from "./programs.js";

const { values } = parseArgs({
  options: {
    topology: { type: "string", default: "v5e:2x2" },
    programs: { type: "string", default: programNames.join(",") },
    reference: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const { topology, reference, write } = values;
const chip = topology.split(":")[0]!;

// The same compiler for both: JAX looks here for libtpu.
process.env.TPU_LIBRARY_PATH = await installPlugin("tpu");

const comparisons: Comparison[] = [];
for (const program of values.programs.split(",") as ProgramName[]) {
  console.error(`${TITLES[program]} ...`);
  comparisons.push({
    program,
    ours: await measureOurs(program, topology),
    reference: reference === undefined ? undefined : await measureReference(reference, program, topology),
  });
}

const mega = (value: number): string => (value / 1e6).toFixed(value < 1e8 ? 2 : 1);

function rowsOf({ program, ours, reference: other }: Comparison): readonly Row[] {
  const sides = [["ours", ours], ...(other === undefined ? [] : [["reference", other] as const])] as const;
  return sides.map(([side, { figures }]) => ({
    program: TITLES[program],
    "": side,
    "M cycles": mega(figures.cycles!),
    "HBM MB": mega(figures["HBM bytes"]!),
    Tflop: (figures.flops! / 1e12).toFixed(2),
    "least ms": leastMs(figures, chip).toFixed(2),
    "temporaries MB": mega(figures.temporaries!),
    "results MB": mega(figures.results!),
    "lower s": (figures["lower ms"]! / 1000).toFixed(2),
    "compile s": (figures["compile ms"]! / 1000).toFixed(1),
    "of one core, s": (figures["compile core ms"]! / 1000).toFixed(1),
  }));
}

function barRow({ program, what, ratio, target }: Asked): Row | undefined {
  const found = comparisons.find((comparison) => comparison.program === program);
  if (found === undefined) return undefined;
  const measured = found.reference && ratio(found.ours.figures, found.reference.figures, chip);
  return {
    "against the reference": `${TITLES[program]}: ${what}`,
    measured: ratioText(measured),
    ...targetColumns(measured, target),
  };
}

/** Cycles of the model's parts, M, ours and the reference's. */
function kindRows(): readonly Row[] {
  const models = comparisons.filter(({ ours }) => `${CYCLES_OF}mlp` in ours.figures);
  if (models.length === 0) return [];
  return kindNames.map((kind) => {
    const cell = (figures: Readonly<Record<string, number>> | undefined): string =>
      figures === undefined ? "-" : mega(figures[CYCLES_OF + kind] ?? 0);
    return Object.fromEntries([
      ["M cycles of", kind],
      ...models.flatMap(({ program, ours, reference: other }) => [
        [TITLES[program], cell(ours.figures)],
        ...(other === undefined ? [] : [[`${TITLES[program]}, reference`, cell(other.figures)]]),
      ]),
    ]);
  });
}

const folder = fileURLToPath(new URL("./", import.meta.url));
const about = {
  settings: topology,
  versions: Object.assign({}, ...comparisons.flatMap((c) => [c.ours.versions, c.reference?.versions ?? {}])),
};
const tables: readonly (readonly [section: string, rows: readonly Row[]])[] = [
  ["bars", ASKED.map(barRow).filter((row) => row !== undefined)],
  ["programs", comparisons.flatMap(rowsOf)],
  ["parts", kindRows()],
];
for (const [section, rows] of tables.filter(([, rows]) => rows.length > 0)) {
  await showResults(folder, { ...about, section, rows }, write);
  console.log();
}
