import { expect, test } from "vitest";
import { barPlot } from "../../bench/plot.js";

const title = "The linear scan alone, [1, 4096, 2560] f32";
const panels = [
  {
    unit: "ms, less is better",
    bars: [
      { label: "one elementwise pass over the same arrays, the bound", value: 13.51, kind: "bound" },
      { label: "sequential, 4 a turn", value: 19.64, kind: "ours" },
      { label: "lax.associative_scan", value: 1285.7, kind: "peer" },
    ],
    lines: [{ label: "goal 16.2", value: 16.2 }],
  },
  { unit: "tokens/s, more is better", bars: [{ label: "ours", value: 0.00123, kind: "ours" }] },
] as const;

const texts = (svg: string): readonly string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

test("a plot names its title, bars, figures, lines and units whole, in the order given", async () => {
  const shown = texts(await barPlot(title, panels));
  expect(shown.filter((text) => !/^[\d,]+(\.\d+)?$/.test(text))).toEqual([
    "ms, less is better",
    "one elementwise pass over the same arrays, the bound",
    "sequential, 4 a turn",
    "lax.associative_scan",
    "goal 16.2",
    "tokens/s, more is better",
    "ours",
    title,
  ]);
  // Each figure twice: its white rim, and itself.
  for (const figure of ["13.5", "19.6", "1286", "0.00123"]) {
    expect(shown.filter((text) => text === figure)).toHaveLength(2);
  }
});

test("bars are as long as their figures, and coloured by whose they are", async () => {
  const svg = await barPlot(title, panels);
  const bars = [
    ...svg.matchAll(/<path aria-label="[^"]*"[^>]* d="M0,[\d.]+h([\d.]+)v[^"]*"[^>]* fill="(#\w+)"/g),
  ];
  const lengths = bars.map(([, length]) => Number(length));
  expect(bars.map(([, , colour]) => colour)).toEqual(["#999999", "#0072B2", "#E69F00", "#0072B2"]);
  expect(lengths[1]! / lengths[0]!).toBeCloseTo(19.64 / 13.51, 2);
  expect(lengths[2]! / lengths[0]!).toBeCloseTo(1285.7 / 13.51, 2);
});

test("no line runs through a figure", async () => {
  const bars = [
    { label: "near", value: 15.93, kind: "ours" },
    { label: "far", value: 15.91, kind: "ours" },
    { label: "short", value: 3, kind: "peer" },
  ] as const;
  const lines = [{ label: "5 % more than near", value: 16.73 }];
  const svg = await barPlot("title", [{ unit: "ms", bars, lines }]);
  const figures = [
    ...svg.matchAll(/<text [^>]*transform="translate\(([\d.]+),[^>]*fill="#111111"[^>]*>([^<]*)</g),
  ];
  const width = 520 / (16.73 * 1.12);
  expect(figures.map(([, x, text]) => [text, Math.round((Number(x) / width) * 100) / 100])).toEqual([
    ["15.9", 16.91],
    ["15.9", 16.91],
    ["3", 3.18],
  ]);
});

test("a plot has a white ground and needs no network", async () => {
  const svg = await barPlot(title, panels);
  expect(svg).toMatch(/^<svg [^>]*viewBox=[^>]*>\s*<rect [^>]*fill="white"/);
  expect([...svg.matchAll(/(href|src)=/g)]).toEqual([]);
});

test("the same figures give the same plot", async () => {
  expect(await barPlot(title, panels)).toBe(await barPlot(title, panels));
});
