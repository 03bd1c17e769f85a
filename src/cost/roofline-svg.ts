/** @file The roofline of a program as SVG: what its parts can reach at most, under what the chip can do. */
import type { Chip } from "./chips.js";
import { formatCount, formatSeconds, percent } from "./figures.js";
import type { Counted, ReportOptions } from "./report.js";
import { roofline } from "./roofline.js";
import { groupCosts } from "./groups.js";
import { type CostSum, hbmBytes, sumCosts } from "./summary.js";
import { apart } from "../support/apart.js";
import { CHART, type Chart, COLOURS, openChart } from "../support/chart.js";
import { ending, escapeXml } from "../support/svg.js";
import { checkOptions } from "../support/options.js";

/** Parts that are named in the picture: those that take longest. */
const LABELS = 6;
/** Characters of a name that are shown; all of it is in the tip. */
const MOST_CHARACTERS = 40;
/** Pixels: between lines of names, and from a point to its name. */
const [LINE, OFFSET] = [15, 14];

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
export function rooflineSvg(counted: Counted, chip: Chip, options: Omit<ReportOptions, "top">): string {
  checkOptions("rooflineSvg", options, { depth: true, by: true });
  const { cost } = counted;
  const { by, depth } = options;
  const parts: readonly (CostSum & { readonly name: string })[] =
    by === "none"
      ? cost.instructions.map((each) => ({ name: each.name, ...sumCosts([each]) }))
      : groupCosts(cost, { by, depth });
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
    ...points.map((point) => mark(point, total, chart, right)),
    ...[true, false].flatMap((isLeft) => labels(points.slice(0, LABELS), isLeft, total, chart, right)),
  ]);
}

/** Where a point is drawn: what moves no bytes of HBM is right of everything. */
const placeOf = ({ intensity, rate }: Point, { x, y }: Chart, right: number): readonly [number, number] => [
  Number(x(Math.min(intensity, right))),
  Number(y(rate)),
];

function mark(point: Point, total: number, chart: Chart, right: number): string {
  const { name, seconds, bound } = point;
  const [at, height] = placeOf(point, chart, right);
  const radius = (3 + 9 * Math.sqrt(seconds / total)).toFixed(1);
  const tip = `${name}: ${formatSeconds(seconds)}, ${percent(seconds, total)} of the time, bound by ${bound}`;
  return `<circle cx="${at}" cy="${height}" r="${radius}" fill="${COLOURS[0]}" fill-opacity="0.6"><title>${escapeXml(tip)}</title></circle>`;
}

/** Names beside the points of one half of the chart, on the side that has room; those of points that lie close stand below each other. */
function labels(
  points: readonly Point[],
  isLeft: boolean,
  total: number,
  chart: Chart,
  right: number,
): readonly string[] {
  const placed = points
    .map((point) => ({ point, place: placeOf(point, chart, right) }))
    .filter(({ place: [at] }) => at <= (CHART.left + CHART.right) / 2 === isLeft)
    .sort((a, b) => a.place[1] - b.place[1]);
  const heights = apart(
    placed.map(({ place: [, height] }) => height),
    placed.map(() => 0),
    LINE,
  );
  // Below the upper border, all alike.
  const lowered = Math.max(0, CHART.top + LINE / 2 - (heights[0] ?? Number.POSITIVE_INFINITY));
  return placed.map(({ point: { name, seconds }, place: [at, height] }, i) => {
    const to = heights[i]! + lowered;
    const [end, anchor] = isLeft ? [at + OFFSET, "start"] : [at - OFFSET, "end"];
    const text = escapeXml(`${ending(name, MOST_CHARACTERS)} ${percent(seconds, total)}`);
    const leader = `<line x1="${at}" y1="${height}" x2="${end}" y2="${to.toFixed(1)}" stroke="#888"/>`;
    return `${Math.abs(to - height) > 1 ? leader : ""}<text x="${end + (isLeft ? 2 : -2)}" y="${to.toFixed(1)}" dy="4" text-anchor="${anchor}" class="name">${text}</text>`;
  });
}

const decadeBelow = (value: number): number => Number(`1e${Math.floor(Math.log10(value))}`);
const decadeAbove = (value: number): number => Number(`1e${Math.ceil(Math.log10(value))}`);

/** `0.01`, `10`, `1 k`, `100 T`. */
const figure = (tick: number): string =>
  tick < 1 ? `${tick}` : formatCount(tick).replace(/\.0+ /, " ").trim();
