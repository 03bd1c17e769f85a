import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loweringPipeline } from "../../src/engine/lowered-program.js";
import { bodyOf, findFunction, type FunctionOperation } from "../../src/ir/analysis/symbols.js";
import type { Elements } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { type Operation, walk } from "../../src/ir/operation.js";
import { isModelOp } from "../../src/ir/ops/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { findMeaning } from "../../src/lowering/index.js";
import { allPasses } from "../../src/targets/registry.js";
import { type LoweringOptions, type Target, targets } from "../../src/targets/index.js";
import { findPreparation } from "../../src/program/index.js";
import { parsePipeline, type Pipeline, runPipeline } from "../../src/passes/index.js";
import { numbersOf } from "../../src/testing/close.js";
import {
  argumentElements,
  everyKind,
  makeModel,
  modelArbitrary,
  type RandomModel,
} from "../passes/random-model.js";
import { PROPERTY_SEED, tries } from "../../tools/vitest/properties.js";

/** Model ops are interpreted by their meaning, which knows no strategy. */
const byMeaning = { decompositions: findMeaning };

/** What a function takes, by the names that arguments which are no inputs carry. */
function argumentsFor(
  func: FunctionOperation,
  model: RandomModel,
  prepared: readonly Elements[],
): readonly Elements[] {
  const all = argumentElements(model);
  const marked = bodyOf(findFunction(makeModel(model), "main")!)!.arguments;
  const attributes = findFunction(makeModel(model), "main")!.attributes.arg_attrs!;
  const inputs = marked.filter(({ index }) => attributes[index]!.size === 0).map(({ index }) => all[index]!);
  return bodyOf(func)!.arguments.map(({ index }) => {
    const noted = [...(func.attributes.arg_attrs?.[index]?.entries() ?? [])][0];
    if (noted === undefined) return inputs.shift()!;
    const [, attribute] = noted;
    if (attribute.kind === "string") return all[Number(attribute.value)]!;
    if (attribute.kind === "integer") return prepared[Number(attribute.value)]!;
    throw new Error("an argument is marked by something else");
  });
}

/** The results of `@main`, given what its preparation returns where there is one. */
function run(module: Operation, model: RandomModel): readonly (readonly number[])[] {
  const [main, prepare] = [findFunction(module, "main")!, findPreparation(module)];
  const prepared =
    prepare === undefined
      ? []
      : interpretFunction(module, prepare.attributes.sym_name, argumentsFor(prepare, model, []), byMeaning);
  return interpretFunction(module, "main", argumentsFor(main, model, prepared), byMeaning).map(numbersOf);
}

/** Equal within what the order of f32 sums and products may change. */
function expectSame(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((numbers, r) => {
    const largest = Math.max(1, ...numbers.map(Math.abs));
    const wrong = numbers.findIndex((number, i) => !(Math.abs(actual[r]![i]! - number) <= 2e-4 * largest));
    if (wrong >= 0)
      throw new Error(`result ${r}, element ${wrong}: ${actual[r]![wrong]}, not ${numbers[wrong]}`);
  });
}

/** The program means the same after `pipeline` as before. */
function check(model: RandomModel, pipeline: Pipeline): void {
  const expected = run(makeModel(model), model);
  // Growing states would make any rounding visible.
  fc.pre(expected.flat().every((number) => Math.abs(number) < 100));
  const module = makeModel(model);
  runPipeline(module, pipeline);
  verifyModule(module);
  expectSame(run(module, model), expected);
}

/** Each test looks at other programs, the same ones each time. */
const explore = (pipeline: (model: RandomModel) => Pipeline, test: number, weight = 1): void => {
  fc.assert(
    fc.property(modelArbitrary, (model) => {
      check(model, pipeline(model));
    }),
    { ...tries(2 * weight), seed: 1000 * PROPERTY_SEED + test },
  );
};

/** Passes whose options change what they do, beside every pass as it is. */
const passes = [
  ...allPasses.names,
  "strided-time{factor=2 least-rows=1}",
  "strided-time{factor=3 least-rows=1},split-rows",
  "strided-time{factor=4 least-rows=2},outline-repeated,outline-ops,split-rows",
  ...targets.map(({ name }) => `lower-model-ops{target=${name}}`),
  "barrier-dots,flatten-dots,few-row-dots{min-rows=8 min-half-rows=8}",
  "flatten-dots,few-row-dots{swap-up-to=64}",
  "outline-repeated{barriers=true},inline{nested=false}",
  ...["sequential unroll=1", "sequential unroll=4", "associative", "strided", "blocked block=4"].map(
    (strategy) => `lower-linear-scan{strategy=${strategy}}`,
  ),
  ...["dense", "banded block=2", "banded block=4"].map((strategy) => `lower-attention{strategy=${strategy}}`),
];

describe("every pass keeps the meaning of random models", () => {
  it.each(passes.map((pipeline, i) => [pipeline, i] as const))("%s", (pipeline, i) => {
    explore(() => parsePipeline(pipeline, allPasses), i);
  });
});

const lowerings: readonly LoweringOptions[] = targets.flatMap((target) => [
  { target },
  { target, prepare: true },
  ...(["sequential", "associative", "blocked", "strided"] as const).flatMap((scan) =>
    [2, 4, 8].map(
      (strideTime): LoweringOptions => ({
        ...{ target, scan, strideTime },
        ...(scan === "blocked" && { scanBlock: 4 }),
      }),
    ),
  ),
  { target, attention: "dense", strideTime: 3 },
  { target, attention: "banded", fuseGates: false, strideTime: 2 },
]);

const nameOf = ({ target }: LoweringOptions): string => (target as Target).name;

describe("every lowering keeps the meaning of random models, and leaves no model op", () => {
  it.each(
    lowerings.map(
      (options, i) => [JSON.stringify({ ...options, target: nameOf(options) }), i, options] as const,
    ),
  )("%s", (_, i, options) => {
    explore((model) => loweringPipeline(options, model.time), 100 + i, 0.5);
  });

  it("of a program that has every kind of op", () => {
    const module = makeModel({
      batch: 2,
      time: 8,
      layers: 1,
      form: "straight",
      start: "words",
      gives: "all",
      seed: 1,
      steps: everyKind,
    });
    runPipeline(module, loweringPipeline({ target: "tpu" }, 8));
    expect([...walk(module)].filter(isModelOp)).toEqual([]);
  });
});
