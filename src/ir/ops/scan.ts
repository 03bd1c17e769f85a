/** @file chlo.scan: a body applied to one slice of the inputs after the other, which hands carries on. */
import { DYNAMIC, formatType, type TensorType, type Type } from "../types.js";
import { isCompatible } from "../verify-types.js";
import { list, rankOf, returnedTypes, tensors, typeList, type View } from "./constraints.js";
import { defineOp, variadic } from "./define.js";
import { bool, i32Array, i64, optional } from "./kinds.js";
import { type Dimension, dimensionOf, dimensionsOf, mostSpecific, tensorOf } from "./shape-checks.js";

/** Two counts that make up `total`: of inputs and inits, or of outputs and carries. */
function split(
  op: View,
  segments: readonly number[],
  total: number,
  names: string,
): readonly [number, number] {
  const [first = -1, second = -1] = segments;
  op.check(
    segments.length === 2 && first >= 0 && second >= 0 && first + second === total,
    "scan_segments",
    `the numbers of ${names} must add up to ${total}, got ${list(segments)}`,
  );
  return [first, second];
}

/** How many slices the inputs have. */
function lengthOf(
  op: View,
  inputs: readonly TensorType[],
  dimension: number,
  size: number | undefined,
): Dimension {
  op.check(size === undefined || size >= 0, "scan_size", `scan_dim_size must not be negative, got ${size}`);
  return inputs.reduce<Dimension>(
    (length, input) => {
      op.check(
        dimension < rankOf(input),
        "scan_dimension",
        `dimension must lie in [0, ${rankOf(input)}) for ${formatType(input)}, got ${dimension}`,
      );
      const both = mostSpecific(length, dimensionOf(input, dimension));
      op.check(
        both !== undefined,
        "scan_size",
        `${formatType(input)} must have ${length.size} slices along dimension ${dimension}`,
      );
      return both!;
    },
    { size: size ?? DYNAMIC, bound: DYNAMIC },
  );
}

/** A tensor without its dimension `dim`. */
const sliceOf = (type: TensorType, dim: number): TensorType =>
  tensorOf(dimensionsOf(type).toSpliced(dim, 1), type.element);

const scan = defineOp({
  name: "chlo.scan",
  summary:
    "Applies its body to the slices of the inputs along one dimension, in order, with the carries of the slice before; its outputs are stacked.",
  operands: [variadic("operands", "PIFCQA")],
  attributes: {
    dimension: i64,
    scan_dim_size: optional(i64),
    is_reverse: optional(bool, false),
    is_associative: optional(bool),
    operandSegmentSizes: i32Array,
    resultSegmentSizes: i32Array,
  },
  regions: ["body"],
  traits: ["isolated", "recursive-effects"],
  infer: (op) => {
    const operands = tensors(op);
    const { dimension, scan_dim_size, operandSegmentSizes, resultSegmentSizes } = op.attributes;
    const block = op.body(0);
    const next = returnedTypes(block);
    const [inputCount, carryCount] = split(op, operandSegmentSizes, operands.length, "inputs and inits");
    const [outputCount, nextCount] = split(op, resultSegmentSizes, next.length, "outputs and carries");
    op.check(
      carryCount === nextCount,
      "scan_segments",
      `${carryCount} inits are given for ${nextCount} carries`,
    );
    op.check(inputCount + outputCount > 0, "scan_values", "needs inputs or outputs");
    op.check(dimension >= 0, "scan_dimension", `dimension must not be negative, got ${dimension}`);
    const length = lengthOf(op, operands.slice(0, inputCount), dimension, scan_dim_size);
    const taken = operands.map((type, i) => (i < inputCount ? sliceOf(type, dimension) : type));
    checkTypes(
      op,
      taken,
      block.arguments.map(({ type }) => type),
      "take",
    );
    checkTypes(op, operands.slice(inputCount), next.slice(outputCount), "return the carries");
    return next.map((type, i) => (i < outputCount ? stacked(op, type, dimension, length) : type));
  },
  assembly: "custom",
  example: [
    "%0:2 = chlo.scan(%arg0) inits (%arg1) dimension=0 {",
    "^bb0(%arg2: tensor<3xf32>, %arg3: tensor<3xf32>):",
    "  %1 = stablehlo.add %arg2, %arg3 : tensor<3xf32>",
    "  stablehlo.return %1, %1 : tensor<3xf32>, tensor<3xf32>",
    "} : (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>)",
  ].join("\n"),
});

function checkTypes(op: View, wanted: readonly Type[], got: readonly Type[], what: string): void {
  op.check(
    wanted.length === got.length && wanted.every((type, i) => isCompatible(type, got[i]!)),
    "scan_body",
    `the body must ${what} ${typeList(wanted)}, got ${typeList(got)}`,
  );
}

/** What the slices of an output make together. */
function stacked(op: View, type: Type, dimension: number, length: Dimension): TensorType {
  op.check(type.kind === "tensor", "scan_body", `an output must have a rank, got ${formatType(type)}`);
  const slice = type as TensorType;
  op.check(
    dimension <= rankOf(slice),
    "scan_dimension",
    `${formatType(slice)} cannot be stacked along dimension ${dimension}`,
  );
  return tensorOf(dimensionsOf(slice).toSpliced(dimension, 0, length), slice.element);
}

export const scanOps = [scan] as const;
