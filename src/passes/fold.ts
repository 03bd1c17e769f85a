/**
 * @file Constant folding through the reference interpreter. An operation on constants becomes its value when that takes no
 * more room than the constants do: what is filled with one number stays so, and `broadcast_in_dim` of a list stays. A folded
 * exponential may differ from a plugin's in the last place, as it does between plugins.
 */
import { z } from "zod";
import { type Elements, rawElements, storedCount } from "../ir/elements.js";
import { evaluateOperation } from "../ir/interpret/index.js";
import type { Operation, Value } from "../ir/operation.js";
import { hasTrait, opDefinitions } from "../ir/ops/index.js";
import { makeOperation } from "../ir/rewriter.js";
import { elementCount, isStatic, type TensorType, tensorType } from "../ir/types.js";
import { constantOf } from "../ir/analysis/constants.js";
import { definePass } from "./pass.js";
import { applyRules, type Rule } from "./rewrite.js";

/** Operations that only pick and place elements of their first operand. */
const movesElements: ReadonlySet<string> = new Set(
  ["broadcast_in_dim", "reshape", "transpose", "slice", "reverse", "dynamic_slice"].map(
    (name) => `stablehlo.${name}`,
  ),
);

/** Never folded: an optimization barrier, which is there to stop that, and random bits, which the plugin makes. */
const kept: ReadonlySet<string> = new Set(
  ["optimization_barrier", "rng_bit_generator", "rng"].map((name) => `stablehlo.${name}`),
);

const foldable = opDefinitions
  .filter(({ traits, name }) => traits.includes("pure") && !kept.has(name))
  .map(({ name }) => name);

const isFilled = (elements: Elements): boolean => elements.splat || storedCount(elements) === 1;
const scalarOf = (type: TensorType): TensorType => tensorType([], type.element);

/** The same elementwise operation on single numbers. */
function evaluateOnce(operation: Operation, operands: readonly Elements[]): readonly Elements[] | undefined {
  const scalars = operands.map(({ type, data }) => rawElements(scalarOf(type), data));
  const constants = scalars.map((value) =>
    makeOperation({ name: "stablehlo.constant", attributes: { value }, resultTypes: [value.type] }),
  );
  const once = makeOperation({
    name: operation.name,
    declaration: operation.declaration,
    operands: constants.map((constant) => constant.result),
    attributes: operation.attributes,
    resultTypes: operation.results.map((result) => scalarOf(result.type as TensorType)),
  });
  return evaluateOperation(once, scalars);
}

/** The values of an operation on constants that are filled with one number each, which its results then are too. */
function foldFilled(operation: Operation, operands: readonly Elements[]): readonly Elements[] | undefined {
  const types = operation.results.map((result) => result.type as TensorType);
  if (movesElements.has(operation.name) && isFilled(operands[0]!) && elementCount(types[0]!.shape) > 0)
    return [rawElements(types[0]!, operands[0]!.data)];
  if (!hasTrait(operation, "elementwise") || !operands.every(isFilled)) return undefined;
  return evaluateOnce(operation, operands)?.map(({ data }, i) => rawElements(types[i]!, data));
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** The values of an operation on any constants, unless they take more room. */
function foldAll(
  operation: Operation,
  operands: readonly Elements[],
  limit: number,
): readonly Elements[] | undefined {
  const types = [...operation.operands, ...operation.results].map((value) => value.type as TensorType);
  if (types.some((type) => elementCount(type.shape) > limit)) return undefined;
  const results = evaluateOperation(operation, operands);
  if (results === undefined) return undefined;
  return total(results.map(storedCount)) <= total(operands.map(storedCount)) ? results : undefined;
}

const isKnownTensor = ({ type }: Value): boolean =>
  type.kind === "tensor" && isStatic(type) && typeof type.element === "string";

const foldRule = (limit: number): Rule => ({
  name: "operations folded",
  ops: foldable,
  rewrite(operation, builder) {
    const operands = operation.operands.flatMap((operand) => constantOf(operand) ?? []);
    if (operands.length === 0 || operands.length < operation.operands.length) return undefined;
    if (![...operation.operands, ...operation.results].every(isKnownTensor)) return undefined;
    const results = foldFilled(operation, operands) ?? foldAll(operation, operands, limit);
    return results?.map((value) => builder.create("stablehlo.constant", [], { value }).result);
  },
});

export const fold = definePass({
  name: "fold",
  summary: "Replaces operations on constants by their values, where those take no more room.",
  options: z.object({
    limit: z.int().min(0).default(65536).describe("elements that a folded operation may read or make"),
  }),
  example: {
    before: `
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.constant dense<2.0> : tensor<f32>
  %1 = stablehlo.constant dense<-8.0> : tensor<f32>
  %2 = stablehlo.multiply %0, %1 : tensor<f32>
  %3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<2x3xf32>
  %4 = stablehlo.add %x, %3 : tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}`,
    after: `
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.constant dense<-16.0> : tensor<2x3xf32>
  %1 = stablehlo.add %x, %0 : tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}`,
  },
  run: (module, context, { limit }) => applyRules(module, [foldRule(limit)], context),
});
