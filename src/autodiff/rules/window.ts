/** @file Rules of reduce_window, by sums and extrema, and of select_and_scatter, its gradient. */
import { splatOf } from "../../ir/analysis/constants.js";
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import { definingOp, type Operation, type Region, type Value } from "../../ir/operation.js";
import { type Attributes, isOp, type OperationOf } from "../../ir/ops/index.js";
import { tensorType } from "../../ir/types.js";
import { reducerBody, sumAll, where, zeros, zerosLike } from "../arithmetic.js";
import { notDifferentiableError, numbersOf } from "../errors.js";
import type { Contribution } from "../../ir/gradient-rule.js";
import { differentiable, type Rules } from "../rule.js";
import { reducerOf } from "../../ir/ops/reducer.js";
import { paddingBack } from "./window-padding.js";

type Comparison = Attributes<"stablehlo.compare">;
type ReduceWindow = OperationOf<"stablehlo.reduce_window"> & Operation;

/** A sum over windows gives each element the sum of the cotangents of the windows that cover it. */
function spreadSums(e: Emitter, op: ReduceWindow, x: Value, g: Value): Value {
  const a = op.attributes;
  const ones = shapeOf(x).map(() => 1);
  const sizes = numbersOf(op, a.window_dimensions);
  const strides = numbersOf(op, a.window_strides ?? ones);
  const base = numbersOf(op, a.base_dilations ?? ones);
  const dilations = numbersOf(op, a.window_dilations ?? ones);
  const padding = numbersOf(op, a.padding?.values ?? []);
  const edges = shapeOf(x).map((input, i) =>
    paddingBack({
      input,
      window: sizes[i]!,
      output: shapeOf(g)[i]!,
      stride: strides[i]!,
      low: padding[2 * i] ?? 0,
      inputDilation: base[i]!,
      windowDilation: dilations[i]!,
    }),
  );
  const zero = zeros(e, tensorType([], typeOf(g).element));
  const padded = e.builder.create("stablehlo.pad", [g, zero], {
    edge_padding_low: edges.map(([low]) => low),
    edge_padding_high: edges.map(([, high]) => high),
    interior_padding: strides.map((stride) => stride - 1),
  }).result;
  const attributes = {
    window_dimensions: a.window_dimensions,
    window_strides: base,
    window_dilations: dilations,
  };
  const regions = [reducerBody(e, "add", typeOf(g).element)];
  return e.builder.create("stablehlo.reduce_window", [padded, zero], attributes, { regions }).results[0]!;
}

const isDilated = ({
  attributes: { base_dilations: base = [], window_dilations: window = [] },
}: ReduceWindow) => [...base, ...window].some((by) => by !== 1);

const selecting = {
  maximum: { direction: "GE", worst: Number.NEGATIVE_INFINITY },
  minimum: { direction: "LE", worst: Number.POSITIVE_INFINITY },
} as const;

/** All of the cotangent goes to the element that a window selects: the first of the largest, say. */
function scatterToFirst(
  e: Emitter,
  op: ReduceWindow,
  x: Value,
  g: Value,
  direction: Comparison["comparison_direction"],
): Value {
  if (isDilated(op)) throw notDifferentiableError(op, "selections of dilated windows have no rule");
  const { window_dimensions, window_strides, padding } = op.attributes;
  const { element } = typeOf(x);
  const select = e.builder.region([tensorType([], element), tensorType([], element)], (args, inner) => {
    const wins = inner.create("stablehlo.compare", args, { comparison_direction: direction }).result;
    inner.create("stablehlo.return", [wins], {});
  });
  const attributes = { window_dimensions, window_strides, padding };
  const zero = zeros(e, tensorType([], element));
  const regions = [select, reducerBody(e, "add", element)];
  return e.builder.create("stablehlo.select_and_scatter", [x, g, zero], attributes, { regions }).result;
}

/** Windows whose result is the initial value give it their cotangent. */
function extremumPair(
  e: Emitter,
  op: ReduceWindow,
  index: number,
  g: Value,
  name: keyof typeof selecting,
): readonly Contribution[] {
  const count = op.results.length;
  const [x, init, y] = [op.operands[index]!, op.operands[count + index]!, op.results[index]!];
  const { direction, worst } = selecting[name];
  const isInitial = (): Value => e.compare("EQ", e.broadcast(init, shapeOf(y), []), y);
  const ofElements = (): Value => (splatOf(init) === worst ? g : where(e, e.unary("not", isInitial()), g));
  return [() => scatterToFirst(e, op, x, ofElements(), direction), () => sumAll(e, where(e, isInitial(), g))];
}

/**
 * How a window of pairs (element, value) selects one of them by their elements, as the gradient of select_and_scatter does; undefined for
 * any other body.
 */
