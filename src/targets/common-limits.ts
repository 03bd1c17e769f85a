/** @file What no plugin takes: XLA's parts that all of them share reject it, wait for ever, or end the process. */
import type { Value } from "../ir/operation.js";
import { ENTRY } from "../ir/analysis/symbols.js";
import {
  type ElementType,
  formatType,
  isComplex,
  isFloat,
  isQuantized,
  isSigned,
  isUnbounded,
  type TensorType,
} from "../ir/types.js";
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
  "stablehlo.convolution",
  "stablehlo.dot",
  "stablehlo.dot_general",
  "stablehlo.dynamic_conv",
  "stablehlo.einsum",
] as const;

const refuseTwins = limitOf(products, ({ operands, results }) => {
  const [from, into] = [operands[0]!.type as TensorType, results[0]!.type as TensorType];
  const areTwins = twins.some((pair) => pair.has(from.element) && pair.has(into.element));
  if (from.element === into.element || !areTwins) return undefined;
  return {
    constraint: "fatal_product_f8",
    message: `a product of ${formatType(from)} is asked for as ${formatType(into)}, which is as wide`,
    hint: "ask for f32 and convert",
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

/** `f8E4M3` of f8E4M3FNUZ: floats of eight bits with exponents and fractions of these sizes. */
const sizesOf = (element: ElementType): string | undefined =>
  typeof element === "string" ? /^f8E\dM\d/.exec(element)?.[0] : undefined;

/** Of two element types XLA takes the wider: there is none of two whose numbers have the same parts, nor of a complex and a real one. */
const refuseMixedProduct = limitOf(
  ["stablehlo.dot", "stablehlo.dot_general", "chlo.ragged_dot"],
  ({ operands: [left, right] }) => {
    const [lhs, rhs] = [left!.type as TensorType, right!.type as TensorType];
    const sizes = sizesOf(lhs.element);
    const areAlike = sizes !== undefined && sizes === sizesOf(rhs.element) && lhs.element !== rhs.element;
    if (!areAlike && isComplex(lhs.element) === isComplex(rhs.element)) return undefined;
    return {
      constraint: "fatal_mixed_product",
      message: `a product of ${formatType(lhs)} and ${formatType(rhs)}, neither of which is the wider`,
      hint: "convert one of them to the other's element type first",
    };
  },
);

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
  refuseHostTransfers,
  refuseTwins,
  refuseUnused,
  refuseMixedProduct,
  refuseFunctionValues,
  refuseCasts,
  refuseSigned,
];
