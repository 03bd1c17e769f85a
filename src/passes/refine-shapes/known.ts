/** @file Integers that are known once shapes are: sizes of dimensions, and what is computed of them. */
import { constantOf } from "../../ir/analysis/constants.js";
import { type Elements, numberAt } from "../../ir/elements.js";
import { evaluateOperation } from "../../ir/interpret/index.js";
import type { Operation, Value } from "../../ir/operation.js";
import { hasTrait } from "../../ir/ops/index.js";
import { elementCount, isInteger, isStatic } from "../../ir/types.js";

/** More than any shape, padding or list of positions has. */
const maxCount = 1024;

/** Whether a value is of the kind that sizes are computed in: few integers, or truth values. */
export function isShapeLike({ type }: Value): boolean {
  if (type.kind !== "tensor" || !isStatic(type) || typeof type.element !== "string") return false;
  return (isInteger(type.element) || type.element === "i1") && elementCount(type.shape) <= maxCount;
}

/** The values of a program under refinement whose elements are known. */
export class KnownValues {
  readonly #elements = new Map<Value, Elements>();

  set(value: Value, elements: Elements): void {
    this.#elements.set(value, elements);
  }

  /** The elements of a value, or undefined when they depend on data. */
  get(value: Value): Elements | undefined {
    return this.#elements.get(value) ?? (isShapeLike(value) ? constantOf(value) : undefined);
  }

  /** The elements of all values, or undefined when one of them depends on data. */
  all(values: readonly Value[]): readonly Elements[] | undefined {
    const known = values.flatMap((value) => this.get(value) ?? []);
    return known.length === values.length ? known : undefined;
  }

  /** The numbers of a value in row-major order, or undefined when they depend on data, or one is beyond 2^53. */
  numbers(value: Value): readonly number[] | undefined {
    const elements = this.get(value);
    if (elements === undefined) return undefined;
    const length = elementCount(elements.type.shape);
    const numbers = Array.from({ length }, (_, i) => numberAt(elements, i));
    return numbers.every(Number.isSafeInteger) ? numbers : undefined;
  }

  /** Learns the results of an operation on known operands. */
  learn(operation: Operation): void {
    if (!hasTrait(operation, "pure") || operation.regions.length > 0) return;
    if (operation.results.length === 0 || !operation.results.every(isShapeLike)) return;
    const operands = this.all(operation.operands);
    if (operands === undefined) return;
    evaluateOperation(operation, operands)?.forEach((elements, i) => {
      this.set(operation.results[i]!, elements);
    });
  }
}