function selectionOf({ entry }: Region): Comparison | undefined {
  const [element, value] = entry.last!.operands.map(definingOp);
  if (!isOp(element, "stablehlo.select") || !isOp(value, "stablehlo.select")) return undefined;
  const compare = definingOp(element.operands[0]!);
  const [best, bestValue, other, otherValue] = entry.arguments;
  const isOf = (operation: Operation, ...operands: readonly (Value | undefined)[]): boolean =>
    operation.operands.every((operand, i) => operand === operands[i]);
  const isSelection =
    isOp(compare, "stablehlo.compare") &&
    isOf(compare, best, other) &&
    isOf(element, compare.results[0], best, other) &&
    isOf(value, compare.results[0], bestValue, otherValue);
  return isSelection ? compare.attributes : undefined;
}

/** Elements and values get the cotangents of the windows that selected them; the initial pair is never selected. */
function selectionContributions(
  e: Emitter,
  op: ReduceWindow,
  { comparison_direction: direction }: Comparison,
  cotangents: readonly (Value | undefined)[],
): readonly (Contribution | undefined)[] {
  const worst = direction.startsWith("G") ? selecting.maximum.worst : selecting.minimum.worst;
  if (splatOf(op.operands[2]!) !== worst)
    throw notDifferentiableError(op, "the initial element of the selection may be the one that is selected");
  const x = op.operands[0]!;
  const each = cotangents.map((g) => g && (() => scatterToFirst(e, op, x, g, direction)));
  return [...each, ...op.operands.slice(2).map((init) => () => zerosLike(e, init))];
}

function windowPair(e: Emitter, op: ReduceWindow, index: number, g: Value): readonly Contribution[] {
  const count = op.results.length;
  const reducer = reducerOf(op.regions[0]!.entry, index, count);
  const [x, init] = [op.operands[index]!, op.operands[count + index]!];
  if (typeOf(x).element !== typeOf(g).element || typeOf(init).element !== typeOf(g).element)
    throw notDifferentiableError(op, "elements, initial value and result are of different types");
  if (reducer === "add") return [() => spreadSums(e, op, x, g), () => sumAll(e, g)];
  if (reducer === "maximum" || reducer === "minimum") return extremumPair(e, op, index, g, reducer);
  throw notDifferentiableError(op, "it reduces by another function than add, maximum or minimum");
}

type SelectAndScatter = OperationOf<"stablehlo.select_and_scatter"> & Operation;

/** How a window's element is selected, and what any element is preferred to. */
interface Preference {
  readonly compare: OperationOf<"stablehlo.compare">;
  readonly worst: number;
}

/** Of a selection of the largest or the smallest; undefined for any other. */
function preferenceOf({ entry }: Region): Preference | undefined {
  const compare = definingOp(entry.last!.operands[0]!);
  if (!isOp(compare, "stablehlo.compare")) return undefined;
  const isInOrder = compare.operands.every((operand, i) => operand === entry.arguments[i]);
  const { comparison_direction: direction } = compare.attributes;
  if (!isInOrder || direction === "EQ" || direction === "NE") return undefined;
  const { worst } = direction.startsWith("G") ? selecting.maximum : selecting.minimum;
  return { compare, worst };
}

/** What stands in `values` where each window selects its element: a reduction of pairs (element, value). */
function selected(e: Emitter, op: SelectAndScatter, values: Value, { compare, worst }: Preference): Value {
  const x = op.operands[0]!;
  const { window_dimensions = shapeOf(x).map(() => 1), window_strides, padding } = op.attributes;
  const scalars = [x, values, x, values].map((value) => tensorType([], typeOf(value).element));
  const body = e.builder.region(scalars, (args, inner) => {
    const [best, bestValue, other, otherValue] = args as readonly [Value, Value, Value, Value];
    const wins = inner.create("stablehlo.compare", [best, other], compare.attributes).result;
    const choose = (a: Value, b: Value): Value => inner.create("stablehlo.select", [wins, a, b], {}).result;
    inner.create("stablehlo.return", [choose(best, other), choose(bestValue, otherValue)], {});
  });
  const inits = [e.fill(worst, [], typeOf(x).element), zeros(e, scalars[1]!)];
  const attributes = { window_dimensions, window_strides, padding };
  return e.builder.create("stablehlo.reduce_window", [x, values, ...inits], attributes, { regions: [body] })
    .results[1]!;
}

export const windowRules: Rules<"stablehlo.reduce_window" | "stablehlo.select_and_scatter"> = {
  "stablehlo.reduce_window": differentiable(({ e, op, cotangents }) => {
    const selection = op.results.length === 2 ? selectionOf(op.regions[0]!) : undefined;
    if (selection !== undefined) return selectionContributions(e, op, selection, cotangents);
    const pairs = cotangents.map((g, i) => (g === undefined ? undefined : windowPair(e, op, i, g)));
    return [...pairs.map((pair) => pair?.[0]), ...pairs.map((pair) => pair?.[1])];
  }),
  "stablehlo.select_and_scatter": differentiable(({ e, op, cotangent }) => {
    const preference = preferenceOf(op.regions[0]!);
    const reducer = reducerOf(op.regions[1]!.entry, 0, 1);
    if (preference === undefined || reducer !== "add")
      throw notDifferentiableError(op, "it does not add to the largest or smallest element of each window");
    return [
      () => zerosLike(e, op.operands[0]!),
      () => selected(e, op, cotangent, preference),
      () => sumAll(e, cotangent),
    ];
  }),
};
