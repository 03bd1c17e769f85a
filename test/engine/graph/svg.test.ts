import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { graphsSvg } from "../../../src/engine/index.js";
import { griffin, temporaryFolder } from "../../cli/griffin.js";

const PROGRAM = `func.func @main(%x: tensor<f32>) -> tensor<f32> {
  %0 = stablehlo.negate %x : tensor<f32> loc("a<b")
  return %0 : tensor<f32>
}
`;

test("griffin graph -o FILE.svg draws a program; to a depth, layers are single nodes", async () => {
  const folder = await temporaryFolder();
  const [file, svg] = [join(folder, "p.mlir"), join(folder, "p.svg")];
  await writeFile(file, PROGRAM);
  const { exitCode, stdout, stderr } = await griffin(["graph", file, "--depth", "0", "-o", svg]);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  expect((await readFile(svg, "utf8")).replace(file, "p.mlir")).toMatchInlineSnapshot(`
    "<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 125 188" width="125" height="188">
    <style>text{font:12px sans-serif}.node{fill:#fff;stroke:#0072B2}.closed{fill:#dbeaf5}.argument{fill:#f4f4f4;stroke:#888}.edge{fill:none;stroke:#888}.within{font-size:10px;fill:#444}.title{font-weight:bold}.warm text{fill:#111}@media (prefers-color-scheme:dark){.page{fill:#16191d}text{fill:#e6e6e6}.node{fill:#22272e;stroke:#56B4E9}.closed{fill:#1d3a52}.argument{fill:#2d2d2d;stroke:#888}.within{fill:#aaa}.warm text{fill:#111}}</style>
    <rect width="125" height="188" fill="#fff" class="page"/>
    <text x="16" y="30" class="title">main</text>
    <polyline points="62.5,56.0 62.5,68.0 62.5,96.0 62.5,108.0" class="edge"/>
    <polyline points="62.5,108.0 62.5,120.0 62.5,148.0 62.5,160.0" class="edge"/>
    <g><title>x
    tensor&#60;f32&#62;</title><rect x="51.0" y="44.0" width="23" height="24" rx="4" class="node argument"/><text x="62.5" y="60.0" text-anchor="middle">x</text></g>
    <g><title>a&#60;b
    tensor&#60;f32&#62;
    operations = 1</title><rect x="44.0" y="96.0" width="37" height="24" rx="4" class="node closed"/><text x="62.5" y="112.0" text-anchor="middle">a&#60;b</text></g>
    <g><title>func.return
    at = p.mlir:3:3</title><rect x="16.0" y="148.0" width="93" height="24" rx="4" class="node"/><text x="62.5" y="164.0" text-anchor="middle">func.return</text></g>
    </svg>
    "
  `);
});

test("without a picture the depth is that of the JSON", async () => {
  const { stdout } = await griffin(["graph", "-", "--depth", "0"], { input: PROGRAM });
  const { graphs } = JSON.parse(stdout) as { graphs: { nodes: { label: string }[] }[] };
  expect(graphs.map(({ nodes }) => nodes.map(({ label }) => label))).toEqual([["x", "a<b", "func.return"]]);
});

test("too many nodes are refused, with what makes them fewer", () => {
  const node = {
    label: "op",
    namespace: "",
    subgraphIds: [],
    attrs: [],
    incomingEdges: [],
    outputsMetadata: [],
  };
  const nodes = Array.from({ length: 1001 }, (_, i) => ({ ...node, id: `${i}` }));
  expect(() => graphsSvg({ label: "", graphs: [{ id: "main", nodes }] })).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: usage error: the graph has too many nodes for a picture
      expected: at most 1000
      got:      1001 in 1 function
      hint:     --depth 0, 1 ... makes one node of each layer and call that lies deeper]
  `);
});
