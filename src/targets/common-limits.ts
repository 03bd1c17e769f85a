/** @file What no plugin takes: XLA's parts that all of them share reject it, compute other numbers, wait for ever, or end the process. */
import type { Operation, Value } from "../ir/operation.js";
import { ENTRY } from "../ir/analysis/symbols.js";
import {
  bitWidth,
  DYNAMIC,
  formatType,
  isComplex,
  isFloat,
  isQuantized,
  isSigned,
  isUnbounded,
  type TensorType,
} from "../ir/types.js";
import { drawsOthers } from "../lowering/random-bits.js";
import { commonConstantLimits } from "./common-constant-limits.js";
import { findType, type Limit, limitOf } from "./limits.js";

const refuseDynamicArguments = limitOf(["func.func"], (operation) => {
  if (operation.attributes.sym_name !== ENTRY) return undefined;
  const argument = operation.regions[0]?.blocks[0]?.arguments.find(({ type }) => isUnbounded(type));
  if (argument === undefined) return undefined;
  return {
    constraint: "target_dynamic",
    message: `argument #${argument.index} of @main has the unbounded type ${formatType(argument.type)}`,
    hint: "compile once for each size, or give the dimension a bound",
  };
});

const refuseQuantised: Limit = (operation) => {
  const type = findType(operation, isQuantized);
  if (type === undefined) return undefined;
  return {
    constraint: "target_quantised",
    message: `${formatType(type)} is quantised, and no plugin compiles quantised ops`,
    hint: "lower them to integer arithmetic first",
  };
};

const isResource = (attribute: unknown): boolean =>
  typeof attribute === "object" && attribute !== null && "kind" in attribute && attribute.kind === "resource";

const refuseResources: Limit = (operation) => {
  const attributes: readonly (readonly [string, unknown])[] = [
    ...Object.entries(operation.attributes),
    ...operation.extra,
  ];
  const resource = attributes.find(([, attribute]) => isResource(attribute));
  if (resource === undefined) return undefined;
  return {
    constraint: "target_resource",
    message: `${resource[0]} is a dense_resource, which XLA does not read`,
    hint: "pass the data as an argument, or write it as dense<..>",
  };
};

const refuseScan: Limit = (operation) =>
  operation.name === "chlo.scan"
    ? {
        constraint: "target_scan",
        message: "chlo.scan aborts the TPU plugin, and older plugins do not know it",
        hint: "use nn.linear_scan or a while loop",
      }
    : undefined;

const refuseZeroSlices = limitOf(["stablehlo.gather"], ({ attributes }) => {
  const { dimension_numbers: numbers, slice_sizes: sizes } = attributes;
  const gone = [...numbers.collapsed_slice_dims, ...(numbers.operand_batching_dims ?? [])];
  if (!gone.some((dimension) => sizes[dimension] === 0)) return undefined;
  return {
    constraint: "fatal_gather_zero_slice",
    message: "a collapsed dimension has slice size 0",
    hint: "the result is what padding gives: write that, or take slices of size 1",
  };
});

/** Types that XLA has a generator of numbers for: normal ones are floats, as the op says. */
const drawn: ReadonlySet<unknown> = new Set(["f16", "bf16", "f32", "f64", "i32", "ui32", "i64", "ui64"]);

const refuseRandomTypes = limitOf(["stablehlo.rng"], ({ attributes, operands }) => {
  const type = operands[0]!.type as TensorType;
  if (drawn.has(type.element)) return undefined;
  return {
    constraint: "fatal_rng_type",
    message: `there is no generator of ${attributes.rng_distribution.toLowerCase()} ${formatType(type)}`,
    hint: "draw i32 or f32 and convert",
  };
});

const refuseOtherBits = limitOf(["stablehlo.rng_bit_generator"], (operation) => {
  if (!drawsOthers(operation)) return undefined;
  return {
    constraint: "wrong_random_bits",
    message: `random bits ${formatType(operation.results[1]!.type)}, which XLA reads as unsigned integers of that width`,
    hint: "draw unsigned integers, and read them as others by bitcast_convert",
  };
});

/** `send` and `recv` between devices are not among them. */
const refuseHostTransfers = limitOf(
  ["stablehlo.infeed", "stablehlo.outfeed", "stablehlo.send", "stablehlo.recv"],
  ({ name, attributes }) => {
    if ("channel_handle" in attributes && attributes.is_host_transfer !== true) return undefined;
    return {
      constraint: "fatal_host_transfer",
      message: `waits for the host, which nobody here speaks for: ${name} would never end`,
      hint: "pass the data as an argument, or return it as a result",
    };
  },
);

/** Floats of eight bits with as many bits for exponent and mantissa as each other: neither is wider, and XLA asks which is. */
const twins: readonly ReadonlySet<unknown>[] = [
  new Set(["f8E5M2", "f8E5M2FNUZ"]),
  new Set(["f8E4M3", "f8E4M3FNUZ"]),
];

const products = [
  "chlo.ragged_dot",
  "stablehlo.convolution",
  "stablehlo.dot",
  "stablehlo.dot_general",
  "stablehlo.dynamic_conv",
  "stablehlo.einsum",
] as const;

/** What is multiplied, and what the product is. */
const typesOfProduct = ({ operands, results }: Operation): readonly TensorType[] =>
  [...operands.slice(0, 2), results[0]!].map(({ type }) => type as TensorType);

