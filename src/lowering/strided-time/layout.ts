/** @file Strided layout, spread from operation to operation by rules that each replace an operation by an equal one. */
import { rowAxesOf, summedRowsOf, timeAxesOf } from "../../ir/analysis/row-axes.js";
import { Builder } from "../../ir/builder.js";
import { shapeOf } from "../../ir/emit.js";
import { areNumbers } from "../../ir/integers.js";
import { definingOp, type Operation, type Value } from "../../ir/operation.js";
import type { RowAxes } from "../../ir/ops/define.js";
import { isOp } from "../../ir/ops/index.js";
import {
  cloneOperation,
  eraseOperation,
  insertOperation,
  replaceAllUses,
  replaceOperation,
  setAttributes,
  setOperands,
} from "../../ir/rewriter.js";
import { Casts } from "./casts.js";

const factorOf = ({ attributes }: Operation): number =>
  (attributes as { readonly strided?: number }).strided ?? 1;

/** A copy of `operation` before it that takes other operands. */
function copyWith(operation: Operation, operands: readonly Value[]): Operation {
  const copy = cloneOperation(operation, new Map());
  setOperands(copy, operands);
  insertOperation(copy, operation.block!, operation);
  return copy;
}

/** Makes operations take the strided layout of one factor, and all those around them that can. */
export class StridedLayout {
  readonly casts: Casts;
  readonly #pending = new Set<Operation>();

  constructor(readonly factor: number) {
    this.casts = new Casts(factor);
  }

  /**
   * A time-mixing operation takes its strided form: f(x) = to_ordered(f{strided}(to_strided x)), whatever its operands are made of.
   */
  mixTimeStrided(operation: Operation, axes: RowAxes): void {
    const copy = this.#takeStrided(operation, axes);
    setAttributes(copy, { ...copy.attributes, strided: this.factor });
  }

  /** Spreads the layout from what takes it to what is computed row by row before and after; gives how many operations took it. */
  spread(): number {
    let count = 0;
    for (const operation of this.#pending) {
      this.#pending.delete(operation);
      if (operation.block !== undefined && this.#apply(operation)) count += 1;
    }
    return count;
  }

  #apply(operation: Operation): boolean {
    const time = factorOf(operation) === 1 ? timeAxesOf(operation) : undefined;
    if (time !== undefined && this.#touchesStrided(operation, time)) {
      this.mixTimeStrided(operation, time);
      return true;
    }
    if (this.#takeOneRow(operation) || this.#takeSummed(operation)) return true;
    if (isOp(operation, "stablehlo.optimization_barrier")) return this.#passThrough(operation);
    const rank = operation.results.length === 0 ? 0 : this.#rankOf(operation.results[0]!);
    for (let axis = 0; axis < rank; axis++) {
      const axes = rowAxesOf(operation, axis);
      if (axes === undefined || !this.#touchesStrided(operation, axes)) continue;
      this.#takeStrided(operation, axes);
      return true;
    }
    return false;
  }

  #rankOf = ({ type }: Value): number => (type.kind === "tensor" ? type.shape.length : 0);

  /** Whether an operand comes from the strided layout by a cast, or a result goes to it by one. */
  #touchesStrided({ operands, results }: Operation, axes: RowAxes): boolean {
    return (
      operands.some((operand, i) => {
        const axis = axes.operands[i];
        return axis !== undefined && this.casts.is(definingOp(operand), "nn.to_ordered", axis);
      }) ||
      results.some((result, i) => {
        const axis = axes.results[i];
        return axis !== undefined && this.casts.find("nn.to_strided", result, axis) !== undefined;
      })
    );
  }

  /** f(x) = to_ordered(f(to_strided x)) of an operation that computes row by row. */
  #takeStrided(operation: Operation, axes: RowAxes): Operation {
    const operands = operation.operands.map((operand, i) => {
      const axis = axes.operands[i];
      return axis === undefined ? operand : this.casts.toStrided(operand, axis);
    });
    const copy = copyWith(operation, operands);
    operation.results.forEach((result, i) => {
      const axis = axes.results[i];
      const made = copy.results[i]!;
      if (axis === undefined) {
        replaceAllUses(result, made);
        return;
      }
      const known = this.casts.find("nn.to_strided", result, axis);
      if (known !== undefined) replaceOperation(known, [made]);
      if (result.users.size > 0) replaceAllUses(result, this.casts.toOrdered(made, axis));
    });
    this.#lookAround(copy);
    eraseOperation(operation);
    return copy;
  }

