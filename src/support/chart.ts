/** @file Charts with two axes as SVG: where a point stands, and the lines and figures around. */
import { escapeXml, svgPage } from "./svg.js";

/** Pixels. */
const [WIDTH, HEIGHT] = [720, 400];
const MARGIN = { left: 56, right: 16, top: 16, bottom: 40 };

/** Of Okabe and Ito's palette, told apart by all kinds of colour vision. */
export const COLOURS = ["#0072B2", "#D55E00"] as const;

/** What stands for them on a dark page: lighter ones of the same palette. */
const DARK_COLOURS = ["#56B4E9", "#E69F00"] as const;

/** Names may stand on lines: a border of the page's colour keeps them apart. */
const STYLE = ".grid{stroke:#ddd}.name{paint-order:stroke;stroke:#fff;stroke-width:3px}";

const DARK = [
  ".grid{stroke:#444}.name{stroke:#16191d}",
  ...COLOURS.flatMap((colour, i) =>
    ["fill", "stroke"].map((what) => `[${what}="${colour}"]{${what}:${DARK_COLOURS[i]}}`),
  ),
].join("");

/** Where what is drawn ends, in pixels. */
export const CHART = {
  left: MARGIN.left,
  right: WIDTH - MARGIN.right,
  top: MARGIN.top,
  bottom: HEIGHT - MARGIN.bottom,
} as const;

/** What an axis shows. */
export interface Axis {
  readonly label: string;
  /** The least and the greatest, which differ; positive where the scale is logarithmic. */
  readonly range: readonly [number, number];
  /** Default: linear. */
  readonly scale?: "linear" | "log";
  /** The figure of a tick; default: the number. */
  readonly figure?: (tick: number) => string;
}

/** A chart to draw on. */
export interface Chart {
  /** Pixels from the left, for attributes. */
  x(value: number): string;
  /** Pixels from the top, for attributes. */
  y(value: number): string;
  /** The picture. @param marks SVG elements over the grid */
  svg(marks: readonly string[]): string;
}

/** Decades that have a tick each; of more, every second, every third ... has one. */
const MOST_DECADES = 8;

/** A chart of two axes, with a grid. */
export function openChart(horizontal: Axis, vertical: Axis): Chart {
  const [across, up] = [partOf(horizontal), partOf(vertical)];
  const x = (value: number) => (CHART.left + across(value) * (CHART.right - CHART.left)).toFixed(1);
  const y = (value: number) => (CHART.bottom - up(value) * (CHART.bottom - CHART.top)).toFixed(1);
  const figure = ({ figure: own = String }: Axis, tick: number) => escapeXml(own(tick));
  const grid = [
    ...ticks(horizontal).map(
      (tick) =>
        `<line x1="${x(tick)}" y1="${CHART.top}" x2="${x(tick)}" y2="${CHART.bottom}" class="grid"/>` +
        `<text x="${x(tick)}" y="${CHART.bottom + 16}" text-anchor="middle">${figure(horizontal, tick)}</text>`,
    ),
    ...ticks(vertical).map(
      (tick) =>
        `<line x1="${CHART.left}" y1="${y(tick)}" x2="${CHART.right}" y2="${y(tick)}" class="grid"/>` +
        `<text x="${CHART.left - 6}" y="${y(tick)}" dy="4" text-anchor="end">${figure(vertical, tick)}</text>`,
    ),
    `<text x="${WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escapeXml(horizontal.label)}</text>`,
    `<text x="11" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 11 ${HEIGHT / 2})">${escapeXml(vertical.label)}</text>`,
  ];
  return {
    x,
    y,
    svg: (marks) => svgPage({ width: WIDTH, height: HEIGHT, style: STYLE, dark: DARK }, [...grid, ...marks]),
  };
}

/** Where a value stands between the ends of an axis: 0 at the least, 1 at the greatest. */
function partOf({ range: [from, to], scale }: Axis): (value: number) => number {
  const on = scale === "log" ? Math.log10 : (value: number) => value;
  return (value) => (on(value) - on(from)) / (on(to) - on(from));
}

/** About five round numbers, or powers of ten. */
function ticks({ range: [from, to], scale }: Axis): readonly number[] {
  if (scale === "log") return decades(from, to);
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

function decades(from: number, to: number): readonly number[] {
  const [first, last] = [Math.ceil(Math.log10(from)), Math.floor(Math.log10(to))];
  const step = Math.max(1, Math.ceil((last - first) / MOST_DECADES));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) =>
    Number(`1e${first + i * step}`),
  );
}
