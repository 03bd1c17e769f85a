/** @file Order: sort, argsort, the k largest. */
import type { Region, Value } from "../ir/operation.js";
import { isFloat, tensorType } from "../ir/types.js";
import { broadcastTo, findAxis } from "./align.js";
import { type Axis, describe, type DType, type FloatDType, type IntegerDType } from "./axis.js";
import { range, select } from "./elementwise.js";
import { ShapeError } from "./errors.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type TensorData } from "./trace.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** In which order. */
export interface SortOptions {
  /** The largest first. Numbers that are none then come before all, else after. */
  readonly descending?: boolean;
}

export const SORT_OPTIONS: OptionNames<SortOptions> = {
  descending: true,
};

/** All zeros are one number, and all that is no number is one; it is above all others. */
function ordered<D extends DType>(x: Tensor<never, D>): Value {
  if (!isFloat(x.dtype)) return x.value;
  const trace = currentTrace();
  const fill = (value: number): Value => trace.fill("sort", value, [], x.dtype);
  const builder = builderHere();
  const zero = builder.create("stablehlo.select", [x.eq(0).value, fill(0), x.value], {}).result;
  const not = builder.create("stablehlo.select", [x.ne(x).value, fill(Number.NaN), zero], {}).result;
  return not;
}

/** Whether the first of two keys comes first; of each pair of operands, the first is the key. */
function comparator(types: readonly DType[], descending: boolean): Region {
  const trace = currentTrace();
  const scalars = types.flatMap((dtype) => [tensorType([], dtype), tensorType([], dtype)]);
  const [key] = types as readonly [DType];
  return builderHere().region(scalars, (args, inner) => {
    const result = trace.inBuilder(inner, () => {
      const keys = [0, 1].map((i) => ordered(new Tensor<never, DType>([], key, args[i]!)));
      return builderHere().create("stablehlo.compare", keys, {
        comparison_direction: descending ? "GT" : "LT",
        ...(isFloat(key) ? { compare_type: "TOTALORDER" as const } : {}),
      }).result;
    });
    inner.create("stablehlo.return", [result], {});
  });
}

function sorted(
  keys: TensorData,
  others: readonly TensorData[],
  over: string,
  { descending = false }: SortOptions,
): readonly Value[] {
  const { index } = findAxis("sort", keys, over);
  const all = [keys, ...others];
  const regions = [
    comparator(
      all.map(({ dtype }) => dtype),
      descending,
    ),
  ];
  const attributes = { dimension: index, is_stable: true };
  return builderHere().create(
    "stablehlo.sort",
    all.map(({ value }) => value),
    attributes,
    { regions },
  ).results;
}

/** The elements along an axis from the smallest to the largest. */
export function sort<A extends string, D extends FloatDType | IntegerDType>(
  x: Tensor<A, D>,
  over: A,
  options: SortOptions = {},
): Tensor<A, D> {
  checkOptions("sort", options, SORT_OPTIONS);
  return new Tensor(x.axes, x.dtype, sorted(x, [], over, options)[0]!);
}

/** Where the elements of `sort` were, equal ones in their order: `gather(x, { time: argsort(x, "time") })` is sorted. */
export function argsort<A extends string, D extends FloatDType | IntegerDType, N extends A>(
  x: Tensor<A, D>,
  over: N,
  options: SortOptions = {},
): Tensor<A, "i32"> {
  checkOptions("argsort", options, SORT_OPTIONS);
  const { axis } = findAxis("argsort", x, over);
  const places = { axes: x.axes, dtype: "i32" as const, value: broadcastTo(range(axis), x.axes) };
  return new Tensor(x.axes, "i32", sorted(x, [places], over, options)[1]!);
}

/** x with all that is no number as one, without the sign that it may have by which processor made it. */
function withOneNan<A extends string, D extends DType>(x: Tensor<A, D>): Tensor<A, D> {
  return isFloat(x.dtype) ? select(x.ne(x), Number.NaN, x) : x;
}

/**
 * The `size` largest elements along an axis, the largest first, and where they were; equal ones in their order. What is no number comes before all,
 * and of zeros those without a sign before those with one. The axis has that size then, and comes last. @throws ShapeError for more elements than there are
 */
export function topK<A extends string, D extends FloatDType | IntegerDType, N extends A>(
  x: Tensor<A, D>,
  over: N,
  size: number,
): { readonly values: Tensor<A, D>; readonly indices: Tensor<A, "i32"> } {
  const { axis } = findAxis("topK", x, over);
  if (!Number.isInteger(size) || size < 0 || size > axis.size) {
    throw new ShapeError({
      message: `topK: there are no ${size} elements in axis "${over}" of ${axis.size}`,
      got: describe(x.axes, x.dtype),
    });
  }
  const rest = x.axes.filter(({ name }) => name !== over);
  const order: readonly Axis[] = [...rest, axis];
  const { results } = builderHere().create("chlo.top_k", [broadcastTo(withOneNan(x), order)], { k: size });
  const axes = [...rest, { name: over, size }];
  return { values: new Tensor(axes, x.dtype, results[0]!), indices: new Tensor(axes, "i32", results[1]!) };
}
