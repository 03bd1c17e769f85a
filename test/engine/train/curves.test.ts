import { expect, test } from "vitest";
import { curvesSvg } from "../../../src/engine/train/curves.js";

test("each curve is a line and a name; points that are not finite are left out", () => {
  const svg = curvesSvg([
    {
      name: "training",
      points: [
        [1, 4],
        [2, 3],
        [3, Number.NaN],
        [4, 2],
      ],
    },
    { name: "test", points: [] },
  ]);
  expect(svg.match(/<polyline points="[^"]*"/g)).toEqual([
    '<polyline points="56.0,16.0 272.0,188.0 704.0,360.0"',
  ]);
  expect(svg.match(/>(?:training|test)</g)).toEqual([">training<"]);
  expect(svg).toContain('text-anchor="end">2.5</text>');
});

test("nothing at all, one point, and many points make a picture too", () => {
  for (const points of [
    [],
    [[1, 2]] as const,
    Array.from({ length: 5000 }, (_, i) => [i, 1 / (i + 1)] as const),
  ]) {
    const svg = curvesSvg([{ name: "training", points }]);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect((/points="([^"]*)"/.exec(svg)?.[1] ?? "").split(" ").length).toBeLessThanOrEqual(720);
  }
});
