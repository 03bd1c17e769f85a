/** @file Ops whose shapes are data: the dynamic_ family, and dimension sizes. */
import { DYNAMIC, elementCount, formatType, isStatic, type TensorType, tensorType } from "../types.js";
import { isCompatible, sameElement } from "../verify-types.js";
import { constantIntegers } from "./constants.js";
import { defineOp, operand } from "./define.js";
import { inferGather } from "./gather.js";
import { bool, i64, i64Array, optional, optionalList } from "./kinds.js";
import { checkBroadcastQuantisation, checkReshapeQuantisation } from "./quantisation.js";
import {
  checkDimension,
  checkInRange,
  checkLength,
  checkRank,
  checkUnique,
  list,
  rankOf,
  sameSize,
  type View,
} from "./constraints.js";
import { dimensionsOf, tensorOf } from "./shape-checks.js";
import { gatherDimensionNumbers } from "./structs.js";

/** Operand `index` as a list of sizes: a vector of static length. Its values when constant. */
function shapeOperand(
  op: View,
  index: number,
  name: string,
  constraint: string,
): readonly number[] | undefined {
  const type = op.tensor(index);
  checkRank(op, type, 1, name, constraint);
  op.check(isStatic(type), constraint, `${name} must have a static size, got ${formatType(type)}`);
  return constantIntegers(op.operands[index]!);
}

/** A shape that is data must describe the result. */
function checkShapeOperand(
  op: View,
  index: number,
  name: string,
  result: TensorType,
  constraint: string,
): readonly number[] | undefined {
  const sizes = shapeOperand(op, index, name, constraint);
  checkLength(op, result.shape, op.tensor(index).shape[0]!, "the result's shape", constraint);
  op.check(
    sizes === undefined ||
      (sizes.every((size) => size >= 0) && isCompatible(tensorType(sizes, result.element), result)),
    constraint,
    `${name} ${list(sizes ?? [])} does not describe ${formatType(result)}`,
  );
  return sizes;
}

const dynamicBroadcastInDim = defineOp({
  name: "stablehlo.dynamic_broadcast_in_dim",
  summary: "broadcast_in_dim to a shape that is data.",
  operands: [operand("operand", "PIFCQA"), operand("output_dimensions", "IX")],
  attributes: {
    broadcast_dimensions: i64Array,
    known_expanding_dimensions: optionalList(i64Array),
    known_nonexpanding_dimensions: optionalList(i64Array),
  },
  traits: ["pure"],
  infer: (op) => {
    const [from, to] = [op.tensor(0), op.resultTensor()];
    const { broadcast_dimensions: dimensions } = op.attributes;
    const name = "broadcast_dimensions";
    op.check(
      sameElement(from.element, to.element),
      "dynamic_broadcast_in_dim_c1",
      `element types differ: ${formatType(from)} and ${formatType(to)}`,
    );
    checkLength(op, dimensions, rankOf(from), name, "dynamic_broadcast_in_dim_c2");
    checkInRange(op, dimensions, rankOf(to), name, "dynamic_broadcast_in_dim_c3");
    checkUnique(op, dimensions, name, "dynamic_broadcast_in_dim_c4");
    const sizes = checkShapeOperand(op, 1, "output_dimensions", to, "dynamic_broadcast_in_dim_c7");
    dimensions.forEach((target, i) => {
      const size = from.shape[i]!;
      const fits =
        size === 1 || (sameSize(size, to.shape[target]!) && sameSize(size, sizes?.[target] ?? DYNAMIC));
      op.check(
        fits,
        "dynamic_broadcast_in_dim_c5",
        `dimension ${i} of size ${size} must be 1 or the size of result dimension ${target}`,
      );
    });
    checkBroadcastQuantisation(op, from, to, dimensions, "dynamic_broadcast_in_dim_c6");
    const { known_expanding_dimensions: growing = [], known_nonexpanding_dimensions: kept = [] } =
      op.attributes;
    checkUnique(op, [...growing, ...kept], "known dimensions", "dynamic_broadcast_in_dim_c8");
    checkInRange(op, growing, rankOf(from), "known_expanding_dimensions", "dynamic_broadcast_in_dim_c9");
    checkInRange(op, kept, rankOf(from), "known_nonexpanding_dimensions", "dynamic_broadcast_in_dim_c10");
    return [to];
  },
  assembly: { template: "%operand, %output_dimensions, dims = $broadcast_dimensions : F" },
  example:
    "%0 = stablehlo.dynamic_broadcast_in_dim %arg0, %arg1, dims = [1] : (tensor<4xf32>, tensor<2xi64>) -> tensor<?x?xf32>",
});

