import { expect, test } from "vitest";
import { type Chip, findChip, rooflineSvg } from "../../src/cost/index.js";
import { countText } from "./hlo.js";
import { griffin } from "../cli/griffin.js";

const cycles = (count: number) => `backend_config={"window_config":{"estimated_cycles":"${count}"}}`;
const TEXT = `
  %a = f32[1000,1000]{1,0} parameter(0)
  %v = f32[1,1000]{1,0} parameter(1)
  %thin = f32[1,1000]{1,0} dot(%v, %a), lhs_contracting_dims={1}, rhs_contracting_dims={0}, metadata={op_name="thin"}
  %slow = f32[1000,1000]{1,0} dot(%a, %a), lhs_contracting_dims={1}, rhs_contracting_dims={0}, metadata={op_name="s<w"}, ${cycles(4000)}
  ROOT %n = f32[1000,1000]{1,0} negate(%slow), metadata={op_name="negate"}`;

/** A chip of 1 Tflop/s and 100 GB/s: its roofs meet at 10 flop for each byte. */
const chip: Chip = {
  ...{ name: "round", flopsPerSecond: 1e12, bytesPerSecond: 1e11, memory: 1e9, clock: 1e6, devices: 1 },
  source: "this test",
};

test("each part stands at its intensity and at the rate that its least time allows, under the roofs of the chip", () => {
  const svg = rooflineSvg({ cost: countText(TEXT) }, chip, { by: "scope" });
  const roof = /<polyline points="([^"]*)"/.exec(svg)![1];
  // Axes: 0.1 to 1000 (162 pixels a decade), and 100 Mflop/s (slow: 500 G, thin: 50 G) upwards.
  expect({
    roof,
    titles: [...svg.matchAll(/<title>([^<]*)</g)].map(([, text]) => text),
  }).toMatchInlineSnapshot(`
    {
      "roof": "56.0,360.0 380.0,16.0 704.0,16.0",
      "titles": [
        "s&#60;w: 4.00 ms, 97.1 % of the time, bound by cycles",
        "thin: 40.1 us, 1.0 % of the time, bound by HBM",
      ],
    }
  `);
  expect(
    [...svg.matchAll(/<circle cx="([^"]*)" cy="([^"]*)" r="([^"]*)"/g)].map(([, ...place]) => place),
  ).toMatchInlineSnapshot(`
    [
      [
        "606.5",
        "67.8",
        "11.9",
      ],
      [
        "169.1",
        "239.9",
        "3.9",
      ],
    ]
  `);
  expect(svg).toContain(">without products, not shown: 1 of 3, ");
  expect(svg).toContain(">s&#60;w ");
});

test("what bytes bound lies on the roof of the bandwidth, exactly", () => {
  const svg = rooflineSvg({ cost: countText(TEXT) }, chip, { by: "none" });
  const [first, corner] = /<polyline points="([^"]*)"/
    .exec(svg)![1]!
    .split(" ")
    .map((point) => point.split(",").map(Number));
  const thin = /<circle cx="([^"]*)" cy="([^"]*)"[^>]*><title>thin/.exec(svg)!.slice(1).map(Number);
  const part = (thin[0]! - first![0]!) / (corner![0]! - first![0]!);
  expect(thin[1]).toBeCloseTo(first![1]! + part * (corner![1]! - first![1]!), 0);
});

test("a program without products is a picture too; one of several devices has its share of the chip", () => {
  const svg = rooflineSvg(
    { cost: countText("%b = f32[] parameter(0)\nROOT %a = f32[] add(%b, %b)") },
    findChip("v4"),
    { by: "op" },
  );
  expect(svg).not.toMatch(/NaN|Infinity|<circle/);
  expect(svg).toContain(">v4: 137.5 Tflop/s, 614.0 GB/s, one of 2 devices<");
  expect(svg).toContain(">without products, not shown: 1 of 1, 100.0 % of the time<");
});

const HLO = `HloModule m
ENTRY %main (a: f32[2,2]) -> f32[2,2] {
  %a = f32[2,2]{1,0} parameter(0)
  ROOT %d = f32[2,2]{1,0} dot(%a, %a), lhs_contracting_dims={1}, rhs_contracting_dims={0}
}
`;

test("griffin cost --svg - writes the picture alone; without a chip it says what is missing", async () => {
  const { exitCode, stdout } = await griffin(["cost", "-", "--chip", "v5e", "--svg", "-"], { input: HLO });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^<svg .*<circle .*<\/svg>$/s);
  const { exitCode: wrong, stderr } = await griffin(["cost", "-", "--svg", "-"], { input: HLO });
  expect(wrong).toBe(2);
  expect(stderr).toBe(`usage error: a roofline needs a chip, and none is known
  expected: --chip with one of v4, v5e, v5p, v6e
  hint:     --chip v5e`);
});

test("names of parts that lie at one place stand below each other, long ones by their ends", () => {
  const layer = (name: string) =>
    `  %${name} = f32[1,1000]{1,0} dot(%v, %a), lhs_contracting_dims={1}, rhs_contracting_dims={0}, metadata={op_name="${name.repeat(20)}"}`;
  const text = [
    "  %a = f32[1000,1000]{1,0} parameter(0)",
    "  %v = f32[1,1000]{1,0} parameter(1)",
    ...["one", "two", "six"].map(layer),
    "  ROOT %n = f32[1,1000]{1,0} negate(%v)",
  ].join("\n");
  const svg = rooflineSvg({ cost: countText(text) }, chip, { by: "none" });
  const named = [
    ...svg.matchAll(/<text x="[^"]*" y="([^"]*)" dy="4" text-anchor="start" class="name">([^<]*)</g),
  ];
  const heights = named.map(([, y]) => Number(y));
  expect(heights).toHaveLength(3);
  expect(heights.slice(1).map((height, i) => height - heights[i]!)).toEqual([15, 15]);
  expect(svg.match(/<line [^>]*stroke="#888"/g)).toHaveLength(2);
});
