/** @file Operations on constants that XLA's CPU compiler computes itself, and does not survive (jaxlib 0.11.2); of values that the program computes it makes code. */
import { constantOf } from "../ir/analysis/constants.js";
import { constantMakers } from "../ir/analysis/makers.js";
import type { Elements } from "../ir/elements.js";
import { definingOp, type Operation, type Region, type Value, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { byteWidth, formatType, isComplex, isInteger, type TensorType } from "../ir/types.js";
import { type Limit, limitOf } from "./limits.js";

const typeOf = ({ type }: Value): TensorType => type as TensorType;

/** Of operands that it knows the compiler folds one division, though there is no element to divide, and by 0. */
const refuseEmptyDivision = limitOf(["stablehlo.divide", "stablehlo.remainder"], (operation) => {
  const type = typeOf(operation.operands[1]!);
  const isFolded =
    type.shape.includes(0) && isInteger(type.element) && constantMakers(operation.operands) !== undefined;
  if (!isFolded) return undefined;
  return {
    constraint: "fatal_empty_division",
    message: `a division of constants ${formatType(type)}, which have no element`,
    hint: "the result is empty: an empty constant of its type",
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

/** A sum over devices of one number, as many times as it has elements, is that number times the devices, which the compiler has no constant of for these types. */
const refuseConstantSums = limitOf(
  ["stablehlo.all_reduce", "stablehlo.cross-replica-sum", "stablehlo.reduce_scatter"],
  ({ operands, regions }) => {
    const value = operands.find((operand, i) => {
      const { element, shape } = typeOf(operand);
      const isAffected = (element === "i1" || isComplex(element)) && shape.length > 0;
      if (!isAffected || (regions.length > 0 && !isSum(regions[0]!, i))) return false;
      return isOfOneNumber(operand);
    });
    if (value === undefined) return undefined;
    return {
      constraint: "fatal_constant_sum",
      message: `the sum over devices of a constant ${formatType(value.type)}`,
      hint: "it is the constant times the number of devices: write that",
    };
  },
);

/** Operations on complex numbers that the compiler makes code of, and cannot compute itself. */
const unknownOfComplex: ReadonlySet<string> = new Set([
  ...["maximum", "minimum"].flatMap((name) => [`stablehlo.${name}`, `chlo.broadcast_${name}`]),
  ...["stablehlo.clamp", "stablehlo.exponential_minus_one"],
]);

const isOrder = (operation: Operation): boolean =>
  isOp(operation, "stablehlo.compare", "chlo.broadcast_compare") &&
  !["EQ", "NE"].includes(operation.attributes.comparison_direction);

/** Whether the compiler ends where it is to compute an operation itself. */
function isUnknown(operation: Operation): boolean {
  const type = operation.operands[0]?.type;
  if (type?.kind !== "tensor") return false;
  if (operation.name === "chlo.mulhi") return type.element === "i2" || type.element === "ui2";
  return isComplex(type.element) && (unknownOfComplex.has(operation.name) || isOrder(operation));
}

const refuseConstantWindows = limitOf(
  ["stablehlo.reduce_window", "stablehlo.select_and_scatter"],
  (operation) => {
    const { operands, regions } = operation;
    const unknown = regions
      .flatMap(({ entry }) => entry.operations.flatMap((inner) => [...walk(inner)]))
      .find(isUnknown);
    if (unknown === undefined || constantMakers(operands) === undefined) return undefined;
    return {
      constraint: "fatal_constant_window",
      message: `windows of constants, with ${unknown.name} of ${formatType(unknown.operands[0]!.type)}, which the compiler cannot compute itself`,
      hint: "pass the operand as an argument, or write the result as a constant",
    };
  },
);

export const cpuConstantLimits: readonly Limit[] = [
  refuseEmptyDivision,
  refuseConstantSums,
  refuseConstantWindows,
];