const dynamicIota = defineOp({
  name: "stablehlo.dynamic_iota",
  summary: "iota of a shape that is data.",
  operands: [operand("output_shape", "IX")],
  attributes: { iota_dimension: i64 },
  traits: ["pure"],
  infer: (op) => {
    const to = op.resultTensor();
    checkDimension(op, op.attributes.iota_dimension, to, "iota_dimension", "dynamic_iota_c1");
    checkShapeOperand(op, 0, "output_shape", to, "dynamic_iota_c2");
    return [to];
  },
  assembly: { template: "%output_shape, dim = $iota_dimension : F" },
  example: "%0 = stablehlo.dynamic_iota %arg0, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>",
});

const dynamicReshape = defineOp({
  name: "stablehlo.dynamic_reshape",
  summary: "reshape to a shape that is data.",
  operands: [operand("operand", "PIFCQA"), operand("output_shape", "IX")],
  attributes: {},
  traits: ["pure"],
  infer: (op) => {
    const [from, to] = [op.tensor(0), op.resultTensor()];
    op.check(
      sameElement(from.element, to.element),
      "dynamic_reshape_c1",
      `element types differ: ${formatType(from)} and ${formatType(to)}`,
    );
    const sizes = checkShapeOperand(op, 1, "output_shape", to, "dynamic_reshape_c4");
    const count = isStatic(to)
      ? elementCount(to.shape)
      : sizes === undefined
        ? undefined
        : elementCount(sizes);
    op.check(
      !isStatic(from) || count === undefined || count === elementCount(from.shape),
      "dynamic_reshape_c2",
      `${formatType(from)} does not hold ${count} elements`,
    );
    checkReshapeQuantisation(op, from, to, "dynamic_reshape");
    return [to];
  },
  assembly: { template: "%operand, %output_shape : F" },
  example: "%0 = stablehlo.dynamic_reshape %arg0, %arg1 : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x?xf32>",
});

const dynamicPad = defineOp({
  name: "stablehlo.dynamic_pad",
  summary: "pad by amounts that are data.",
  operands: [
    operand("operand", "PIFCQ"),
    operand("padding_value", "PIFCQ"),
    operand("edge_padding_low", "IX"),
    operand("edge_padding_high", "IX"),
    operand("interior_padding", "IX"),
  ],
  attributes: {},
  traits: ["pure"],
  infer: (op) => {
    const [from, value, to] = [op.tensor(0), op.tensor(1), op.resultTensor()];
    checkRank(op, value, 0, "padding_value", "dynamic_pad_i2");
    op.check(
      sameElement(from.element, value.element) && sameElement(from.element, to.element),
      "dynamic_pad_c1",
      `element types differ: ${formatType(from)}, ${formatType(value)} and ${formatType(to)}`,
    );
    const names = ["edge_padding_low", "edge_padding_high", "interior_padding"];
    const [low, high, interior] = names.map((name, i) => {
      const sizes = shapeOperand(op, i + 2, name, "dynamic_pad_c2");
      checkLength(op, from.shape, op.tensor(i + 2).shape[0]!, "the operand's shape", "dynamic_pad_c2");
      return sizes;
    });
    op.check(
      interior === undefined || interior.every((n) => n >= 0),
      "dynamic_pad_c3",
      `interior_padding must not be negative, got ${list(interior ?? [])}`,
    );
    checkRank(op, to, rankOf(from), "the result", "dynamic_pad_c4");
    if (low === undefined || high === undefined || interior === undefined) return [to];
    from.shape.forEach((size, i) => {
      if (size === DYNAMIC) return;
      const padded = low[i]! + size + Math.max(size - 1, 0) * interior[i]! + high[i]!;
      op.check(
        sameSize(padded, to.shape[i]!),
        "dynamic_pad_c4",
        `dimension ${i} of the result must have size ${padded}, got ${to.shape[i]}`,
      );
    });
    return [to];
  },
  assembly: {
    template: "%operand, %padding_value, %edge_padding_low, %edge_padding_high, %interior_padding : F",
  },
  example:
    "%0 = stablehlo.dynamic_pad %arg0, %arg1, %arg2, %arg2, %arg2 : (tensor<?xf32>, tensor<f32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>",
});

