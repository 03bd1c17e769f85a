/**
 * @file Layers of models on a plugin, values and gradients: our function, the same written for the general scan, and with --reference
 * JAX as a loop over tokens and as an expert writes it, in the same run. Results of all forms are compared.
 *
 *     npx jiti bench/families/main.ts [--only deltaRule] [--plugin NAME] [--reference PYTHON] [--precision NAME] [--turns 2]
 *         [--quick] [--write]
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ratioText } from "../bars.js";
import { AGAINST_REFERENCE, turnsOf } from "../options.js";
import { type Row, showResults } from "../results.js";
import { inTurns, pythonSide, typescriptSide } from "../sides.js";
import { allCases } from "./cases.js";
import { DIRECTIONS } from "./forms.js";
import { operandsOf } from "./numbers.js";
import { checkSamples, figureName } from "./samples.js";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    precision: { type: "string", default: "default" },
    ...AGAINST_REFERENCE,
  },
});
const { only, plugin, precision, reference, quick, write } = values;
const turns = turnsOf(values);
const here = (name: string): URL => new URL(`./${name}`, import.meta.url);
const cases = allCases(quick).filter(({ name }) => name.includes(only));

/** Runs all sides; their results lie in a folder for as long as they are compared. */
async function runSides() {
  const folder = await mkdtemp(join(tmpdir(), "stablegriffin-families-"));
  const [samples, list] = [join(folder, "samples"), join(folder, "cases.json")];
  try {
    await mkdir(samples);
    const described = cases.map((each) => ({
      name: each.name,
      family: each.family,
      window: each.window,
      operands: operandsOf(each),
    }));
    await writeFile(list, JSON.stringify(described));
    const flags = [
      ...["--plugin", plugin, "--samples", samples, "--only", only, "--precision", precision],
      ...(quick ? ["--quick"] : []),
    ];
    const found = await inTurns(turns, {
      ours: () => typescriptSide(here("ours.ts"), flags),
      JAX:
        reference === undefined
          ? undefined
          : () =>
              pythonSide(reference, here("reference.py"), [
                list,
                samples,
                quick ? "quick" : "whole",
                precision,
              ]),
    });
    console.log(`${await checkSamples(samples, "ours")} results agree with ours\n`);
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const found = await runSides();
const figures = { ...found.ours!.figures, ...found.JAX?.figures };

/** What is held against ours, by the form's name. */
const PEERS = { naive: "JAX, naive", expert: "JAX, expert", "general scan": "general scan" } as const;

/** Ms of runs of less than one, too. */
const msText = (ms: number | undefined): string => ms?.toFixed(ms < 2 ? 3 : 1) ?? "-";

function rowsOf(of: "clock" | "cores"): readonly Row[] {
  return cases.flatMap(({ name }) =>
    DIRECTIONS.map((direction): Row => {
      const ms = (form: string): number | undefined =>
        figures[figureName({ case: name, direction, form }, of)];
      const ours = ms("ours")!;
      const peers = Object.entries(PEERS).map(([form, title]) => [title, ms(form)] as const);
      return {
        [of === "clock" ? "by the clock, ms" : "of one core, ms"]: `${name}, ${direction}`,
        ours: msText(ours),
        ...Object.fromEntries(peers.map(([title, time]) => [title, msText(time)])),
        ...Object.fromEntries(
          peers.map(([title, time]) => [
            `against ${title}`,
            ratioText(time === undefined ? undefined : time / ours),
          ]),
        ),
      };
    }),
  );
}

const about = {
  settings: [
    `${turns} turns`,
    ...(quick ? ["quick"] : []),
    ...(only === "" ? [] : [only]),
    ...(precision === "default" ? [] : [`precision ${precision}`]),
  ].join(", "),
  versions: { ...found.ours!.versions, ...found.JAX?.versions },
};
const folder = fileURLToPath(here(""));
const section = plugin === "cpu" ? "families" : `families-${plugin}`;
await showResults(folder, { section, ...about, rows: rowsOf("clock") }, write);
// Elsewhere cores only start what a device does.
if (plugin === "cpu") {
  console.log();
  await showResults(folder, { section: "families-core", ...about, rows: rowsOf("cores") }, write);
}
