import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Elements, elementsFromNumbers, numberAt } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import type { Operation } from "../../src/ir/operation.js";
import { parseModule } from "../../src/ir/text/index.js";
import { elementCount, type TensorType } from "../../src/ir/types.js";
import { loweringPasses } from "../../src/lowering/passes.js";
import { fuseRgLruGates } from "../../src/passes/fuse-rglru-gates.js";
import { findPass, parsePipeline, registerPasses, runPipeline } from "../../src/passes/index.js";
import { bodyOf, findFunction } from "../../src/passes/symbols.js";

registerPasses(loweringPasses);

const lowering = "lower-linear-scan{strategy=sequential unroll=1},lower-griffin";

/** The example of the pass with other sizes: batch, time, heads, width of a head. */
function rgLru({
  b,
  t,
  n,
  w,
}: {
  readonly b: number;
  readonly t: number;
  readonly n: number;
  readonly w: number;
}): string {
  const sizes: Readonly<Record<string, string>> = {
    "1x3x4x": `${b}x${t}x${n * w}x`,
    "2x2x2x": `${n}x${w}x${w}x`,
    "2x2x": `${n}x${w}x`,
    "1x3x": `${b}x${t}x`,
    "1x4x": `${b}x${n * w}x`,
    "4x": `${n * w}x`,
  };
  return fuseRgLruGates.example.before.replace(
    /tensor<((?:\d+x)+)/g,
    (_, shape: string) => `tensor<${sizes[shape]}`,
  );
}

/** Numbers between -2 and 2 that follow from `seed`, or booleans. */
function someElements(type: TensorType, seed: number): Elements {
  const numbers = Array.from({ length: elementCount(type.shape) }, (_, i) => {
    const wave = 2 * Math.sin(seed + 1.7 * i);
    return type.element === "i1" ? Number(wave > 1) : wave;
  });
  return elementsFromNumbers(type, numbers);
}

function inputsOf(module: Operation, seed: number): readonly Elements[] {
  const types = bodyOf(findFunction(module, "main")!)!.arguments.map(
    (argument) => argument.type as TensorType,
  );
  return types.map((type, i) => someElements(type, seed + 10 * i));
}

const numbersOf = (elements: Elements): readonly number[] =>
  Array.from({ length: elementCount(elements.type.shape) }, (_, i) => numberAt(elements, i));

/** The module after a pipeline and the lowering, run. */
function results(text: string, pipeline: string, seed: number): readonly number[] {
  const module = parseModule(text);
  runPipeline(module, parsePipeline(`${pipeline}${pipeline === "" ? "" : ","}${lowering}`));
  return interpretFunction(module, "main", inputsOf(module, seed)).flatMap(numbersOf);
}

describe("fuse-rglru-gates", () => {
  const shapes = fc.record({
    b: fc.integer({ min: 1, max: 2 }),
    t: fc.integer({ min: 1, max: 4 }),
    n: fc.integer({ min: 1, max: 3 }),
    w: fc.integer({ min: 1, max: 3 }),
  });

  it("computes the same as the gates did apart, for any shape", () => {
    fc.assert(
      fc.property(shapes, fc.nat(100), (shape, seed) => {
        const [before, after] = ["", "fuse-rglru-gates"].map((pipeline) =>
          results(rgLru(shape), pipeline, seed),
        );
        expect(after).toHaveLength(before!.length);
        before!.forEach((number, i) => {
          expect(after![i]).toBeCloseTo(number, 5);
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe("hoist-parameters", () => {
  it("computes the same when @main is given what @prepare returns", () => {
    const text = `
func.func @main(%x: tensor<3xf32>, %a: tensor<3xf32> {griffin.parameter = "a"}, %b: tensor<2x3xf32> {griffin.parameter = "b"}) -> tensor<3xf32> {
  %0 = stablehlo.exponential %a : tensor<3xf32>
  %1 = stablehlo.slice %b [1:2, 0:3] : (tensor<2x3xf32>) -> tensor<1x3xf32>
  %2 = stablehlo.reshape %1 : (tensor<1x3xf32>) -> tensor<3xf32>
  %3 = stablehlo.subtract %2, %0 : tensor<3xf32>
  %4 = stablehlo.multiply %x, %3 : tensor<3xf32>
  %5 = stablehlo.add %4, %0 : tensor<3xf32>
  return %5 : tensor<3xf32>
}`;
    const module = parseModule(text);
    const [x, a, b] = inputsOf(module, 1) as readonly [Elements, Elements, Elements];
    const before = interpretFunction(module, "main", [x, a, b]).flatMap(numbersOf);
    runPipeline(module, [{ name: "hoist-parameters", run: findPass("hoist-parameters")!.configure({}) }]);
    const prepared = interpretFunction(module, "prepare", [a, b]);
    expect(prepared).toHaveLength(2);
    expect(interpretFunction(module, "main", [x, ...prepared]).flatMap(numbersOf)).toEqual(before);
  });
});