const inWords = (types: readonly TensorType[]): string =>
  `a product of ${types.slice(0, -1).map(formatType).join(" and ")} is asked for as ${formatType(types.at(-1)!)}`;

const refuseTwins = limitOf(products, (operation) => {
  const types = typesOfProduct(operation);
  const elements = [...new Set(types.map(({ element }) => element))];
  if (!twins.some((pair) => elements.filter((element) => pair.has(element)).length > 1)) return undefined;
  return {
    constraint: "fatal_product_f8",
    message: `${inWords(types)}: two of these are as wide`,
    hint: "ask for f32 and convert",
  };
});

const refuseHalfComplex = limitOf(products, (operation) => {
  const types = typesOfProduct(operation);
  const areComplex = types.map(({ element }) => isComplex(element));
  if (!areComplex.slice(0, -1).includes(true) || !areComplex.includes(false)) return undefined;
  return {
    constraint: "fatal_product_complex",
    message: `${inWords(types)}: some of these are complex`,
    hint: "multiply complex numbers by complex numbers, and take the part that is wanted of the product",
  };
});

/**
 * What broadcasts its operands is read with elements of which it computes nothing, and decomposed into an op of those that has no such: MLIR
 * ends the process there. Others are refused by it in words.
 */
const refuseUnused = limitOf(["chlo.broadcast_next_after", "chlo.broadcast_polygamma"], (operation) => {
  const type = operation.operands[0]!.type as TensorType;
  const ends =
    operation.name === "chlo.broadcast_polygamma" ? !isFloat(type.element) : isComplex(type.element);
  if (!ends) return undefined;
  return {
    constraint: "fatal_broadcast_operands",
    message: `computes nothing of ${formatType(type)}`,
    hint: "convert to a float type first",
  };
});

/** The specification has them of one bit, and XLA of eight: of types of fewer bits it finds the sizes wrong, and ends the process. */
const refuseBitcastOfTruth = limitOf(["stablehlo.bitcast_convert"], ({ operands, results }) => {
  const [from, to] = [operands[0]!.type as TensorType, results[0]!.type as TensorType];
  const isTruth = (from.element === "i1") !== (to.element === "i1");
  if (!isTruth || bitWidth(from.element) + bitWidth(to.element) > 8) return undefined;
  return {
    constraint: "fatal_bitcast_i1",
    message: `${formatType(from)} as ${formatType(to)}: XLA has truth values of eight bits`,
    hint: "compare, or shift and mask the bits",
  };
});

/** The size of their results is asked of all of them as of one. */
const refuseUnknownScatters = limitOf(["stablehlo.scatter"], ({ results }) => {
  const type = results
    .map((result) => result.type as TensorType)
    .find(({ shape }) => shape.includes(DYNAMIC));
  if (results.length === 1 || type === undefined) return undefined;
  return {
    constraint: "fatal_scatter_dynamic",
    message: `scatters into ${results.length} operands at once, of them ${formatType(type)}, whose size is known at run time`,
    hint: "scatter into one after the other",
  };
});

/** How the results lie is looked for among the indices but for the index vectors, whose size is one of those that are not known. */
const refuseUnknownIndices = limitOf(["stablehlo.dynamic_gather", "stablehlo.gather"], (operation) => {
  const type = operation.operands[1]!.type as TensorType;
  const { index_vector_dim: axis = 0 } = operation.attributes.dimension_numbers;
  const unknown = type.shape.filter((size) => size === DYNAMIC);
  if (type.shape[axis] !== DYNAMIC || unknown.length < 2) return undefined;
  return {
    constraint: "fatal_gather_dynamic",
    message: `${formatType(type)} has index vectors, and as many of them, as is known at run time`,
    hint: "the size of an index vector is that of start_index_map: make it known",
  };
});

const refuseFunctionValues = limitOf(["func.call_indirect", "func.constant"], ({ name }) => ({
  constraint: "target_function_value",
  message: `${name} has a function as a value, which XLA has not`,
  hint: "call the function by its name; the pass canonicalize does so where it is known",
}));

const refuseCasts = limitOf(["builtin.unrealized_conversion_cast"], ({ operands, results }) => {
  const types = (values: readonly Value[]): string => values.map(({ type }) => formatType(type)).join(", ");
  return {
    constraint: "target_cast",
    message: `takes ${types(operands) || "nothing"} for ${types(results)}, and computes nothing`,
    hint: "it is what an unfinished conversion left behind: finish it where the program came from",
  };
});

const refuseSigned: Limit = (operation) => {
  const type = findType(operation, isSigned);
  if (type === undefined) return undefined;
  return {
    constraint: "target_signed",
    message: `${formatType(type)} has MLIR's signed integers, which XLA does not read`,
    hint: "write integers without a sign (i32 for si32), which are read as signed",
  };
};

/** What no plugin takes. */
export const commonLimits: readonly Limit[] = [
  refuseDynamicArguments,
  refuseQuantised,
  refuseResources,
  refuseScan,
  refuseZeroSlices,
  refuseRandomTypes,
  refuseOtherBits,
  refuseHostTransfers,
  refuseTwins,
  refuseHalfComplex,
  refuseUnused,
  refuseBitcastOfTruth,
  refuseUnknownScatters,
  refuseUnknownIndices,
  refuseFunctionValues,
  refuseCasts,
  refuseSigned,
  ...commonConstantLimits,
];