const dynamicGather = defineOp({
  name: "stablehlo.dynamic_gather",
  summary: "gather of slices whose sizes are data.",
  operands: [operand("operand", "PIFCQ"), operand("start_indices", "I"), operand("slice_sizes", "I")],
  attributes: { dimension_numbers: gatherDimensionNumbers, indices_are_sorted: optional(bool, false) },
  traits: ["pure"],
  infer: (op) => {
    const sizes = shapeOperand(op, 2, "slice_sizes", "dynamic_gather_i3");
    checkLength(op, op.tensor(0).shape, op.tensor(2).shape[0]!, "the operand's shape", "dynamic_gather_c20");
    return [inferGather(op, "dynamic_gather", op.attributes.dimension_numbers, sizes)];
  },
  assembly: "generic",
  example: [
    '%0 = "stablehlo.dynamic_gather"(%arg0, %arg1, %arg2) <{dimension_numbers = #stablehlo.gather<offset_dims = [1],',
    "collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false}> :",
    "(tensor<8x4xf32>, tensor<3x1xi32>, tensor<2xi32>) -> tensor<3x?xf32>",
  ].join(" "),
});

const getDimensionSize = defineOp({
  name: "stablehlo.get_dimension_size",
  summary: "The size of one dimension.",
  operands: [operand("operand", "PIFCQA")],
  attributes: { dimension: i64 },
  traits: ["pure"],
  infer: (op) => {
    checkDimension(op, op.attributes.dimension, op.tensor(0), "dimension", "get_dimension_size_c1");
    return [tensorType([], "i32")];
  },
  assembly: { template: "%operand, dim = $dimension : F" },
  example: "%0 = stablehlo.get_dimension_size %arg0, dim = 0 : (tensor<4xf32>) -> tensor<i32>",
});

const setDimensionSize = defineOp({
  name: "stablehlo.set_dimension_size",
  summary: "The same tensor with a dimension that is known to be smaller at run time.",
  operands: [operand("operand", "PIFCQ"), operand("size", "S")],
  attributes: { dimension: i64 },
  traits: ["pure"],
  infer: (op) => {
    const [from, size] = [op.tensor(0), op.tensor(1)];
    const { dimension } = op.attributes;
    op.check(
      size === tensorType([], "i32"),
      "set_dimension_size_i2",
      `size must be tensor<i32>, got ${formatType(size)}`,
    );
    checkDimension(op, dimension, from, "dimension", "set_dimension_size_c1");
    const known = constantIntegers(op.operands[1]!)?.[0];
    const result = dimensionsOf(from).map((d, i) => {
      if (i !== dimension) return d;
      const bound = d.size === DYNAMIC ? d.bound : d.size;
      return known === bound ? { size: bound, bound: DYNAMIC } : { size: DYNAMIC, bound };
    });
    return [tensorOf(result, from.element)];
  },
  assembly: { template: "%operand, %size, dim = $dimension : F" },
  example:
    "%0 = stablehlo.set_dimension_size %arg0, %arg1, dim = 0 : (tensor<4xf32>, tensor<i32>) -> tensor<?xf32, #stablehlo.bounds<4>>",
});

export const dynamicOps = [
  dynamicBroadcastInDim,
  dynamicIota,
  dynamicReshape,
  dynamicPad,
  dynamicGather,
  getDimensionSize,
  setDimensionSize,
] as const;
