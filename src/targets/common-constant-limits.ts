/** @file Operations on constants that XLA computes itself before it makes code for any device, and does not survive. */
import { constantOf } from "../ir/analysis/constants.js";
import { constantMakers } from "../ir/analysis/makers.js";
import { typeOf } from "../ir/emit.js";
import type { Elements } from "../ir/elements.js";
import { definingOp, type Region, type Value } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import type { Refusal } from "../ir/verify-program/index.js";
import { byteWidth, type ElementType, formatType, isComplex, isFloat, type TensorType } from "../ir/types.js";
import { type Limit, limitOf } from "./limits.js";

const isWayOfFloats = (way: string): boolean => way === "FLOAT" || way === "TOTALORDER";

/**
 * Of constants MLIR computes the comparison itself, and ends the process where the way to compare is not one of their type. At run time XLA
 * leaves the way out of account, but for the one that it refuses in words.
 */
const refuseOtherComparison = limitOf(["chlo.broadcast_compare", "stablehlo.compare"], (operation) => {
  const { operands, attributes } = operation;
  const type = operands[0]!.type as TensorType;
  const { compare_type: way } = attributes;
  if (way === undefined || way === "NOTYPE" || isComplex(type.element)) return undefined;
  if (isWayOfFloats(way) === isFloat(type.element) || constantMakers(operands) === undefined)
    return undefined;
  return {
    constraint: "fatal_constant_compare",
    message: `compares constants ${formatType(type)} as ${way}, which is of ${isWayOfFloats(way) ? "floats" : "integers"}`,
    hint: "leave the type of comparison out",
  };
});

const isOneNumber = ({ type, data, splat }: Elements): boolean =>
  splat || data.every((byte, i) => byte === data[i % byteWidth(type.element)]);

/** Whether a value is computed of constants alone, in each of which all elements are one number. */
function isOfOneNumber(value: Value): boolean {
  const makers = constantMakers([value]);
  if (makers === undefined) return false;
  return [...makers].every(({ operands, results }) => {
    if (operands.length > 0) return true;
    const constant = constantOf(results[0]!);
    return constant !== undefined && isOneNumber(constant);
  });
}

/** Whether an accumulation does nothing but add. */
const isSum = (body: Region, index: number): boolean => {
  const made = definingOp(body.entry.last!.operands[index]!);
  return made !== undefined && isOp(made, "stablehlo.add", "chlo.broadcast_add");
};

/** A sum over devices that has an operand which is affected, but for scalars, of which the compiler makes a plain sum. */
const sumsOf = (isAffected: (operand: Value) => boolean, found: (type: TensorType) => Refusal): Limit =>
  limitOf(
    ["stablehlo.all_reduce", "stablehlo.cross-replica-sum", "stablehlo.reduce_scatter"],
    ({ operands, regions }) => {
      const value = operands.find((operand, i) => {
        if (typeOf(operand).shape.length === 0) return false;
        return (regions.length === 0 || isSum(regions[0]!, i)) && isAffected(operand);
      });
      return value === undefined ? undefined : found(typeOf(value));
    },
  );

/**
 * A sum over devices of one number, as many times as it has elements, is that number times the devices, of which the compiler has no constant
 * for some types. Where the number is a scalar, or one of several, it adds.
 */
export const constantSumsOf = (isAffected: (element: ElementType) => boolean): Limit =>
  sumsOf(
    (operand) => isAffected(typeOf(operand).element) && isOfOneNumber(operand),
    (type) => ({
      constraint: "fatal_constant_sum",
      message: `the sum over devices of a constant ${formatType(type)}`,
      hint: "it is the constant times the number of devices: write that",
    }),
  );

/**
 * Of truth values nobody can tell beforehand which the compiler finds to be constant: `or(x, true)` is, and so is what it leads to. Their sum
 * is their disjunction, which has a name of its own that every compiler takes.
 */
const refuseTruthSums = sumsOf(
  (operand) => typeOf(operand).element === "i1",
  (type) => ({
    constraint: "fatal_truth_sum",
    message: `the sum over devices of truth values, ${formatType(type)}`,
    hint: "reduce with stablehlo.or, which is the same",
  }),
);

export const commonConstantLimits: readonly Limit[] = [refuseOtherComparison, refuseTruthSums];
