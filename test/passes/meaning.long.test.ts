import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringAttribute } from "../../src/ir/attribute.js";
import { type Elements, elementsFromNumbers } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import type { Operation } from "../../src/ir/operation.js";
import { setAttributes } from "../../src/ir/rewriter.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { elementCount, type TensorType } from "../../src/ir/types.js";
import { verifyModule } from "../../src/ir/verify.js";
import { allPasses } from "../../src/targets/registry.js";
import { fuseRgLruGates } from "../../src/passes/fuse-rglru-gates.js";
import { findPreparation } from "../../src/program/index.js";
import { parsePipeline, runPipeline } from "../../src/passes/index.js";
import { bodyOf, findFunction, type FunctionOperation } from "../../src/ir/analysis/symbols.js";
import { numbersOf } from "../../src/testing/close.js";
import { inputsArbitrary, moduleArbitrary } from "./random-module.js";
import { tries } from "../../tools/vitest/properties.js";

const lowering = "lower-model-ops";

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

/** The module after a pipeline and the lowering, run. */
function results(text: string, pipeline: string, seed: number): readonly number[] {
  const module = parseModule(text);
  runPipeline(module, parsePipeline(`${pipeline}${pipeline === "" ? "" : ","}${lowering}`, allPasses));
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
      tries(40),
    );
  });
});

/** Arguments of random modules that stand for parameters; the others are inputs. */
const parameters: ReadonlySet<number> = new Set([0, 1, 3]);

function markParameters(main: FunctionOperation): void {
  const attributes = bodyOf(main)!.arguments.map(({ index }) =>
    parameters.has(index) ? new Map([["griffin.parameter", stringAttribute(`${index}`)]]) : new Map(),
  );
  setAttributes(main as unknown as Operation, { ...main.attributes, arg_attrs: attributes });
}

/** What a function is called with: its parameters and inputs out of `given`, prepared tensors out of `prepared`. */
function argumentsFor(
  func: FunctionOperation,
  given: readonly Elements[],
  prepared: readonly Elements[],
): readonly Elements[] {
  const inputs = given.filter((_, i) => !parameters.has(i));
  return bodyOf(func)!.arguments.map((argument) => {
    const attributes = func.attributes.arg_attrs![argument.index]!;
    const [path, index] = [attributes.get("griffin.parameter"), attributes.get("griffin.prepared")];
    if (path?.kind === "string") return given[Number(path.value)]!;
    if (index?.kind === "integer") return prepared[Number(index.value)]!;
    return inputs.shift()!;
  });
}

describe("hoist-parameters", () => {
  it("computes the same when @main is given what its preparation returns, in any program", () => {
    const tried = tries(300);
    let hoisted = 0;
    fc.assert(
      fc.property(moduleArbitrary, inputsArbitrary, (make, inputs) => {
        const module = make();
        markParameters(findFunction(module, "main")!);
        const before = interpretFunction(module, "main", inputs).map(numbersOf);
        runPipeline(module, parsePipeline("hoist-parameters", allPasses));
        verifyModule(module);
        const prepare = findPreparation(module);
        const prepared =
          prepare &&
          interpretFunction(module, prepare.attributes.sym_name, argumentsFor(prepare, inputs, []));
        const given = argumentsFor(findFunction(module, "main")!, inputs, prepared ?? []);
        expect(interpretFunction(module, "main", given).map(numbersOf)).toEqual(before);
        if (prepare !== undefined) hoisted++;
        const text = printModule(module);
        runPipeline(module, parsePipeline("hoist-parameters", allPasses));
        expect(printModule(module)).toBe(text);
      }),
      tried,
    );
    expect(hoisted).toBeGreaterThan(tried.numRuns / 3);
  });
});
