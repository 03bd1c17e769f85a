/**
 * @file Operations that are valid and end or hang the process of XLA's CPU compiler all the same (jaxlib 0.11.2), each found by compiling
 * generated programs in child processes (tools/survival). A limit refuses no more than that, unless what is fatal shows only to the compiler.
 */
import { definingOp, type Operation, type Value, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { DYNAMIC, type ElementType, formatType, type TensorType } from "../ir/types.js";
import { commonLimits } from "./common-limits.js";
import { cpuComplexLimits } from "./cpu-complex-limits.js";
import { cpuConstantLimits } from "./cpu-constant-limits.js";
import { refuseEmptyLayout } from "./cpu-entry-limits.js";
import { refuseUnorderedSort } from "./cpu-sort-limits.js";
import { cpuWrongNumbers } from "./cpu-wrong-numbers.js";
import { type Limit, limitOf } from "./limits.js";

const tensor = (operation: Operation, index: number): TensorType =>
  operation.operands[index]!.type as TensorType;

/** Elements that XLA packs several to a byte and then cannot cut between them. */
const isPacked = (element: ElementType): boolean => element === "i2" || element === "ui2";

const refusePackedConcatenate = limitOf(["stablehlo.concatenate"], (operation) => {
  const type = tensor(operation, 0);
  if (!isPacked(type.element)) return undefined;
  return {
    constraint: "fatal_concatenate_i2",
    message: `${formatType(type)} is packed four to a byte and cannot be joined`,
    hint: "convert to i8, concatenate, convert back",
  };
});

/** Sorting many of them ends the process. */
const refusePackedSort = limitOf(["stablehlo.sort"], ({ operands }) => {
  const packed = operands.find(({ type }) => type.kind === "tensor" && isPacked(type.element));
  if (packed === undefined) return undefined;
  return {
    constraint: "fatal_sort_i2",
    message: `${formatType(packed.type)} is packed four to a byte and cannot be sorted`,
    hint: "convert to i8, sort, convert back",
  };
});

/** Indices are joined with those of the batches where there are several. */
const refusePackedBatches = limitOf(["stablehlo.scatter"], (operation) => {
  const { operands, attributes } = operation;
  const indices = operands[(operands.length - 1) / 2]!.type as TensorType;
  const batches = attributes.scatter_dimension_numbers.scatter_indices_batching_dims ?? [];
  if (!isPacked(indices.element) || batches.length < 2) return undefined;
  return {
    constraint: "fatal_scatter_i2",
    message: `indices ${formatType(indices)} of ${batches.length} batching dimensions are packed four to a byte and cannot be joined with those of the batches`,
    hint: "convert the indices to i32",
  };
});

/** The plugin moves more bytes than there are: it leaves its memory, or does not come to an end. */
const refusePackedMoves = limitOf(
  ["stablehlo.all_gather", "stablehlo.all_to_all", "stablehlo.collective_permute"],
  ({ operands }) => {
    const packed = operands.find(({ type }) => type.kind === "tensor" && isPacked(type.element));
    if (packed === undefined) return undefined;
    return {
      constraint: "fatal_collective_i2",
      message: `${formatType(packed.type)} is packed four to a byte and cannot be moved between devices`,
      hint: "convert to i8, move it, convert back",
    };
  },
);

const adds = (operation: Operation): boolean =>
  [...walk(operation)].some(
    (inner) =>
      isOp(inner, "stablehlo.add", "stablehlo.subtract", "chlo.broadcast_add", "chlo.broadcast_subtract") &&
      isPacked(tensor(inner, 0).element),
  );

/** LLVM does not come to an end where it finds out what a loop of two to four turns adds up, be it only that a clamp leaves one number. */
const refusePackedSums = limitOf(
  [
    ...(["stablehlo.reduce", "stablehlo.reduce_window", "stablehlo.select_and_scatter"] as const),
    ...(["stablehlo.dot", "stablehlo.dot_general", "stablehlo.einsum", "chlo.ragged_dot"] as const),
    ...(["stablehlo.convolution", "stablehlo.dynamic_conv"] as const),
  ],
  (operation) => {
    const type = operation.results
      .map((result) => result.type as TensorType)
      .find(({ element }) => isPacked(element));
    if (type === undefined || (operation.regions.length > 0 && !adds(operation))) return undefined;
    return {
      constraint: "fatal_sum_i2",
      message: `sums of two bits, ${formatType(type)}, for which the compiler may not come to an end`,
      hint: "convert to i8, add up, convert back: the sum's last two bits are the same",
    };
  },
);

/** The compiler computes them in f32 with the body's last operation, and aborts where the body has none. */
const refuseBodiless = limitOf(["stablehlo.all_reduce", "stablehlo.reduce_scatter"], (operation) => {
  const { operands, regions } = operation;
  const isHalf = operands.some(({ type }) => type.kind === "tensor" && type.element === "bf16");
  const computes = regions[0]!.entry.last!.operands.every((value) => definingOp(value) !== undefined);
  if (!isHalf || computes) return undefined;
  return {
    constraint: "fatal_reducer_bf16",
    message:
      "the body gives what it was given, and the compiler computes sums of bf16 by the body's operation",
    hint: "reduce in f32, or by add, multiply, minimum or maximum",
  };
});

/** The compiler flattens dimensions, and divides by what is left of them to find the one whose size is not known. */
const refuseEmptyProduct = limitOf(["stablehlo.dot_general"], ({ operands, attributes }) => {
  const { dot_dimension_numbers: numbers } = attributes;
  const isDivided = ({ type }: Value, contracted: readonly number[], batches: readonly number[]): boolean => {
    const { shape } = type as TensorType;
    const isEmpty = shape.map((size) => size === 0);
    return (
      shape.includes(DYNAMIC) &&
      contracted.some((dimension) => isEmpty[dimension]) &&
      isEmpty.some((empty, i) => empty && !contracted.includes(i) && !batches.includes(i))
    );
  };
  const { lhs_contracting_dimensions: left = [], rhs_contracting_dimensions: right = [] } = numbers;
  const { lhs_batching_dimensions: of = [], rhs_batching_dimensions: by = [] } = numbers;
  const [lhs, rhs] = [operands[0]!, operands[1]!];
  const value = isDivided(lhs, left, of) ? lhs : isDivided(rhs, right, by) ? rhs : undefined;
  if (value === undefined) return undefined;
  return {
    constraint: "fatal_empty_product",
    message: `a product of ${formatType(value.type)}, which is empty in what is summed and in what is not`,
    hint: "the result is empty: make it of its sizes",
  };
});

/** The result is taken to have what is there at run time less where it begins: fewer than none, where that is beyond the end. */
const refuseUnknownSlices = limitOf(["stablehlo.slice"], ({ operands, attributes }) => {
  const type = operands[0]!.type as TensorType;
  const axis = type.shape.findIndex(
    (size, i) => size === DYNAMIC && BigInt(attributes.start_indices[i] ?? 0) > 0n,
  );
  if (axis < 0) return undefined;
  return {
    constraint: "fatal_slice_bound",
    message: `slices ${formatType(type)} from ${attributes.start_indices[axis]} on in dimension ${axis}, which may have fewer at run time, and then leaves its memory`,
    hint: "use dynamic_slice, which stays inside",
  };
});

const refuseEmptyScatter = limitOf(["stablehlo.select_and_scatter"], (operation) => {
  const { shape } = tensor(operation, 1);
  if (shape.length === 0) {
    return {
      constraint: "fatal_select_and_scatter_scalar",
      message: "operand and source are single numbers, and the compiler counts along their axes",
      hint: "apply the scatter computation to the source and init_value",
    };
  }
  if (!shape.includes(0)) return undefined;
  return {
    constraint: "fatal_select_and_scatter_empty",
    message: "the source is empty",
    hint: "the result is init_value everywhere: broadcast it",
  };
});

/** The compiler's transforms take `fft_length` and the memory's sizes as they are: one that is longer aborts, one that is shorter leaves results unset. */
const refuseOtherLengths = limitOf(["stablehlo.fft"], (operation) => {
  const { fft_type: kind, fft_length: lengths } = operation.attributes;
  const type = tensor(operation, 0);
  if (kind !== "FFT" && kind !== "IFFT") return undefined;
  const sizes = type.shape.slice(type.shape.length - lengths.length);
  if (type.shape.includes(0) || lengths.every((length, i) => BigInt(length) === BigInt(sizes[i]!)))
    return undefined;
  return {
    constraint: "fatal_fft_length",
    message: `transforms of lengths [${lengths.join(", ")}] in dimensions of sizes [${sizes.join(", ")}]`,
    hint: "pad or slice the operand to the lengths first",
  };
});

/**
 * Floats of eight bits for which the compiler does not come to an end, or takes minutes for eight elements; f8E5M2 and f8E8M0FNU are not
 * among them. That of asin it does soon for few elements that are arguments, and not for what is computed. Of acosh it takes ten seconds.
 */
const endless: ReadonlyMap<string, ReadonlySet<unknown>> = new Map([
  ["chlo.asinh", new Set(["f8E3M4", "f8E4M3", "f8E4M3B11FNUZ", "f8E4M3FN", "f8E4M3FNUZ", "f8E5M2FNUZ"])],
  ["chlo.asin", new Set(["f8E3M4", "f8E4M3"])],
]);

const refuseEndless = limitOf(["chlo.asin", "chlo.asinh"], ({ name, operands }) => {
  const type = operands[0]!.type as TensorType;
  if (!endless.get(name)!.has(type.element)) return undefined;
  return {
    constraint: `fatal_${name.slice("chlo.".length)}_f8`,
    message: `compiling it for ${formatType(type)} takes minutes, or does not come to an end`,
    hint: "convert to f32, take it there, convert back",
  };
});

/** It is the compiler's simplifier that does not come to an end, of the many operations that they are, where it takes a size of one at most for one. */
const refuseEndlessBounds = limitOf(
  ["chlo.broadcast_polygamma", "chlo.broadcast_zeta", "chlo.polygamma", "chlo.zeta"],
  ({ name, operands }) => {
    const type = operands
      .map((operand) => operand.type as TensorType)
      .find(({ shape, bounds }) => shape.some((size, axis) => size === DYNAMIC && bounds?.[axis] === 1));
    if (type === undefined) return undefined;
    return {
      constraint: `fatal_${name.replace(/^chlo\.(?:broadcast_)?/, "")}_bound`,
      message: `compiling it for ${formatType(type)}, whose size is 0 or 1, does not come to an end`,
      hint: "give the size a larger bound, or make it known",
    };
  },
);

/** Operations that do not look at elements, or only to make others of them. Elements of six bits are made by arguments alone: the compiler aborts where it would fold a conversion to them, and whether it does depends on all before it. */
const passesOn: ReadonlySet<string> = new Set([
  "stablehlo.convert",
  "stablehlo.return",
  "func.return",
  "func.call",
]);

const isSixBit = ({ type }: Value): boolean =>
  type.kind === "tensor" && typeof type.element === "string" && type.element.startsWith("f6E");

/** Elements of six bits lie in a byte each for some parts of the compiler, and packed for others: it aborts where they meet. */
const refuseSixBits: Limit = (operation) => {
  const looked = passesOn.has(operation.name) ? [] : operation.operands;
  const made = operation.name === "func.call" ? [] : operation.results;
  const value = [...looked, ...made].find(isSixBit);
  if (value === undefined) return undefined;
  return {
    constraint: "fatal_f6",
    message: `computes on ${formatType(value.type)}, elements of six bits`,
    hint: "compute on f8E4M3FN or f32, and convert on the host",
  };
};

export const cpuLimits: readonly Limit[] = [
  ...commonLimits,
  refusePackedConcatenate,
  refusePackedSort,
  refusePackedMoves,
  refusePackedSums,
  refusePackedBatches,
  refuseEmptyLayout,
  refuseBodiless,
  refuseUnorderedSort,
  refuseEmptyProduct,
  refuseUnknownSlices,
  refuseEmptyScatter,
  refuseOtherLengths,
  refuseSixBits,
  refuseEndless,
  refuseEndlessBounds,
  ...cpuComplexLimits,
  ...cpuConstantLimits,
  ...cpuWrongNumbers,
];
