/**
 * @file A step of training of the 2B Griffin for a TPU that is not there, compiled by libtpu: bf16, SGD, 1 x 2048, every residual block
 * computed again for its gradient; with --reference beside recurrentgemma's Flax code and optax, compiled in the same run by the same libtpu.
 *
 *     npx jiti bench/training/tpu.ts [--topology v5e:2x2] [--reference PYTHON] [--turns 1] [--write]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ratioText, type Target, targetColumns } from "../bars.js";
import { TURNS } from "../options.js";
import { type Row, showResults } from "../results.js";
import { inTurns, typescriptSide } from "../sides.js";
import { type Figures, leastMs, measureReference } from "../tpu/compare.js";

const { values } = parseArgs({
  options: {
    topology: { type: "string", default: "v5e:2x2" },
    reference: { type: "string" },
    turns: TURNS.turns,
    write: TURNS.write,
  },
});
const { topology, reference, write } = values;
// A compile takes minutes.
const turns = Number(values.turns ?? 1);

const found = await inTurns(turns, {
  ours: () => typescriptSide(new URL("./tpu-ours.ts", import.meta.url), ["--topology", topology]),
  reference: reference === undefined ? undefined : () => measureReference(reference, "train", topology),
});

interface Asked {
  readonly what: string;
  readonly figure: string;
  /** What the figure is divided by. */
  readonly unit: number;
  readonly target?: Target;
}

const share = (must: number, goal: number): Target => ({ must, goal, better: "less" });
const ASKED: readonly Asked[] = [
  { what: "least time, ms", figure: "least ms", unit: 1, target: share(0.95, 0.7) },
  { what: "million cycles", figure: "cycles", unit: 1e6 },
  { what: "HBM, GB", figure: "HBM bytes", unit: 1e9 },
  { what: "Tflop", figure: "flops", unit: 1e12 },
  { what: "temporaries, MB", figure: "temporaries", unit: 1e6, target: share(0.5, 0.25) },
  { what: "compile, s", figure: "compile ms", unit: 1000, target: share(1, 0.5) },
  { what: "compile, of one core, s", figure: "compile core ms", unit: 1000 },
];

/** The scan's kernel of the reference has no cycles: it is not in its least time. */
function referenceFigures(): Figures | undefined {
  const figures = found.reference?.figures;
  return figures && { ...figures, "least ms": leastMs(figures, topology.split(":")[0]!) };
}

const ours: Figures = found.ours!.figures;
const theirs = referenceFigures();
const rows: readonly Row[] = ASKED.map(({ what, figure, unit, target }) => {
  const [own, other] = [ours[figure]!, theirs?.[figure]];
  const ratio = other === undefined ? undefined : own / other;
  return {
    [`2B, bf16, SGD, 1 x 2048, ${topology}`]: what,
    ours: (own / unit).toFixed(1),
    reference: other === undefined ? "-" : (other / unit).toFixed(1),
    ratio: ratioText(ratio),
    ...targetColumns(ratio, target),
  };
});
const versions = Object.assign({}, ...Object.values(found).map((side) => side.versions));
const folder = fileURLToPath(new URL("./", import.meta.url));
await showResults(folder, { section: "tpu", settings: `${turns} turns`, versions, rows }, write);
