import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { griffin, temporaryFolder } from "../../cli/griffin.js";

/** A product of 2 x 3 x 4: 48 flop, 24 + 48 + 32 bytes; called twice, once in a box. */
const PROGRAM = `module {
  func.func private @times(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>) -> tensor<2x4xf32> {
    %0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
    return %0 : tensor<2x4xf32>
  }
  func.func @main(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>) -> tensor<2x4xf32> {
    %0 = call @times(%x, %w) : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32> loc("mlp")
    %1 = call @times(%x, %w) : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
    %2 = stablehlo.add %0, %1 : tensor<2x4xf32> loc("mlp")
    %3 = stablehlo.reshape %2 : (tensor<2x4xf32>) -> tensor<8xf32>
    %4 = stablehlo.reshape %3 : (tensor<8xf32>) -> tensor<2x4xf32>
    return %4 : tensor<2x4xf32>
  }
}
`;

/** A convolution of 1x5x2 by 3x2x4 without padding: 3 x 4 results of 6 pairs each. */
const CONVOLUTION = `func.func @main(%x: tensor<1x5x2xf32>, %w: tensor<3x2x4xf32>) -> tensor<1x3x4xf32> {
  %0 = stablehlo.convolution(%x, %w) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x5x2xf32>, tensor<3x2x4xf32>) -> tensor<1x3x4xf32>
  return %0 : tensor<1x3x4xf32>
}
`;

/** Of both branches each; what a reduction does with two numbers is no cost beside its own: 32 + 4 + 4 bytes. */
const REGIONS = `func.func @main(%x: tensor<8xf32>, %zero: tensor<f32>, %which: tensor<i1>) -> tensor<f32> {
  %0 = stablehlo.reduce(%x init: %zero) across dimensions = [0] : (tensor<8xf32>, tensor<f32>) -> tensor<f32>
   reducer(%a: tensor<f32>, %b: tensor<f32>) {
    %2 = stablehlo.add %a, %b : tensor<f32>
    stablehlo.return %2 : tensor<f32>
  }
  %1 = "stablehlo.if"(%which) ({
    %2 = stablehlo.negate %0 : tensor<f32>
    stablehlo.return %2 : tensor<f32>
  }, {
    stablehlo.return %0 : tensor<f32>
  }) : (tensor<i1>) -> tensor<f32>
  return %1 : tensor<f32>
}
`;

/** The figures that a run of `griffin graph --costs` writes, by graph and node. */
async function figures(program: string, ...args: readonly string[]) {
  const folder = await temporaryFolder();
  const [file, costs] = [join(folder, "p.mlir"), join(folder, "costs")];
  await writeFile(file, program);
  const out = join(folder, "out.json");
  const { stderr } = await griffin(["graph", file, "-o", out, "--costs", costs, ...args]);
  expect(stderr).toBe("");
  return async (name: string) => {
    const data = JSON.parse(await readFile(join(costs, `${name}.json`), "utf8")) as Readonly<
      Record<string, { readonly results: Readonly<Record<string, { readonly value: number }>> }>
    >;
    const valuesOf = ({ results }: (typeof data)[string]) =>
      Object.fromEntries(Object.entries(results).map(([id, { value }]) => [id, value]));
    return Object.fromEntries(Object.entries(data).map(([graph, nodes]) => [graph, valuesOf(nodes)]));
  };
}

test("products cost flop, operations their operands and results; calls what their functions cost; reshapes nothing", async () => {
  const read = await figures(PROGRAM);
  // Nodes 0 and 1 are arguments.
  expect(await read("flops")).toEqual({ main: { 2: 48, 3: 48 }, times: { 2: 48 } });
  expect(await read("bytes")).toEqual({ main: { 2: 104, 3: 104, 4: 96 }, times: { 2: 104 } });
  await expect(read("time")).rejects.toThrow("ENOENT");
});

