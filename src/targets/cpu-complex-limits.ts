/**
 * @file Operations on complex numbers that XLA's CPU compiler does not survive (jaxlib 0.11.2). Two of them end it only where an operand is, once all
 * before is folded and inlined, one number or numbers that count: an operand that certainly is neither passes.
 */
import { constantOf } from "../ir/analysis/constants.js";
import { ENTRY } from "../ir/analysis/symbols.js";
import type { Elements } from "../ir/elements.js";
import { isOperation, type Operation, type Value, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { byteWidth, elementCount, formatType, isComplex, type TensorType } from "../ir/types.js";
import { type Limit, limitOf } from "./limits.js";

const isComplexTensor = ({ type }: Value): boolean => type.kind === "tensor" && isComplex(type.element);

const refuseRemainder = limitOf(["stablehlo.remainder", "chlo.broadcast_remainder"], ({ operands }) => {
  if (!isComplexTensor(operands[0]!)) return undefined;
  return {
    constraint: "fatal_complex_remainder",
    message: `there is no remainder of ${formatType(operands[0]!.type)}`,
    hint: "say what is meant for the real and the imaginary part apart",
  };
});

/** Operations whose result is data where their first operand is, whatever the others are. */
const keepsData: ReadonlySet<string> = new Set(
  ["broadcast_in_dim", "complex", "convert", "exponential", "negate", "reshape", "reverse", "transpose"].map(
    (name) => `stablehlo.${name}`,
  ),
);

/** Whether a value certainly is not known before the program runs: an argument of the program, with elements, perhaps in another form. */
function isData(value: Value): boolean {
  const { owner, type } = value;
  if (type.kind !== "tensor" || type.shape.includes(0)) return false;
  if (isOperation(owner)) return keepsData.has(owner.name) && isData(owner.operands[0]!);
  const above = owner.region?.operation;
  return above !== undefined && isOp(above, "func.func") && above.attributes.sym_name === ENTRY;
}

/** The compiler folds it where the operand is one number, and aborts: whether it is depends on all before it. */
const refuseConvert = limitOf(["stablehlo.convert"], ({ operands, result }) => {
  if (!isComplexTensor(operands[0]!) || isComplexTensor(result) || isData(operands[0]!)) return undefined;
  return {
    constraint: "fatal_complex_convert",
    message: `${formatType(operands[0]!.type)} becomes ${formatType(result.type)}`,
    hint: "take its real part (stablehlo.real) and convert that",
  };
});

/** Whether the compiler computes with a constant itself: it does not where many elements are one number, which it broadcasts. */
function isFolded({ type, data, splat }: Elements): boolean {
  if (elementCount(type.shape) <= 1) return true;
  const width = byteWidth(type.element);
  return !splat && data.some((byte, i) => byte !== data[i % width]);
}

/** The compiler makes a type of the smaller complex numbers that are one number wider, and aborts on it, but in constants that it folds. */
const refuseBitcast = limitOf(["stablehlo.bitcast_convert"], ({ operands, result }) => {
  const [from, into] = [operands[0]!.type as TensorType, result.type as TensorType];
  if (!isComplex(from.element) || from.element === into.element) return undefined;
  const constant = constantOf(operands[0]!);
  if (constant !== undefined && isFolded(constant)) return undefined;
  return {
    constraint: "fatal_complex_bitcast",
    message: `the bits of ${formatType(from)} are read as ${formatType(into)}`,
    hint: "take real and imaginary parts, and the bits of each",
  };
});

function moduleOf(operation: Operation): Operation {
  const above = operation.block?.region?.operation;
  return above === undefined ? operation : moduleOf(above);
}

const isComplexCount = ({ name, results }: Operation): boolean =>
  name === "stablehlo.iota" && results.some(isComplexTensor);

/** Whether a value may be computed of complex numbers that count. What regions and functions are given is not followed: it may. */
function mayCount(value: Value): boolean {
  const seen = new Set<Value>();
  const open = [value];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (seen.has(one) || isData(one)) continue;
    seen.add(one);
    if (!isOperation(one.owner) || isComplexCount(one.owner)) return true;
    if (one.owner.regions.length > 0 || isOp(one.owner, "func.call", "stablehlo.composite")) return true;
    open.push(...one.owner.operands);
  }
  return false;
}

/** Numbers that count are never negative, so the compiler leaves the absolute value out, though it is real and they are complex. */
const refuseCount = limitOf(["stablehlo.abs"], (operation) => {
  const x = operation.operands[0]!;
  if (!isComplexTensor(x) || !mayCount(x) || ![...walk(moduleOf(operation))].some(isComplexCount))
    return undefined;
  return {
    constraint: "fatal_complex_iota",
    message: `the absolute value of ${formatType(x.type)} in a program with a complex stablehlo.iota`,
    hint: "count in f32 and convert to complex",
  };
});

export const cpuComplexLimits: readonly Limit[] = [
  refuseRemainder,
  refuseConvert,
  refuseBitcast,
  refuseCount,
];
