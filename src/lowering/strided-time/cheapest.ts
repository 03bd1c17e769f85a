/** @file Casts back to the order of time, moved up to where the fewest elements move: before a product that widens rows, not after. */
import { rowAxesOf } from "../../ir/analysis/row-axes.js";
import { shapeOf } from "../../ir/emit.js";
import { definingOp, type Operation, type Value } from "../../ir/operation.js";
import type { RowAxes } from "../../ir/ops/define.js";
import { isOp } from "../../ir/ops/index.js";
import { cloneOperation, insertOperation, replaceOperation, setOperands } from "../../ir/rewriter.js";
import { elementCount } from "../../ir/types.js";
import type { Casts } from "./casts.js";

/** What makes `value`, if nothing else reads it and it computes row by row along `axis`. */
function movableMaker(
  value: Value,
  axis: number,
): { readonly maker: Operation; readonly axes: RowAxes } | undefined {
  const maker = definingOp(value);
  if (maker === undefined || maker.results.length !== 1 || value.users.size !== 1) return undefined;
  const axes = rowAxesOf(maker, axis);
  return axes && { maker, axes };
}

/** The fewest elements that move when `value` is to be in the order of time along `axis`. */
function leastMoved(casts: Casts, value: Value, axis: number): number {
  if (casts.is(definingOp(value), "nn.to_strided", axis)) return 0;
  const here = elementCount(shapeOf(value));
  const movable = movableMaker(value, axis);
  return movable === undefined ? here : Math.min(here, movedBefore(casts, movable.maker, movable.axes));
}

/** The same when it is what makes it that takes rows in the order of time. */
const movedBefore = (casts: Casts, maker: Operation, axes: RowAxes): number =>
  maker.operands
    .map((operand, i) => {
      const axis = axes.operands[i];
      return axis === undefined ? 0 : leastMoved(casts, operand, axis);
    })
    .reduce((a, b) => a + b, 0);

/** `value` in the order of time, cast where the fewest elements move. */
function ordered(casts: Casts, value: Value, axis: number): Value {
  const movable = movableMaker(value, axis);
  if (movable === undefined) return casts.toOrdered(value, axis);
  const { maker, axes } = movable;
  if (movedBefore(casts, maker, axes) >= elementCount(shapeOf(value))) return casts.toOrdered(value, axis);
  const operands = maker.operands.map((operand, i) => {
    const source = axes.operands[i];
    return source === undefined ? operand : ordered(casts, operand, source);
  });
  const copy = cloneOperation(maker, new Map());
  setOperands(copy, operands);
  insertOperation(copy, maker.block!, maker);
  return copy.result;
}

/** Moves each cast of `casts` to the order of time that is left among `operations`, where it pays. */
export function moveToCheapest(casts: Casts, operations: readonly Operation[]): void {
  for (const cast of operations) {
    if (!isOp(cast, "nn.to_ordered") || cast.block === undefined || cast.result.users.size === 0) continue;
    const { axis } = cast.attributes;
    if (!casts.is(cast, "nn.to_ordered", axis)) continue;
    const [value] = cast.operands as readonly [Value];
    if (leastMoved(casts, value, axis) >= elementCount(shapeOf(value))) continue;
    replaceOperation(cast, [ordered(casts, value, axis)]);
  }
}
