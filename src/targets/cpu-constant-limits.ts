/** @file Operations on constants that XLA's CPU compiler computes itself, and does not survive (jaxlib 0.11.2); of values that the program computes it makes code. */
import { constantMakers } from "../ir/analysis/makers.js";
import { typeOf } from "../ir/emit.js";
import { type Operation, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { formatType, isComplex, isInteger } from "../ir/types.js";
import { constantSumsOf } from "./common-constant-limits.js";
import { type Limit, limitOf } from "./limits.js";

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

/** Truth values are refused for every plugin; that of TPUs has no complex numbers itself. */
const refuseComplexSums = constantSumsOf(isComplex);

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
  refuseComplexSums,
  refuseConstantWindows,
];
