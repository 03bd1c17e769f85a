/** @file Curves of losses as SVG. */
import { CHART, COLOURS, openChart } from "../../support/chart.js";
import { escapeXml } from "../../support/svg.js";

/** A named line through points [step, loss]. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

/** More points than there are pixels or so are joined by their means. */
const MOST_POINTS = 720;

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
  const { x, y, svg } = openChart(
    { label: "step", range: range(all.length === 0 ? [0] : all.map(([step]) => step), 1) },
    { label: "loss", range: range(all.length === 0 ? [0] : all.map(([, loss]) => loss), 1e-3) },
  );
  const marks = drawn.flatMap(({ name, points }, i) => {
    if (points.length === 0) return [];
    const colour = COLOURS[i % COLOURS.length]!;
    const path = points.map(([step, loss]) => `${x(step)},${y(loss)}`).join(" ");
    const legend = CHART.top + 14 + 16 * i;
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
      `<text x="${CHART.right - 8}" y="${legend}" text-anchor="end" fill="${colour}">${escapeXml(name)}</text>`,
    ];
  });
  return svg(marks);
}
