/** @file The body of a reduction: (elements ..., accumulators ...) -> accumulators. Shared by reduce, reduce_window, scatter ... */
import { type Block, definingOp } from "../operation.js";
import { type ElementType, formatElement, formatType, type TensorType, type Type } from "../types.js";
import { sameElement, sameShape } from "../verify-types.js";
import {
  isPromotable,
  returnedTypes,
  sameSize,
  sameUpToPrecision,
  typeList,
  type View,
} from "./constraints.js";

/** What a body must agree with. */
export interface Reduction {
  readonly inputs: readonly TensorType[];
  readonly inits: readonly TensorType[];
  /** Sizes that arguments of rank above 0 may have, in order. */
  readonly allowedShape: readonly number[];
  /** The spec's label of "body has type ...". */
  readonly constraint: string;
}

/** Whether the sizes of `part` appear in `whole` in the same order. */
function isSubsequence(part: readonly number[], whole: readonly number[]): boolean {
  let at = 0;
  for (const size of whole) if (at < part.length && sameSize(size, part[at]!)) at++;
  return at === part.length;
}

function accumulatorTypes(op: View, block: Block, count: number, constraint: string): readonly TensorType[] {
  const types = returnedTypes(block);
  op.check(
    block.arguments.length === 2 * count,
    constraint,
    `the body must take ${2 * count} arguments, takes ${block.arguments.length}`,
  );
  op.check(
    types.length === count,
    constraint,
    `the body must return ${count} values, returns ${types.length}`,
  );
  const isTensor = (type: Type): type is TensorType => type.kind === "tensor";
  op.check(types.every(isTensor), constraint, `the body must return tensors, returns ${typeList(types)}`);
  return types.filter(isTensor);
}

/** Checks a reduction's body; the element types it accumulates in. */
export function checkReducer(op: View, block: Block, reduction: Reduction): readonly ElementType[] {
  const { inputs, inits, allowedShape, constraint } = reduction;
  const accumulators = accumulatorTypes(op, block, inputs.length, constraint);
  const argument = (index: number): TensorType => {
    const { type } = block.arguments[index]!;
    op.check(type.kind === "tensor", constraint, `argument #${index} of the body must be a tensor`);
    return type as TensorType;
  };
  inputs.forEach((input, i) => {
    const [sum, init] = [accumulators[i]!, inits[i]!];
    const [left, right] = [argument(i), argument(i + inputs.length)];
    const shown = `argument and result #${i} of the body`;
    op.check(
      sameShape(sum, left) && sameElement(sum.element, left.element),
      constraint,
      `${shown} differ: ${formatType(left)} and ${formatType(sum)}`,
    );
    op.check(
      sameShape(sum, right) &&
        (sameElement(sum.element, right.element) || sameUpToPrecision(sum.element, right.element)),
      constraint,
      `${shown} differ: ${formatType(right)} and ${formatType(sum)}`,
    );
    op.check(
      sameShape(init, sum),
      constraint,
      `the body returns ${formatType(sum)} where the initial value is ${formatType(init)}`,
    );
    op.check(
      isPromotable(init.element, sum.element),
      constraint,
      `the body returns ${formatType(sum)}, to which ${formatType(init)} cannot be promoted`,
    );
    op.check(
      isPromotable(input.element, right.element),
      constraint,
      `the body takes ${formatType(right)}, to which ${formatElement(input.element)} cannot be promoted`,
    );
    op.check(
      isSubsequence(right.shape, allowedShape),
      constraint,
      `the body takes ${formatType(right)}, whose shape is no part of the input's`,
    );
  });
  return accumulators.map((type) => type.element);
}

/** The ops that most reductions are made of; the order of their operands does not matter. */
const reducerNames = ["add", "multiply", "maximum", "minimum"] as const;
export type ReducerName = (typeof reducerNames)[number];

/** The op by which a body of `count` accumulators makes accumulator `index`; undefined for any other body. */
export function reducerOf(body: Block, index: number, count: number): ReducerName | undefined {
  const made = definingOp(body.last!.operands[index]!);
  const [accumulator, element] = [body.arguments[index]!, body.arguments[count + index]!];
  const takesBoth = made?.operands.includes(accumulator) === true && made.operands.includes(element);
  return takesBoth ? reducerNames.find((name) => made.name === `stablehlo.${name}`) : undefined;
}
