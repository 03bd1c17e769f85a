/** @file Curves of losses as SVG. */

/** A named line through points [step, loss]. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

const [WIDTH, HEIGHT] = [720, 400];
const MARGIN = { left: 56, right: 16, top: 16, bottom: 40 };
/** Of Okabe and Ito's palette, told apart by all kinds of colour vision. */
const COLOURS = ["#0072B2", "#D55E00"];
/** More points than pixels are joined by their means. */
const MOST_POINTS = WIDTH;

/** About five round numbers between two. */
function ticks(from: number, to: number): readonly number[] {
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Means of neighbouring points, at most so many. */
function thinned(points: Curve["points"]): Curve["points"] {
  const size = Math.ceil(points.length / MOST_POINTS);
  if (size <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const part = points.slice(i * size, (i + 1) * size);
    const mean = (axis: 0 | 1) => part.reduce((sum, point) => sum + point[axis], 0) / part.length;
    return [mean(0), mean(1)] as const;
  });
}

function range(values: readonly number[], least: number): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high - low >= least ? [low, high] : [low - least / 2, high + least / 2];
}

/** A picture of curves over a common step and loss; points that are not finite are left out. */
export function curvesSvg(curves: readonly Curve[]): string {
  const drawn = curves.map(({ name, points }) => ({
    name,
    points: thinned(points.filter(([, loss]) => Number.isFinite(loss))),
  }));
  const all = drawn.flatMap(({ points }) => points);
  const [x0, x1] = range(all.length === 0 ? [0] : all.map(([step]) => step), 1);
  const [y0, y1] = range(all.length === 0 ? [0] : all.map(([, loss]) => loss), 1e-3);
  const x = (step: number) =>
    (MARGIN.left + ((step - x0) / (x1 - x0)) * (WIDTH - MARGIN.left - MARGIN.right)).toFixed(1);
  const y = (loss: number) =>
    (HEIGHT - MARGIN.bottom - ((loss - y0) / (y1 - y0)) * (HEIGHT - MARGIN.top - MARGIN.bottom)).toFixed(1);
  const bottom = HEIGHT - MARGIN.bottom;
  const lines = [
    ...ticks(x0, x1).map(
      (step) =>
        `<line x1="${x(step)}" y1="${MARGIN.top}" x2="${x(step)}" y2="${bottom}" class="grid"/>` +
        `<text x="${x(step)}" y="${bottom + 16}" text-anchor="middle">${step}</text>`,
    ),
    ...ticks(y0, y1).map(
      (loss) =>
        `<line x1="${MARGIN.left}" y1="${y(loss)}" x2="${WIDTH - MARGIN.right}" y2="${y(loss)}" class="grid"/>` +
        `<text x="${MARGIN.left - 6}" y="${y(loss)}" dy="4" text-anchor="end">${loss}</text>`,
    ),
    `<text x="${WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle">step</text>`,
    `<text x="14" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 14 ${HEIGHT / 2})">loss</text>`,
    ...drawn.flatMap(({ name, points }, i) => {
      if (points.length === 0) return [];
      const colour = COLOURS[i % COLOURS.length]!;
      const path = points.map(([step, loss]) => `${x(step)},${y(loss)}`).join(" ");
      const legend = MARGIN.top + 14 + 16 * i;
      return [
        `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
        `<text x="${WIDTH - MARGIN.right - 8}" y="${legend}" text-anchor="end" fill="${colour}">${name}</text>`,
      ];
    }),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">`,
    "<style>text{font:12px sans-serif}.grid{stroke:#ddd}</style>",
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}
