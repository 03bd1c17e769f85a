import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findChip } from "../../../src/cost/index.js";
import {
  boxCosts,
  boxFigures,
  collapseGraphs,
  programGraph,
  withBoxCosts,
} from "../../../src/engine/index.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { griffin, temporaryFolder } from "../../cli/griffin.js";
import { countText } from "../../cost/hlo.js";

/** Two layers are one function, called twice; a loop is in the second part of it. */
const PROGRAM = parseModule(`module {
  func.func @main(%x: tensor<1000xf32>) -> tensor<1000xf32> {
    %0 = stablehlo.negate %x : tensor<1000xf32> loc("embed")
    %1 = call @layers(%0) : (tensor<1000xf32>) -> tensor<1000xf32> loc("layers.0")
    %2 = call @layers(%1) : (tensor<1000xf32>) -> tensor<1000xf32> loc("layers.1")
    return %2 : tensor<1000xf32>
  }
  func.func private @layers(%x: tensor<1000xf32>) -> tensor<1000xf32> {
    %0 = stablehlo.negate %x : tensor<1000xf32> loc("layers/mlp")
    %1 = stablehlo.constant dense<false> : tensor<i1>
    %2 = stablehlo.while(%a = %0) : tensor<1000xf32> cond {
      stablehlo.return %1 : tensor<i1>
    } do {
      %3 = stablehlo.abs %a : tensor<1000xf32> loc("layers/scan")
      stablehlo.return %3 : tensor<1000xf32>
    } loc("layers/scan")
    return %2 : tensor<1000xf32>
  }
}`);

/** As compilers name what is called: the place of the call in front. Each reads and writes 4000 bytes; what copies is from nowhere. */
const at = (name: string) => `metadata={op_name="${name}"}`;
const COST = countText(`
  %x = f32[1000]{0} parameter(0)
  %e = f32[1000]{0} negate(%x), ${at("embed")}
  %m = f32[1000]{0} negate(%e), ${at("layers.0/layers/mlp")}
  %s = f32[1000]{0} abs(%m), ${at("layers.0/layers/scan")}
  %n = f32[1000]{0} negate(%s), ${at("layers.1/layers/mlp")}
  %t = f32[1000]{0} abs(%n), ${at("layers.1/layers/scan")}
  ROOT %c = f32[1000]{0} copy(%t)`);

const chip = findChip("v5e");
const costs = boxCosts(PROGRAM, COST, chip);

test("a box costs what the compiler made of what is in it, one of a function what all its calls do; the rest is told", () => {
  const told = [...costs.graphs].map(([graph, boxes]) => [
    graph,
    Object.fromEntries([...boxes].map(([box, { read, share }]) => [box, [read.hbm, share]])),
  ]);
  expect(Object.fromEntries(told)).toEqual({
    main: { embed: [4000, 1 / 6], "layers.0": [8000, 2 / 6], "layers.1": [8000, 2 / 6] },
    layers: { layers: [16_000, 4 / 6], "layers/mlp": [8000, 2 / 6], "layers/scan": [8000, 2 / 6] },
  });
  expect(costs.elsewhere).toMatchObject({ instructions: 1, read: { hbm: 4000 }, share: 1 / 6 });
});

test("open boxes are told it as attributes in the panel of a layer, closed ones as their own, and as figures", () => {
  const whole = programGraph(PROGRAM, "p");
  const told = withBoxCosts(whole, costs).graphs.map(({ groupNodeAttributes }) => groupNodeAttributes);
  const of = (time: string, share: string, bytes: string, instructions: string) => ({
    "compiled time": `${time} by HBM`,
    "compiled share": share,
    "compiled bytes": bytes,
    "compiled flops": "0 flop",
    "compiled instructions": instructions,
  });
  expect(told[0]).toEqual({
    "": {
      "no layer: time": "9.8 ns by HBM",
      "no layer: share": "16.7 %",
      "no layer: bytes": "8.00 kB",
      "no layer: flops": "0 flop",
      "no layer: instructions": "1",
    },
    embed: of("9.8 ns", "16.7 %", "8.00 kB", "1"),
    "layers.0": of("19.5 ns", "33.3 %", "16.0 kB", "2"),
    "layers.1": of("19.5 ns", "33.3 %", "16.0 kB", "2"),
  });
  const closed = collapseGraphs(whole, 0);
  const [main] = withBoxCosts(closed, costs).graphs;
  expect(main!.groupNodeAttributes).toEqual({ "": told[0]![""] });
  expect(main!.nodes.map(({ label, attrs }) => [label, attrs.length])).toEqual([
    ["x", 0],
    ["embed", 6],
    ["layers.0", 6],
    ["layers.1", 6],
    ["func.return", 1],
  ]);
  const figures = boxFigures(closed, costs, "bytes", undefined);
  expect([...figures.get("main")!.values()]).toEqual([8000, 16_000, 16_000]);
  expect(() => boxFigures(closed, costs, "time", undefined)).toThrow("--target tpu:v5e:2x2");
});

test("an instruction is in one box, however many calls lead to it: boxes beside each other and the rest are all of the program", () => {
  const sum = (graph: string, boxes: readonly string[]) =>
    boxes.reduce((total, box) => total + costs.graphs.get(graph)!.get(box)!.instructions, 0);
  expect(sum("main", ["embed", "layers.0", "layers.1"]) + costs.elsewhere.instructions).toBe(
    COST.instructions.length,
  );
  expect(sum("layers", ["layers/mlp", "layers/scan"])).toBe(sum("main", ["layers.0", "layers.1"]));
});

test("figures of single operations are refused, before anything is compiled", async () => {
  const folder = await temporaryFolder();
  const [file, out] = [join(folder, "p.mlir"), join(folder, "p.svg")];
  await writeFile(file, "func.func @main(%x: tensor<f32>) -> tensor<f32> { return %x : tensor<f32> }");
  const { stderr } = await griffin(["graph", file, "--compiled", "--heat", "bytes", "-o", out]);
  expect(stderr).toBe(
    [
      "usage error: a compiler fuses operations: what it made of one alone is not known",
      "  expected: --depth N beside --compiled, for the costs of layers that are closed",
      "  hint:     --depth 1",
    ].join("\n"),
  );
  await expect(readFile(out)).rejects.toThrow("ENOENT");
});