  /** The operations before and after one that has changed may now take the layout, too. */
  #lookAround(operation: Operation): void {
    for (const operand of operation.operands) {
      const cast = definingOp(operand);
      const before = isOp(cast, "nn.to_strided") ? definingOp(cast.operands[0]!) : undefined;
      if (before !== undefined) this.#pending.add(before);
    }
    for (const result of operation.results) {
      for (const user of result.users) {
        if (!isOp(user, "nn.to_ordered")) continue;
        for (const next of user.result.users) this.#pending.add(next);
      }
    }
  }

  /** Rows that are summed, all of them, may be summed in the strided layout: f(to_ordered x, to_ordered y) = f(x, y). */
  #takeSummed(operation: Operation): boolean {
    const comesStrided = (axes: RowAxes["operands"]): boolean =>
      operation.operands.some((operand, i) => {
        const axis = axes[i];
        return axis !== undefined && this.casts.is(definingOp(operand), "nn.to_ordered", axis);
      });
    const axes = summedRowsOf(operation).find(comesStrided);
    if (axes === undefined) return false;
    setOperands(
      operation,
      operation.operands.map((operand, i) => {
        const axis = axes[i];
        return axis === undefined ? operand : this.casts.toStrided(operand, axis);
      }),
    );
    this.#lookAround(operation);
    this.#pending.add(operation);
    return true;
  }

  /** An optimization barrier passes each of its operands through as it comes, or as it is read. */
  #passThrough(barrier: Operation): boolean {
    let changed = false;
    barrier.results.forEach((result, i) => {
      for (let axis = 0; axis < this.#rankOf(result); axis++) {
        const own = { operands: barrier.operands.map((_, j) => (i === j ? axis : undefined)) };
        const results = barrier.results.map((_, j) => (i === j ? axis : undefined));
        if (!this.#touchesStrided(barrier, { ...own, results })) continue;
        setOperands(
          barrier,
          barrier.operands.map((operand, j) => (i === j ? this.casts.toStrided(operand, axis) : operand)),
        );
        const known = this.casts.find("nn.to_strided", result, axis);
        const others = [...result.users].filter((user) => user !== known);
        if (others.length > 0) {
          const ordered = this.casts.toOrdered(result, axis);
          for (const user of others)
            setOperands(
              user,
              user.operands.map((operand) => (operand === result ? ordered : operand)),
            );
        }
        if (known !== undefined) replaceOperation(known, [result]);
        changed = true;
        break;
      }
    });
    if (changed) this.#lookAround(barrier);
    return changed;
  }

  /** One row of to_ordered(x) is one row of x: that of token t is (t mod n) T/n + t div n, the first and the last where they were. */
  #takeOneRow(operation: Operation): boolean {
    if (!isOp(operation, "stablehlo.slice")) return false;
    const [x] = operation.operands as readonly [Value];
    const axis = shapeOf(operation.result).findIndex(
      (size, i) => size === 1 && this.casts.is(definingOp(x), "nn.to_ordered", i),
    );
    if (axis < 0) return false;
    const { start_indices: starts, limit_indices: limits, strides } = operation.attributes;
    if (!areNumbers(starts) || !areNumbers(limits) || !areNumbers(strides)) return false;
    const token = starts[axis]!;
    const row = (token % this.factor) * (shapeOf(x)[axis]! / this.factor) + Math.floor(token / this.factor);
    const at = (values: readonly number[], value: number) => values.map((v, i) => (i === axis ? value : v));
    const made = Builder.before(operation).create("stablehlo.slice", [this.casts.toStrided(x, axis)], {
      start_indices: at(starts, row),
      limit_indices: at(limits, row + 1),
      strides: at(strides, 1),
    });
    replaceOperation(operation, made.results);
    for (const user of made.result.users) this.#pending.add(user);
    return true;
  }
}
