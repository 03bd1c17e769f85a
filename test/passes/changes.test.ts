import { expect, it } from "vitest";
import { cloneOperation } from "../../src/ir/rewriter.js";
import { parseModule } from "../../src/ir/text/index.js";
import {
  parsePipeline,
  passChanges,
  PassRegistry,
  runPipeline,
  standardPasses,
} from "../../src/passes/index.js";

const text = `func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.negate %arg0 : tensor<4xf32>
  %1 = stablehlo.negate %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}`;
const pipeline = parsePipeline("cse,canonicalize", new PassRegistry(standardPasses));
const changed = [
  "  module {",
  "    func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {",
  "-     %0 = stablehlo.negate %arg0 : tensor<4xf32>",
  "-     %1 = stablehlo.negate %0 : tensor<4xf32>",
  "-     return %1 : tensor<4xf32>",
  "+     return %arg0 : tensor<4xf32>",
  "    }",
  "  }",
  "  ",
];

it("tells of each pass the lines that it changed, with those around; none where it changed nothing", () => {
  const module = parseModule(text);
  const told: [string, readonly string[]][] = [];
  runPipeline(
    module,
    pipeline,
    passChanges(module, (pass, lines) => told.push([pass, lines])),
  );
  expect(told).toEqual([
    ["cse", []],
    ["canonicalize", changed],
  ]);
});

it("compares a copy with what it is a copy of, and tells of a module that comes later as a whole", () => {
  const module = parseModule(text);
  const told: (readonly string[])[] = [];
  const callback = passChanges(module, (_pass, lines) => told.push(lines));
  runPipeline(cloneOperation(module, new Map()), pipeline, callback);
  runPipeline(parseModule("func.func @prepare() {\n  return\n}"), pipeline, callback);
  expect(told.map((lines) => lines.filter((line) => /^[-+]/.test(line)))).toEqual([
    [],
    changed.filter((line) => /^[-+]/.test(line)),
    ["+ module {", "+   func.func @prepare() {", "+     return", "+   }", "+ }"],
    [],
  ]);
});
