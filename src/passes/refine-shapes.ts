/**
 * @file Shape refinement: a program whose sizes are unknown (`?`), as jax.export writes it for symbolic shapes, for inputs of given shapes.
 * Types are found anew by the op table's inference; ops whose sizes are operands become those whose sizes are attributes; functions are made
 * for each kind of call; assertions about shapes are checked, and gone.
 */
import { z } from "zod";
import { findEntry, type FunctionOperation, functionsOf } from "../ir/analysis/symbols.js";
import type { Operation } from "../ir/operation.js";
import { eraseOperation, insertOperation } from "../ir/rewriter.js";
import { formatType } from "../ir/types.js";
import { isCompatible } from "../ir/verify-types.js";
import { eraseDeadOperations, eraseUnreachableFunctions } from "./dce.js";
import { definePass, type PassContext } from "./pass.js";
import { RefineError } from "./refine-shapes/errors.js";
import { parseInputs, type ShapeInput, typeOfInput } from "./refine-shapes/inputs.js";
import { dynamicFunctions } from "./refine-shapes/is-dynamic.js";
import { type Argument, Refiner } from "./refine-shapes/refiner.js";

/** The arguments of @main: those given are its last; what stands before them (a platform's index) keeps its type. */
function argumentsOf(main: FunctionOperation, inputs: readonly ShapeInput[]): readonly Argument[] {
  const wanted = main.attributes.function_type.inputs;
  const kept = wanted.length - inputs.length;
  const fits = inputs.every((input, i) => {
    const type = wanted[kept + i];
    return type !== undefined && isCompatible(type, typeOfInput(input));
  });
  if (!fits || kept < 0)
    throw new RefineError({
      message: "@main takes other inputs",
      expected: wanted.map(formatType).join(", ") || "none",
      got: inputs.map((input) => formatType(typeOfInput(input))).join(", ") || "none",
    });
  return wanted.map((type, i) => {
    const input = inputs[i - kept];
    if (input === undefined) return { type, elements: undefined };
    return { type: typeOfInput(input), elements: "data" in input ? input : undefined };
  });
}

/**
 * Makes `@main` and what it calls static for inputs of these shapes, in place; gives the number of functions made. A program that is static
 * already stays as it is. Of arguments that shapes are computed of (a size, a platform's index) the values may be given, too; the
 * arguments stay.
 * @param inputs those of @main, or its last
 * @throws RefineError for other inputs than `@main` takes, for an assertion about shapes that is false, in its words, and for an op whose shape
 *   depends on data; VerifyError where shapes do not fit each other
 */
export function refineShapes(module: Operation, inputs: readonly ShapeInput[]): number {
  const main = findEntry(module);
  if (main === undefined) throw new RefineError({ message: "the program has no function @main" });
  const args = argumentsOf(main, inputs);
  const dynamic = dynamicFunctions(module);
  if (!dynamic.has(main)) return 0;
  const refiner = new Refiner(module, dynamic);
  refiner.specialise(main, args, main);
  const { made, replaced } = refiner.results;
  const block = module.regions[0]!.entry;
  // Behind the meshes, which stand before what names them.
  const [anchor] = functionsOf(module);
  for (const func of made) insertOperation(func, block, anchor);
  for (const func of replaced) eraseOperation(func);
  for (const func of made) eraseDeadOperations(func.regions[0]!.entry);
  eraseUnreachableFunctions(module);
  return made.length;
}

export const refineShapesPass = definePass({
  name: "refine-shapes",
  summary:
    "Sizes that are unknown become what they are for inputs of given shapes; assertions about shapes are checked.",
  options: z.object({
    inputs: z
      .string()
      .default("")
      .describe(
        'types of @main\'s inputs between commas, quoted: "tensor<3x4xf32>, tensor<4xf32>"; a value where sizes are computed of it',
      ),
  }),
  example: {
    options: 'inputs="tensor<3x4xf32>"',
    before: `
func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x4xf32>) -> tensor<i32>
  %one = stablehlo.constant dense<1> : tensor<i32>
  %ok = stablehlo.compare GE, %n, %one, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
  stablehlo.custom_call @shape_assertion(%ok, %n) {error_message = "n must be at least 1, it is {0}", has_side_effect = true} : (tensor<i1>, tensor<i32>) -> ()
  %0 = stablehlo.exponential %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}`,
    after: `
func.func @main(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %0 = stablehlo.exponential %x : tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}`,
  },
  run(module: Operation, context: PassContext, { inputs }) {
    context.count("functions refined", refineShapes(module, parseInputs(inputs)));
  },
});