test("a closed box costs what is in it, and a closed function no graph", async () => {
  const read = await figures(PROGRAM, "--depth", "0");
  expect(await read("flops")).toEqual({ main: { 2: 48, 3: 48 } });
  expect(await read("bytes")).toEqual({ main: { 2: 200, 3: 104 } });
});

test("node data have a colour of each node, by its share of the greatest of all graphs, where all cost the same, too", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "p.mlir");
  await writeFile(file, PROGRAM);
  await griffin(["graph", file, "-o", join(folder, "out.json"), "--costs", folder]);
  expect(JSON.parse(await readFile(join(folder, "flops.json"), "utf8"))).toEqual({
    main: {
      name: "flops",
      results: { 2: { value: 48, bgColor: "#e69f00" }, 3: { value: 48, bgColor: "#e69f00" } },
    },
    times: { name: "flops", results: { 2: { value: 48, bgColor: "#e69f00" } } },
  });
});

test("what a reduction does with two numbers is an attribute of it, and no node beside it", async () => {
  const { stdout } = await griffin(["graph", "-"], { input: REGIONS });
  const { graphs } = JSON.parse(stdout) as {
    readonly graphs: readonly {
      readonly nodes: readonly {
        readonly label: string;
        readonly attrs: readonly { readonly key: string; readonly value: string }[];
      }[];
    }[];
  };
  const attributes = graphs[0]!.nodes.map(({ label, attrs }) => [
    label,
    attrs.find(({ key }) => key === "combines by")?.value,
  ]);
  expect(attributes).toEqual([
    ["x", undefined],
    ["zero", undefined],
    ["which", undefined],
    ["stablehlo.reduce", "stablehlo.add"],
    ["stablehlo.if", undefined],
    ["stablehlo.negate", undefined],
    ["stablehlo.return", undefined],
    ["stablehlo.return", undefined],
    ["func.return", undefined],
  ]);
});

test("what a choice may do is counted, and what a reduction does with two numbers is not", async () => {
  const { main } = await (await figures(REGIONS))("bytes");
  expect(Object.values(main!)).toEqual([40, 8]);
});

test("on a chip each node takes the longer of its flop by peak and its bytes by bandwidth", async () => {
  const read = await figures(PROGRAM, "--target", "tpu:v5e:2x2");
  // 104 bytes by 819 GB/s, in microseconds.
  expect((await read("time")).times).toEqual({ 2: 0.000126984 });
  expect(await (await figures(CONVOLUTION))("flops")).toEqual({ main: { 2: 144 } });
});

test("a picture is coloured by a figure, which its tips tell; without a picture or a chip there is none", async () => {
  const folder = await temporaryFolder();
  const [file, svg] = [join(folder, "p.mlir"), join(folder, "p.svg")];
  await writeFile(file, PROGRAM);
  await griffin(["graph", file, "-o", svg, "--heat", "bytes"]);
  const text = await readFile(svg, "utf8");
  const fills = [...text.matchAll(/<title>([^\n]*)\n[^<]*<\/title><rect[^>]*style="fill:(#\w+)"/g)];
  expect(fills.map(([, label, colour]) => [label, colour])).toEqual([
    ["func.call", "#e69f00"],
    ["func.call", "#e69f00"],
    ["stablehlo.add", "#e8a614"],
    ["stablehlo.dot_general", "#e69f00"],
  ]);
  expect(text).toContain("\n104 B\n");
  const refused = async (...args: readonly string[]) => (await griffin(["graph", file, ...args])).stderr;
  expect(await refused("--heat", "bytes")).toBe(
    "usage error: --heat colours a picture\n  expected: -o FILE.svg\n  hint:     --costs DIR writes what colours the graph in Model Explorer",
  );
  expect(await refused("-o", svg, "--heat", "time")).toBe(
    "usage error: what nodes cost in time is not known for this target\n  expected: flops or bytes, or a target whose chip has known figures\n  hint:     --target tpu:v5e:2x2",
  );
});
