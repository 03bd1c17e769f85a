/**
 * @file Sorts whose comparator is no strict order. XLA's CPU compiler sorts by std::sort, which then leaves its memory: what it wrote over shows
 * later, as a wrong number or the process's end. A stable sort merges, and stays inside.
 */
import { capturedBy } from "../ir/analysis/captures.js";
import { moduleOf } from "../ir/analysis/effects.js";
import { constantMakers } from "../ir/analysis/makers.js";
import { findFunction, referencedSymbols } from "../ir/analysis/symbols.js";
import { type Elements, elementsFromNumbers, numberAt, rawElements } from "../ir/elements.js";
import { interpretFunction } from "../ir/interpret/index.js";
import type { Operation } from "../ir/operation.js";
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

/** One element of a number; of a complex type the number is its real part, and the imaginary part what comes after it. */
function elementOf(type: TensorType, number: number): Elements {
  const { element } = type;
  if (element !== "complex<f32>" && element !== "complex<f64>") return elementsFromNumbers(type, [number]);
  const parts =
    element === "complex<f32>" ? Float32Array.of(number, 1 - number) : Float64Array.of(number, 1 - number);
  return rawElements(type, new Uint8Array(parts.buffer));
}

/** The functions that operations call, and those that these call. */
function calledFrom(operations: Iterable<Operation>): readonly Operation[] {
  const found = new Set<Operation>();
  const todo = [...operations];
  for (let next = todo.pop(); next !== undefined; next = todo.pop())
    for (const name of referencedSymbols(next)) {
      const func = findFunction(moduleOf(next), name);
      if (func === undefined || found.has(func)) continue;
      found.add(func);
      todo.push(func);
    }
  return [...found];
}

/** A name that no function of a program has. */
const COMPARATOR = "the comparator of a sort";

/** The comparator as a function of a module of its own, with what it calls; undefined where it reads what is known at run time alone. */
function comparatorAlone(sort: Sort): Operation | undefined {
  const makers = constantMakers(capturedBy(sort));
  if (makers === undefined) return undefined;
  const { entry } = sort.regions[0]!;
  const block = makeBlock(entry.arguments.map(({ type }) => type));
  const map: ValueMap = new Map(entry.arguments.map((argument, i) => [argument, block.arguments[i]!]));
  for (const operation of [...makers, ...entry.operations])
    insertOperation(cloneOperation(operation, map), block);
  const type = functionType(
    entry.arguments.map((argument) => argument.type),
    [tensorType([], "i1")],
  );
  const func = makeOperation({
    name: "func.func",
    attributes: { sym_name: COMPARATOR, function_type: type },
    regions: [makeRegion([block])],
  });
  const body = makeBlock([]);
  for (const called of calledFrom([...makers, ...entry.operations]))
    insertOperation(cloneOperation(called, new Map()), body);
  insertOperation(func, body);
  return makeOperation({ name: "builtin.module", regions: [makeRegion([body])] });
}

/** Whether two places may both be said to come before the other, or one before itself. */
function isNoOrder(sort: Sort, module: Operation): boolean {
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
      [left[o]!, right[o]!].map((number) => elementOf(type, number)),
    );
    return numberAt(interpretFunction(module, COMPARATOR, inputs)[0]!, 0) !== 0;
  };
  return places.some((left, i) =>
    places.slice(i).some((right) => comesBefore(left, right) && comesBefore(right, left)),
  );
}

/** Why the compiler's sort may leave its memory, or undefined where it does not. */
function faultOf(sort: Sort): string | undefined {
  const module = comparatorAlone(sort);
  if (module === undefined)
    return "the comparator reads a value from around it that is no constant: whether it orders elements strictly is not known, and otherwise the compiler's sort leaves its memory";
  try {
    if (!isNoOrder(sort, module)) return undefined;
    return "the comparator says of two elements that each comes before the other, and the compiler's sort then leaves its memory";
  } catch (error) {
    if (!(error instanceof GriffinError)) throw error;
    return `the comparator cannot be interpreted: whether it orders elements strictly is not known, and otherwise the compiler's sort leaves its memory (${error.details.message})`;
  }
}

export const refuseUnorderedSort = limitOf(["stablehlo.sort"], (sort) => {
  const { is_stable: isStable = false, dimension = -1 } = sort.attributes;
  const { shape } = sort.operands[0]!.type as TensorType;
  if (isStable || (shape.at(dimension) ?? 0) <= MOST_INSERTED) return undefined;
  const message = faultOf(sort);
  if (message === undefined) return undefined;
  return {
    constraint: "fatal_sort_order",
    message,
    hint: "compare by LT or GT, which are false for equal elements, or sort with is_stable = true",
  };
});
