/** @file Floating-point operations of products: dots and convolutions, two for each pair of numbers multiplied and added. */
import {
  type ArrayShape,
  type Computation,
  type Convolution,
  type Instruction,
  type Module,
  operandsOf,
} from "./hlo.js";
import { elementsMet } from "./window.js";

/** Of one execution; those inside a fusion are counted, other arithmetic is not. */
export function flopsOf(module: Module, computation: Computation, instruction: Instruction): number {
  const { opcode } = instruction;
  if (opcode === "fusion") return flopsOfComputation(module, module.computations.get(instruction.calls[0]!)!);
  if (opcode !== "dot" && opcode !== "convolution") return 0;
  const [left, right] = operandsOf(computation, instruction).map(({ shape }) => shape as ArrayShape);
  const result = instruction.shape as ArrayShape;
  if (opcode === "dot") return 2 * count(result.dimensions) * summed(left!, instruction);
  return instruction.convolution === undefined
    ? 0
    : convolved(instruction.convolution, left!, right!, result);
}

function flopsOfComputation(module: Module, computation: Computation): number {
  let sum = 0;
  for (const instruction of computation.instructions.values())
    sum += flopsOf(module, computation, instruction);
  return sum;
}

const count = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

const summed = (left: ArrayShape, { contracting = [] }: Instruction): number =>
  count(contracting.map((dimension) => left.dimensions[dimension]!));

/**
 * Positions of the window that fall on padding or between elements are no work: batched products come as convolutions whose
 * windows meet one element each.
 */
function convolved(
  { window, input, kernel, output }: Convolution,
  left: ArrayShape,
  right: ArrayShape,
  result: ArrayShape,
): number {
  const met = window.map((dimension, i) =>
    elementsMet(dimension, left.dimensions[input.spatial[i]!]!, result.dimensions[output.spatial[i]!]!),
  );
  const outputs = result.dimensions[output.batch]! * result.dimensions[output.feature]!;
  return 2 * outputs * right.dimensions[kernel.inputFeature]! * count(met);
}
