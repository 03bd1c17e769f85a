/** @file The rule of dot_general: each operand gets the product of the cotangent and the other operand. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { Attributes, OperationOf } from "../../ir/ops/index.js";
import { differentiable, type Rules } from "../rule.js";

interface Side {
  readonly batch: readonly number[];
  readonly contracted: readonly number[];
  /** Dimensions that are neither. */
  readonly free: readonly number[];
}

function sideOf(operand: Value, batch: readonly number[], contracted: readonly number[]): Side {
  const free = shapeOf(operand).flatMap((_, i) => (batch.includes(i) || contracted.includes(i) ? [] : [i]));
  return { batch, contracted, free };
}

/** How the product says it is to be computed; algorithms are said of operand types that the backward product may not have. */
function precisionOf({ precision_config }: Attributes<"stablehlo.dot_general">, swap: boolean) {
  if (precision_config === undefined) return {};
  const order = [...precision_config];
  return { precision_config: swap ? order.reverse() : order };
}

/**
 * The cotangent of one operand, `mine`: that of the result contracted with the other operand over its free dimensions. A product of
 * that, whose dimensions are batch, mine free, other contracted, is brought into the operand's order.
 * @param isLhs whether `mine` stands first in the result
 */
function productWith(e: Emitter, g: Value, op: OperationOf<"stablehlo.dot_general">, isLhs: boolean): Value {
  const { dot_dimension_numbers: numbers } = op.attributes;
  const sides = [
    sideOf(op.operands[0]!, numbers.lhs_batching_dimensions, numbers.lhs_contracting_dimensions),
    sideOf(op.operands[1]!, numbers.rhs_batching_dimensions, numbers.rhs_contracting_dimensions),
  ] as const;
  const [own, other] = isLhs ? sides : ([sides[1], sides[0]] as const);
  const [mine, factor] = isLhs ? op.operands : [op.operands[1]!, op.operands[0]!];
  const batch = own.batch.map((_, i) => i);
  const firstFree = batch.length + sides[0].free.length;
  const otherFree = other.free.map((_, i) => (isLhs ? firstFree : batch.length) + i);
  const { element } = typeOf(g);
  const product = e.dot(
    g,
    e.convert(factor!, element),
    { batch: [batch, other.batch], contract: [otherFree, other.free] },
    element,
    precisionOf(op.attributes, !isLhs),
  );
  // What is left of the other operand are its contracted dimensions, in the order in which they stand there.
  const left = [...other.contracted].sort((a, b) => a - b);
  const contracted = left.map((dim) => own.contracted[other.contracted.indexOf(dim)]!);
  const order = [...own.batch, ...own.free, ...contracted];
  const inOrder = e.transpose(
    product,
    order.map((_, dim) => order.indexOf(dim)),
  );
  return e.convert(inOrder, typeOf(mine!).element);
}

export const dotRules: Rules<"stablehlo.dot_general"> = {
  "stablehlo.dot_general": differentiable(({ e, op, cotangent }) => [
    () => productWith(e, cotangent, op, true),
    () => productWith(e, cotangent, op, false),
  ]),
};
