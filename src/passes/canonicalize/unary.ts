/** @file Chains of one-operand elementwise ops: signs, not, select, conversions. */
import { floatBits, type FloatFormat, floatFormats } from "../../ir/floats/formats.js";
import { definingOp, type Value } from "../../ir/operation.js";
import { isOp } from "../../ir/ops/index.js";
import {
  bitWidth,
  type ElementType,
  isFloat,
  isInteger,
  type IntegerType,
  type TensorType,
} from "../../ir/types.js";
import { splatOf } from "../../ir/analysis/constants.js";
import { type Rule, rule } from "../rewrite.js";

const elementOf = (value: Value): ElementType => (value.type as TensorType).element;

const doubleNegation = rule("negate of negate", "stablehlo.negate", ({ operands }) => {
  const inner = definingOp(operands[0]!);
  return isOp(inner, "stablehlo.negate") && typeof elementOf(operands[0]!) === "string"
    ? inner.operands[0]
    : undefined;
});

const doubleNot = rule("not of not", "stablehlo.not", ({ operands }) => {
  const inner = definingOp(operands[0]!);
  return isOp(inner, "stablehlo.not") ? inner.operands[0] : undefined;
});

const absoluteOfAbsolute = rule("abs of abs", "stablehlo.abs", ({ operands }) =>
  isOp(definingOp(operands[0]!), "stablehlo.abs") ? operands[0] : undefined,
);

const absoluteOfNegated = rule("abs of negate", "stablehlo.abs", ({ operands }, builder) => {
  const inner = definingOp(operands[0]!);
  if (!isOp(inner, "stablehlo.negate") || typeof elementOf(operands[0]!) !== "string") return undefined;
  return builder.create("stablehlo.abs", inner.operands, {}).result;
});

const selectOfConstant = rule("select by a constant", "stablehlo.select", ({ operands }) => {
  const [predicate, onTrue, onFalse] = operands as readonly [Value, Value, Value];
  const chosen = splatOf(predicate);
  if (chosen === undefined) return undefined;
  return chosen === 1 ? onTrue : onFalse;
});

const selectOfEqual = rule("select of equal values", "stablehlo.select", ({ operands }) =>
  operands[1] === operands[2] ? operands[1] : undefined,
);

const selectByNot = rule("select by not", "stablehlo.select", ({ operands }, builder) => {
  const [predicate, onTrue, onFalse] = operands as readonly [Value, Value, Value];
  const inner = definingOp(predicate);
  if (!isOp(inner, "stablehlo.not")) return undefined;
  return builder.create("stablehlo.select", [inner.operands[0]!, onFalse, onTrue], {}).result;
});

/** The format of a float type; undefined for those below two bytes, which are not looked at, and for what is no float. */
const formatOf = (element: ElementType): FloatFormat | undefined =>
  isFloat(element) && floatBits(element) >= 16 ? floatFormats[element] : undefined;

const isSigned = (element: IntegerType): boolean => !element.startsWith("ui");

/** Whether every value of `from` is one of `to`. Small float types are not looked at. */
function isLossless(from: ElementType, to: ElementType): boolean {
  if (from === to) return true;
  if (from === "i1") return isInteger(to) ? bitWidth(to) > 2 : formatOf(to) !== undefined;
  if (isFloat(to)) {
    const target = formatOf(to);
    if (target === undefined) return false;
    if (isInteger(from))
      return bitWidth(from) - (isSigned(from) ? 1 : 0) <= target.mantissaBits + 1 && target.exponentBits >= 8;
    const source = formatOf(from);
    return (
      source !== undefined &&
      source.exponentBits <= target.exponentBits &&
      source.mantissaBits <= target.mantissaBits
    );
  }
  if (!isInteger(from) || !isInteger(to)) return false;
  const room = bitWidth(to) - (isSigned(to) ? 1 : 0);
  return room >= bitWidth(from) - (isSigned(from) ? 1 : 0) && (isSigned(to) || !isSigned(from));
}

/**
 * A lossless first step may go. Not from integer through float to another integer: a float out of range converts in its own
 * way, where an integer wraps around.
 */
const convertOfConvert = rule(
  "convert of lossless convert",
  "stablehlo.convert",
  ({ operands, result }, builder) => {
    const inner = definingOp(operands[0]!);
    if (!isOp(inner, "stablehlo.convert")) return undefined;
    const source = inner.operands[0]!;
    const [from, through, to] = [elementOf(source), elementOf(operands[0]!), elementOf(result)];
    if (!isLossless(from, through)) return undefined;
    if (from === to) return source.type === result.type ? source : undefined;
    if (isInteger(from) && isFloat(through) && !isFloat(to)) return undefined;
    return builder.create("stablehlo.convert", [source], {}, { results: [result.type] }).result;
  },
);

const convertToSame = rule("convert to the same type", "stablehlo.convert", ({ operands, result }) =>
  operands[0]!.type === result.type ? operands[0] : undefined,
);

export const unaryRules: readonly Rule[] = [
  doubleNegation,
  doubleNot,
  absoluteOfAbsolute,
  absoluteOfNegated,
  selectOfConstant,
  selectOfEqual,
  selectByNot,
  convertToSame,
  convertOfConvert,
];
