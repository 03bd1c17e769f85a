/** @file Bar plots as SVG, drawn by Vega: what the benchmarks put beside their tables. */
import { writeFile } from "node:fs/promises";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Whose figure a bar shows; it decides the colour. */
export type BarKind = "ours" | "peer" | "bound";

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly kind: BarKind;
}

/** A figure to reach, drawn across all bars of a panel. */
export interface Line {
  readonly label: string;
  readonly value: number;
}

/** Bars that share a unit and a scale, which starts at 0. */
export interface Panel {
  /** Below the bars, e.g. "ms, less is better". */
  readonly unit: string;
  readonly bars: readonly Bar[];
  readonly lines?: readonly Line[];
}

/** Colours of Okabe and Ito's palette, told apart by all kinds of colour vision, and in grey by their lightness. */
const COLOURS: Readonly<Record<BarKind, string>> = { ours: "#0072B2", peer: "#E69F00", bound: "#999999" };
const FONT = "DejaVu Sans, Verdana, sans-serif";
const WIDTH = 520;
/** Least distance of a figure from what is left of it, and width of a digit at 12 pixels. */
const [GAP, DIGIT] = [5, 8];

/** Three significant digits at most, as people write them. */
const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

const KINDS = Object.keys(COLOURS) as readonly BarKind[];

/** Where the figure of a bar stands, as a value: at the end of the bar, or of the last line that would run through the figure there. */
function figurePlace(value: number, lines: readonly Line[], perPixel: number): number {
  const width = (short(value).length * DIGIT + 2 * GAP) * perPixel;
  return [...lines]
    .sort((a, b) => a.value - b.value)
    .reduce((at, line) => (line.value > at && line.value < at + width ? line.value : at), value);
}

function panelSpec({ unit, bars, lines = [] }: Panel) {
  const largest = Math.max(...[...bars, ...lines].map(({ value }) => value));
  const end = largest * 1.12;
  const x = {
    field: "value",
    type: "quantitative" as const,
    title: unit,
    // Room on the right for the figure at the end of the longest bar.
    scale: { domain: [0, end], nice: false },
    axis: { grid: true, tickCount: 6 },
  };
  const y = {
    field: "label",
    type: "nominal" as const,
    title: null,
    sort: null,
    axis: { labelLimit: 0, labelPadding: 6, ticks: false, domain: false },
  };
  const colour = {
    field: "kind",
    type: "nominal" as const,
    scale: { domain: [...KINDS], range: KINDS.map((kind) => COLOURS[kind]) },
    legend: null,
  };
  const barData = {
    values: bars.map((bar) => ({
      ...bar,
      text: short(bar.value),
      place: figurePlace(bar.value, lines, end / WIDTH),
    })),
  };
  const figureX = { ...x, field: "place" };
  const text = { field: "text", type: "nominal" as const };
  const figure = { type: "text" as const, align: "left" as const, dx: GAP };
  return {
    width: WIDTH,
    height: { step: 24 },
    layer: [
      { data: barData, mark: { type: "bar" as const }, encoding: { x, y, color: colour } },
      ...lines.flatMap(({ label, value }, i) => [
        {
          data: { values: [{ value }] },
          mark: { type: "rule" as const, strokeDash: [5, 3], color: "#333333" },
          encoding: { x },
        },
        {
          data: { values: [{ value, text: label }] },
          // Labels of neighbouring lines stand at two heights, so that they do not run into each other.
          mark: { type: "text" as const, y: i % 2 === 0 ? -8 : -22, color: "#333333" },
          encoding: { x, text },
        },
      ]),
      // A white rim keeps figures readable where the grid crosses them.
      {
        data: barData,
        mark: { ...figure, stroke: "white", strokeWidth: 4 },
        encoding: { x: figureX, y, text },
      },
      { data: barData, mark: { ...figure, color: "#111111" }, encoding: { x: figureX, y, text } },
    ],
  };
}

/** The SVG of a plot: one panel below the other. */
export async function barPlot(title: string, panels: readonly Panel[]): Promise<string> {
  const spec: TopLevelSpec = {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    background: "white",
    padding: 12,
    title: { text: title, anchor: "start", offset: 14 },
    vconcat: panels.map(panelSpec),
    config: {
      font: FONT,
      axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", gridColor: "#e6e6e6" },
      title: { fontSize: 14 },
      text: { fontSize: 12 },
      view: { stroke: null },
      concat: { spacing: 28 },
    },
  };
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
}

/** Draws a plot and writes it. */
export async function writeBarPlot(file: string, title: string, panels: readonly Panel[]): Promise<void> {
  await writeFile(file, await barPlot(title, panels));
}
