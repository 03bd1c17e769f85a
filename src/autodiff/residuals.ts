/**
 * @file What a backward computation needs of the forward one. Backward code is written as if it saw the values of the code that it goes
 * back through; afterwards each of them is either computed again there, from what it does see, or saved and read.
 */
import { Builder } from "../ir/builder.js";
import { isPure } from "../ir/analysis/effects.js";
import { type Block, definingOp, type Operation, type Value, walk } from "../ir/operation.js";
import { hasTrait, isOp } from "../ir/ops/index.js";
import { cloneOperation, insertOperation, setOperands, type ValueMap } from "../ir/rewriter.js";
import { byteWidth, elementCount, type TensorType } from "../ir/types.js";
import { capturedBy } from "../ir/analysis/captures.js";

export interface Crossing {
  /** The backward code, complete. */
  readonly backward: Block;
  /** The forward code whose values it takes. */
  readonly forward: Block;
  /** Values of the forward code that the backward code has by other names. */
  readonly known: ReadonlyMap<Value, Value>;
}

const bytesOf = ({ type }: Value): number => {
  const { shape, element } = type as TensorType;
  return elementCount(shape) * byteWidth(element);
};

const belongsTo = (block: Block, { owner }: Value): boolean =>
  owner === block || (owner as Operation).block === block;

/** Ops that only move or repeat elements, or make them of nothing. */
const isMovement = (operation: Operation): boolean =>
  isOp(
    operation,
    "stablehlo.constant",
    "stablehlo.iota",
    "stablehlo.reshape",
    "stablehlo.broadcast_in_dim",
    "stablehlo.transpose",
    "stablehlo.convert",
    "stablehlo.slice",
    "stablehlo.dynamic_slice",
    "stablehlo.reverse",
  );

/** Decides for each value of forward code whether it is computed again or saved. */
export class Residuals {
  readonly #saved = new Set<Value>();
  readonly #again = new Set<Operation>();
  readonly #decided = new Set<Value>();
  readonly #repeatable = new Map<Operation, boolean>();

  constructor(readonly crossing: Crossing) {
    for (const operation of this.crossing.backward)
      for (const value of [...operation.operands, ...capturedBy(operation)]) this.#need(value);
  }

  /** The values that must be saved, in the order of their first use. */
  get saved(): readonly Value[] {
    return [...this.#saved];
  }

  #isAtHand(value: Value): boolean {
    return !belongsTo(this.crossing.forward, value) || this.crossing.known.has(value);
  }

  #need(value: Value): void {
    if (this.#decided.has(value) || this.#isAtHand(value)) return;
    this.#decided.add(value);
    const made = definingOp(value);
    if (made === undefined || !this.#isWorthRepeating(made, value)) {
      this.#saved.add(value);
      return;
    }
    this.#again.add(made);
    for (const operand of made.operands) this.#need(operand);
  }

  /** Whether everything an operation needs is at hand, by way of elementwise ops and moves alone. */
  #isRepeatable(operation: Operation): boolean {
    const known = this.#repeatable.get(operation) ?? this.#findRepeatable(operation);
    this.#repeatable.set(operation, known);
    return known;
  }

  #findRepeatable(operation: Operation): boolean {
    if (!isPure(operation) || operation.regions.length > 0) return false;
    if (!isMovement(operation) && !hasTrait(operation, "elementwise")) return false;
    return operation.operands.every((operand) => this.#isAtHand(operand) || this.#isRepeatableValue(operand));
  }

  #isRepeatableValue(value: Value): boolean {
    const made = definingOp(value);
    return made !== undefined && this.#isRepeatable(made);
  }

  /** What is a move of something that is no larger is saved as that. */
  #isWorthRepeating(operation: Operation, value: Value): boolean {
    if (this.#isRepeatable(operation)) return true;
    const isNoLarger = operation.operands.reduce((sum, each) => sum + bytesOf(each), 0) <= bytesOf(value);
    return isMovement(operation) && operation.operands.length === 1 && isNoLarger;
  }

  /** Makes the backward code whole: operations are repeated at its beginning, `read` gives the values that were saved. */
  resolve(read: (value: Value, at: Builder) => Value): void {
    const { backward, forward, known } = this.crossing;
    const map: ValueMap = new Map(known);
    const first = backward.first!;
    const builder = Builder.before(first);
    for (const value of this.#saved) map.set(value, read(value, builder));
    for (const operation of forward) {
      if (this.#again.has(operation)) insertOperation(cloneOperation(operation, map), backward, first);
    }
    for (let at: Operation | undefined = first; at !== undefined; at = at.next)
      for (const inner of walk(at))
        if (inner.operands.some((operand) => map.has(operand)))
          setOperands(
            inner,
            inner.operands.map((operand) => map.get(operand) ?? operand),
          );
  }
}
