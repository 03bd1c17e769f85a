import { expect, test } from "vitest";
import { COLOURS, openChart } from "../../src/support/chart.js";
import { escapeXml, svgPage } from "../../src/support/svg.js";

/** The figures at an axis, and where each stands. */
const figuresOf = (svg: string, anchor: "middle" | "end"): readonly string[] =>
  [
    ...svg.matchAll(new RegExp(`<text x="([^"]*)" y="([^"]*)"[^>]* text-anchor="${anchor}">([^<]*)<`, "g")),
  ].map(([, x, y, text]) => `${text} at ${anchor === "middle" ? x : y}`);

test("a logarithmic axis has its powers of ten, evenly apart; a linear one round numbers", () => {
  const chart = openChart(
    { label: "a < b", range: [1, 1000], scale: "log", figure: (tick) => `${tick} &` },
    { label: "up", range: [0, 10] },
  );
  const svg = chart.svg(["<mark/>"]);
  expect(figuresOf(svg, "middle")).toEqual([
    "1 &#38; at 56.0",
    "10 &#38; at 272.0",
    "100 &#38; at 488.0",
    "1000 &#38; at 704.0",
    "a &#60; b at 360",
  ]);
  expect(figuresOf(svg, "end")).toEqual([
    "0 at 360.0",
    "2 at 291.2",
    "4 at 222.4",
    "6 at 153.6",
    "8 at 84.8",
    "10 at 16.0",
  ]);
  expect([chart.x(Math.sqrt(1000)), chart.y(5)]).toEqual(["380.0", "188.0"]);
  expect(svg).toContain("\n<mark/>\n</svg>\n");
});

test("many decades have a tick at every second", () => {
  const svg = openChart({ label: "", range: [1e-3, 1e9], scale: "log" }, { label: "", range: [0, 1] }).svg(
    [],
  );
  expect(figuresOf(svg, "middle").map((text) => text.split(" ")[0])).toEqual([
    ...["0.001", "0.1", "10", "1000", "100000", "10000000", "1000000000"],
    "",
  ]);
});

test("a page and the text on it, dark where people prefer that", () => {
  const page = { width: 2, height: 1, style: ".a{}", dark: ".a{fill:#ccc}" };
  expect(svgPage(page, [`<text>${escapeXml('<"&">')}</text>`])).toBe(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1" width="2" height="1">
<style>text{font:12px sans-serif}.a{}@media (prefers-color-scheme:dark){.page{fill:#16191d}text{fill:#e6e6e6}.a{fill:#ccc}}</style>
<rect width="2" height="1" fill="#fff" class="page"/>
<text>&#60;&#34;&#38;&#34;&#62;</text>
</svg>
`,
  );
});

test("each colour of a chart has one that stands for it on a dark page", () => {
  const svg = openChart({ label: "", range: [0, 1] }, { label: "", range: [0, 1] }).svg([]);
  const dark = /@media \(prefers-color-scheme:dark\)\{(.*)\}<\/style>/.exec(svg)![1]!;
  for (const colour of COLOURS)
    for (const what of ["fill", "stroke"])
      expect(dark).toMatch(
        new RegExp(`\\[${what}="${colour}"\\]\\{${what}:#(?!${colour.slice(1)})\\w{6}\\}`),
      );
});
