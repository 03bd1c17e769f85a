/** @file What ops ask of quantised element types. */
import { formatType, isQuantized, type QuantizedType, type TensorType } from "../types.js";
import type { View } from "./constraints.js";

const hasAxis = (element: QuantizedType): boolean => element.axis !== undefined;

/** Whether the elements are quantised along an axis. */
export const isPerAxis = ({ element }: TensorType): boolean => isQuantized(element) && hasAxis(element);

/** Whether any of the types is quantised. */
export const anyQuantised = (...types: readonly TensorType[]): boolean =>
  types.some((type) => isQuantized(type.element));

/** The quantisation of add: false when nothing is quantised. */
export function checkSumQuantisation(
  op: View,
  lhs: TensorType,
  rhs: TensorType,
  result: TensorType,
): boolean {
  const [a, b, r] = [lhs.element, rhs.element, result.element];
  if (!isQuantized(a) && !isQuantized(b) && !isQuantized(r)) return false;
  if (!isQuantized(a) || !isQuantized(b) || !isQuantized(r)) {
    op.check(false, "add_c2", "operands and result must all be quantised, or none");
    return false;
  }
  const shown = `${formatType(lhs)}, ${formatType(rhs)} and ${formatType(result)}`;
  op.check(a.storage === b.storage && a.storage === r.storage, "add_c3", `storage types differ: ${shown}`);
  op.check(
    a.expressed === b.expressed && a.expressed === r.expressed,
    "add_c4",
    `expressed types differ: ${shown}`,
  );
  op.check(
    hasAxis(r) === (hasAxis(a) || hasAxis(b)),
    "add_c5",
    `the result must be quantised per axis exactly when an operand is: ${shown}`,
  );
  op.check(!hasAxis(a) || a.axis === r.axis, "add_c6", `axes of lhs and result differ: ${shown}`);
  op.check(!hasAxis(b) || b.axis === r.axis, "add_c7", `axes of rhs and result differ: ${shown}`);
  return true;
}

/** Scales and zero points of operand and result must be the same where both are quantised in the same way. */
export function checkSameScales(op: View, from: TensorType, to: TensorType, constraint: string): void {
  const [a, b] = [from.element, to.element];
  if (!isQuantized(a) || !isQuantized(b) || hasAxis(a) !== hasAxis(b)) return;
  const same =
    a.scales.every((scale, i) => scale === b.scales[i]) &&
    a.zeroPoints.every((zero, i) => zero === b.zeroPoints[i]);
  op.check(
    same,
    constraint,
    `scales and zero points must stay, got ${formatType(from)} and ${formatType(to)}`,
  );
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** reshape and dynamic_reshape: the quantised axis keeps its size and what is before it. */
export function checkReshapeQuantisation(op: View, from: TensorType, to: TensorType, name: string): void {
  checkSameScales(op, from, to, `${name}_c1`);
  const [a, b] = [from.element, to.element];
  if (!isQuantized(a) || !isQuantized(b) || a.axis === undefined || b.axis === undefined) return;
  const [before, after] = [from.shape.slice(0, a.axis), to.shape.slice(0, b.axis)];
  const [size, newSize] = [from.shape[a.axis]!, to.shape[b.axis]!];
  op.check(size < 0 || newSize < 0 || size === newSize, `${name}_c3`, "the quantised axis changes its size");
  const dynamic = [...from.shape, ...to.shape].some((n) => n < 0);
  op.check(
    dynamic || product(before) === product(after),
    `${name}_c3`,
    "the sizes before the quantised axis change",
  );
}

/** broadcast_in_dim and its dynamic form: the quantised axis follows the mapping. */
export function checkBroadcastQuantisation(
  op: View,
  from: TensorType,
  to: TensorType,
  dimensions: readonly number[],
  constraint: string,
): void {
  const [a, b] = [from.element, to.element];
  if (!isQuantized(a) || !isQuantized(b) || a.axis === undefined || b.axis === undefined) return;
  op.check(
    b.axis === dimensions[a.axis],
    constraint,
    `the result is quantised along ${b.axis}, the operand along what becomes ${dimensions[a.axis]}`,
  );
  if (from.shape[a.axis] !== 1) return;
  const same =
    b.scales.every((scale) => scale === a.scales[0]) &&
    b.zeroPoints.every((zero) => zero === a.zeroPoints[0]);
  op.check(same, constraint, "a broadcast axis must repeat the one scale and zero point of the operand");
}

/** What dot_general and convolution share; `labels` are the constraints of the op in this order. */
export function checkContractionQuantisation(
  op: View,
  [lhs, rhs, result]: readonly [TensorType, TensorType, TensorType],
  labels: readonly [kinds: string, storage: string, expressed: string, granularity: string, hybrid: string],
): void {
  const [kinds, storage, expressed, granularity, hybrid] = labels;
  const [a, b, r] = [lhs.element, rhs.element, result.element];
  if (!isQuantized(b)) {
    op.check(false, kinds, `rhs must be quantised when lhs or result is, got ${formatType(rhs)}`);
    return;
  }
  op.check(
    isQuantized(a) === isQuantized(r),
    kinds,
    `lhs and result must both be quantised or not, got ${formatType(lhs)} and ${formatType(result)}`,
  );
  if (!isQuantized(a) || !isQuantized(r)) {
    op.check(
      a === b.expressed && a === r,
      hybrid,
      `lhs and result must be of rhs's expressed type ${b.expressed}`,
    );
    return;
  }
  op.check(a.storage === b.storage, storage, `storage types differ: ${a.storage} and ${b.storage}`);
  op.check(
    a.expressed === b.expressed && a.expressed === r.expressed,
    expressed,
    `expressed types differ: ${a.expressed}, ${b.expressed} and ${r.expressed}`,
  );
  op.check(hasAxis(b) || !hasAxis(r), granularity, "the result may be quantised per axis only when rhs is");
}
