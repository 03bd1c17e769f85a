/**
 * @file Sorts whose comparator is no strict order. XLA's CPU compiler sorts by std::sort, which then leaves its memory: what it wrote over shows
 * later, as a wrong number or the process's end. A stable sort merges, and stays inside.
 */
import { elementsFromNumbers, numberAt } from "../ir/elements.js";
import { interpretFunction } from "../ir/interpret/index.js";
import type { Operation, Value } from "../ir/operation.js";
import type { OperationOf } from "../ir/ops/index.js";
import {
  cloneOperation,
  insertOperation,
  makeBlock,
  makeOperation,
  makeRegion,
  type ValueMap,
} from "../ir/rewriter.js";
import { bitWidth, functionType, isFloat, type TensorType, tensorType } from "../ir/types.js";
import { GriffinError } from "../support/errors.js";
import { limitOf } from "./limits.js";

type Sort = OperationOf<"stablehlo.sort"> & Operation;

/** Sorts of so few insert, and were not seen to leave their memory. */
const MOST_INSERTED = 16;

/** Numbers that every element type has, more than one of them different, and what is no number. */
const samplesOf = ({ element }: TensorType): readonly number[] => {
  if (element === "i1") return [0, 1];
  return isFloat(element) && bitWidth(element) >= 16 ? [0, 1, 2, Number.NaN] : [0, 1];
};

/** The comparator as a function of a module of its own; undefined where it reads what is around it. */
function comparatorAlone({ regions: [region] }: Sort): Operation | undefined {
  const { entry } = region!;
  const block = makeBlock(entry.arguments.map(({ type }) => type));
  const map: ValueMap = new Map(entry.arguments.map((argument, i) => [argument, block.arguments[i]!]));
  const known = new Set<Value>(entry.arguments);
  for (const operation of entry.operations) {
    if (operation.regions.length > 0 || operation.operands.some((operand) => !known.has(operand)))
      return undefined;
    for (const result of operation.results) known.add(result);
    insertOperation(cloneOperation(operation, map), block);
  }
  const type = functionType(
    entry.arguments.map((argument) => argument.type),
    [tensorType([], "i1")],
  );
  const func = makeOperation({
    name: "func.func",
    attributes: { sym_name: "comparator", function_type: type },
    regions: [makeRegion([block])],
  });
  const body = makeBlock([]);
  insertOperation(func, body);
  return makeOperation({ name: "builtin.module", regions: [makeRegion([body])] });
}

/** Whether two places may both be said to come before the other, or one before itself. */
function isNoOrder(sort: Sort): boolean {
  const module = comparatorAlone(sort);
  if (module === undefined) return false;
  const types = sort.regions[0]!.entry.arguments.map(({ type }) => type as TensorType);
  const operands = types.filter((_, i) => i % 2 === 0).map((type) => ({ type, samples: samplesOf(type) }));
  const count = Math.max(...operands.map(({ samples }) => samples.length));
  /** Element i of all operands, or of each another. */
  const places = [0, 1].flatMap((shift) =>
    Array.from({ length: count }, (_, i) =>
      operands.map(({ samples }, o) => samples[(i + shift * o) % samples.length]!),
    ),
  );
  const comesBefore = (left: readonly number[], right: readonly number[]): boolean => {
    const inputs = operands.flatMap(({ type }, o) =>
      [left[o]!, right[o]!].map((number) => elementsFromNumbers(type, [number])),
    );
    return numberAt(interpretFunction(module, "comparator", inputs)[0]!, 0) !== 0;
  };
  return places.some((left, i) =>
    places.slice(i).some((right) => comesBefore(left, right) && comesBefore(right, left)),
  );
}

/** What the interpreter cannot run is not judged. */
function isRefused(sort: Sort): boolean {
  try {
    return isNoOrder(sort);
  } catch (error) {
    if (error instanceof GriffinError) return false;
    throw error;
  }
}

export const refuseUnorderedSort = limitOf(["stablehlo.sort"], (sort) => {
  const { is_stable: isStable = false, dimension = -1 } = sort.attributes;
  const { shape } = sort.operands[0]!.type as TensorType;
  if (isStable || (shape.at(dimension) ?? 0) <= MOST_INSERTED || !isRefused(sort)) return undefined;
  return {
    constraint: "fatal_sort_order",
    message:
      "the comparator says of two elements that each comes before the other, and the compiler's sort then leaves its memory",
    hint: "compare by LT or GT, which are false for equal elements, or sort with is_stable = true",
  };
});
