/** @file The roofline of a program as SVG: what its parts can reach at most, under what the chip can do. */
import type { Chip } from "./chips.js";
import { formatCount, formatSeconds, percent } from "./figures.js";
import type { Counted } from "./report.js";
import { roofline } from "./roofline.js";
import { type CostSum, groupCosts, type Grouping, hbmBytes, sumCosts } from "./summary.js";
import { CHART, COLOURS, openChart } from "../support/chart.js";
import { escapeXml } from "../support/svg.js";

/** Parts that are named in the picture: those that take longest. */
const LABELS = 6;

/** A part with products. */
interface Point {
  readonly name: string;
  /** Flop for each byte of HBM; Infinity for what moves none. */
  readonly intensity: number;
  /** Flop a second in the least time that the part can take. */
  readonly rate: number;
  /** The least time. */
  readonly seconds: number;
  readonly bound: string;
}

/**
 * Intensity against the rate of flop that the least time allows, both logarithmic, of each scope, op or instruction. A part lies on a roof
 * where bytes or flop bound it, and below where the compiler's cycles do. Parts without products have no place: how much of the time is
 * theirs is said.
 */
export function rooflineSvg({ cost }: Counted, chip: Chip, by: Grouping | "none"): string {
  const parts: readonly (CostSum & { readonly name: string })[] =
    by === "none"
      ? cost.instructions.map((each) => ({ name: each.name, ...sumCosts([each]) }))
      : groupCosts(cost, by);
  const timed = parts.map((part) => ({ part, ...roofline(part, chip) }));
  const total = timed.reduce((sum, { seconds }) => sum + seconds, 0);
  const points = timed
    .filter(({ part }) => part.flops > 0)
    .map(
      ({ part, seconds, bound }): Point => ({
        name: part.name === "" ? "(not named)" : part.name,
        intensity: part.flops / hbmBytes(part),
        rate: part.flops / seconds,
        ...{ seconds, bound },
      }),
    )
    .sort((a, b) => b.seconds - a.seconds);
  const [peak, bandwidth] = [chip.flopsPerSecond / chip.devices, chip.bytesPerSecond / chip.devices];
  const ridge = peak / bandwidth;
  const intensities = points.map(({ intensity }) => intensity).filter(Number.isFinite);
  const left = decadeBelow(Math.min(ridge / 100, ...intensities));
  const right = decadeAbove(Math.max(ridge * 10, ...intensities));
  const bottom = decadeBelow(Math.min(left * bandwidth, ...points.map(({ rate }) => rate)));
  const chart = openChart(
    { label: "flop for each byte of HBM", range: [left, right], scale: "log", figure },
    { label: "flop a second", range: [bottom, decadeAbove(peak)], scale: "log", figure },
  );
  const corner = { x: chart.x(ridge), y: chart.y(peak) };
  const drawn = points.reduce((sum, { seconds }) => sum + seconds, 0);
  const notes = [
    `${chip.name}: ${formatCount(peak)}flop/s, ${formatCount(bandwidth)}B/s${chip.devices > 1 ? `, one of ${chip.devices} devices` : ""}`,
    `without products, not shown: ${parts.length - points.length} of ${parts.length}, ${percent(total - drawn, total) || "0 %"} of the time`,
  ];
  return chart.svg([
    `<polyline points="${chart.x(left)},${chart.y(left * bandwidth)} ${corner.x},${corner.y} ${chart.x(right)},${corner.y}" fill="none" stroke="${COLOURS[1]}" stroke-width="1.5"/>`,
    ...notes.map(
      (note, i) =>
        `<text x="${CHART.right - 8}" y="${CHART.bottom - 24 + 16 * i}" text-anchor="end">${escapeXml(note)}</text>`,
    ),
    ...points.map((point, i) => mark(point, i < LABELS, total, chart, right)),
  ]);
}

function mark(
  { name, intensity, rate, seconds, bound }: Point,
  isNamed: boolean,
  total: number,
  { x, y }: ReturnType<typeof openChart>,
  right: number,
): string {
  // What moves no bytes of HBM is right of everything.
  const [at, height] = [x(Math.min(intensity, right)), y(rate)];
  const radius = (3 + 9 * Math.sqrt(seconds / total)).toFixed(1);
  const share = percent(seconds, total);
  const tip = `${name}: ${formatSeconds(seconds)}, ${share} of the time, bound by ${bound}`;
  const toLeft = Number(at) > (CHART.left + CHART.right) / 2;
  const label = `<text x="${at}" y="${height}" dx="${toLeft ? -12 : 12}" dy="4" text-anchor="${toLeft ? "end" : "start"}">${escapeXml(`${name} ${share}`)}</text>`;
  return (
    `<circle cx="${at}" cy="${height}" r="${radius}" fill="${COLOURS[0]}" fill-opacity="0.6"><title>${escapeXml(tip)}</title></circle>` +
    (isNamed ? label : "")
  );
}

const decadeBelow = (value: number): number => Number(`1e${Math.floor(Math.log10(value))}`);
const decadeAbove = (value: number): number => Number(`1e${Math.ceil(Math.log10(value))}`);

/** `0.01`, `10`, `1 k`, `100 T`. */
const figure = (tick: number): string =>
  tick < 1 ? `${tick}` : formatCount(tick).replace(/\.0+ /, " ").trim();
