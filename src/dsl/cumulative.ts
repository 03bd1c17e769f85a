/** @file Sums and the like of all elements up to each: an associative scan of any combination. */
import { findAxis } from "./align.js";
import { type Axis, type DType, type FloatDType, type IntegerDType, indexOf } from "./axis.js";
import { logAddExp } from "./arithmetic.js";
import { reverse as reversed } from "./arrange.js";
import { fill } from "./elementwise.js";
import { extremes } from "./extremes.js";
import { ShapeError, TraceError } from "./errors.js";
import { type AnyTensor, alike, checkFunction, checkTensors, tensorsOf, type Widened } from "./records.js";
import { concat, reshape, slice } from "./shape.js";
import type { Tensor } from "./tensor.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** In which direction. */
interface CumulativeOptions {
  /** From the last element to the first. */
  readonly reverse?: boolean;
}

export const CUMULATIVE_OPTIONS: OptionNames<CumulativeOptions> = {
  reverse: true,
};

/** Of sums and the like: also whether an element counts itself. */
interface ExclusiveOptions extends CumulativeOptions {
  /** Only what comes before each element counts. The first gets what changes no other: 0 of a sum, 1 of a product, the least number of a largest. */
  readonly exclusive?: boolean;
}

type Parts = Readonly<Record<string, AnyTensor>>;

const each = (parts: Parts, change: (x: AnyTensor, name: string) => AnyTensor): Parts =>
  Object.fromEntries(Object.entries(parts).map(([name, x]) => [name, change(x, name)]));

/** Elements of two tensors in turn, `even` first, which may have one more. */
function interleaved(even: AnyTensor, odd: AnyTensor, over: string): AnyTensor {
  const count = odd.size(over);
  const place = indexOf(odd.axes, over);
  const paired = (x: AnyTensor): AnyTensor => {
    const axes = [...x.axes];
    axes.splice(place + 1, 0, { name: " turn", size: 1 });
    return reshape(x, axes);
  };
  const both = concat([paired(slice(even, over, { stop: count })), paired(odd)], " turn");
  const axes: readonly Axis[] = odd.axes.map((axis, i) =>
    i === place ? { name: over, size: 2 * count } : axis,
  );
  const merged = reshape(both, axes);
  return even.size(over) === count ? merged : concat([merged, slice(even, over, { start: count })], over);
}

/** Pairs are combined, those scanned, and what lies between filled in: as many levels as the logarithm of the size. */
function scanned(parts: Parts, over: string, combine: (earlier: Parts, later: Parts) => Parts): Parts {
  const size = Object.values(parts)[0]!.size(over);
  if (size < 2) return parts;
  const part = (from: Parts, bounds: Parameters<typeof slice>[2]): Parts =>
    each(from, (x) => slice(x, over, bounds));
  const pairs = combine(part(parts, { stop: size - 1, step: 2 }), part(parts, { start: 1, step: 2 }));
  const odd = scanned(pairs, over, combine);
  if (size === 2) return each(parts, (x, name) => concat([slice(x, over, { stop: 1 }), odd[name]!], over));
  const before = size % 2 === 0 ? part(odd, { stop: size / 2 - 1 }) : odd;
  const later = combine(before, part(parts, { start: 2, step: 2 }));
  const even = each(parts, (x, name) => concat([slice(x, over, { stop: 1 }), later[name]!], over));
  return each(even, (x, name) => interleaved(x, odd[name]!, over));
}

/**
 * Along an axis, everything up to each element combined: element i becomes x_0 combined with x_1 ... with x_i. `combine` gets tensors that have
 * the axis in some size, the earlier elements first, and must be associative. It is called for as many sizes as the logarithm of the axis, so it
 * has to work elementwise along it. @throws ShapeError when it returns other tensors than it got
 */
export function associativeScan<X extends object>(
  over: string,
  parts: X,
  combine: (earlier: Widened<X>, later: Widened<X>) => Widened<X>,
  options: CumulativeOptions = {},
): Widened<X> {
  checkOptions("associativeScan", options, CUMULATIVE_OPTIONS);
  const { reverse = false } = options;
  checkTensors("associativeScan", parts);
  checkFunction(
    "associativeScan",
    "the combination",
    combine,
    "(earlier, later) => ({ x: earlier.x.add(later.x) })",
  );
  const tensors = tensorsOf(parts);
  if (tensors.length === 0) throw new TraceError({ message: "associativeScan: no tensors given" });
  const sizes = tensors.map((x) => findAxis("associativeScan", x, over).axis.size);
  if (sizes.some((size) => size !== sizes[0])) {
    throw new ShapeError({
      message: `associativeScan: axis "${over}" has different sizes`,
      got: tensors.map(String).join(", "),
    });
  }
  const turned = (x: AnyTensor): AnyTensor => (reverse ? reversed(x, over) : x);
  const result = scanned(each(parts as Parts, turned), over, (earlier, later) => {
    const made = combine(earlier as Widened<X>, later as Widened<X>);
    return alike("associativeScan", "the combination", later, made);
  });
  return each(result, turned) as Widened<X>;
}

/** Elements moved on by one along an axis, a number in the place that comes free. */
function moved<A extends string, D extends DType>(
  x: Tensor<A, D>,
  over: A,
  number: number | bigint,
  reverse: boolean,
): Tensor<A, D> {
  const size = x.size(over);
  if (size === 0) return x;
  const free = fill(
    number,
    x.axes.map((axis) => (axis.name === over ? { ...axis, size: 1 } : axis)),
    x.dtype,
  ) as unknown as Tensor<A, D>;
  return reverse
    ? concat([slice(x, over, { start: 1 }), free], over)
    : concat([free, slice(x, over, { stop: size - 1 })], over);
}

/**
 * @param name the function's, for messages
 * @param neutral what combined with an element of the tensor is the element
 */
const cumulative =
  <T extends DType>(
    name: string,
    combine: (earlier: Tensor<string, T>, later: Tensor<string, T>) => Tensor<string, T>,
    neutral: (x: Tensor<string, T>) => number | bigint,
  ) =>
  <A extends string, D extends T>(x: Tensor<A, D>, over: A, options: ExclusiveOptions = {}): Tensor<A, D> => {
    checkOptions(name, options, { ...CUMULATIVE_OPTIONS, exclusive: true });
    const { exclusive = false, reverse = false } = options;
    findAxis(name, x, over);
    const counted = exclusive ? moved(x, over, neutral(x as unknown as Tensor<string, T>), reverse) : x;
    const scan = associativeScan(
      over,
      { x: counted as unknown as Tensor<string, T> },
      (earlier, later) => ({ x: combine(earlier.x, later.x) }),
      { reverse },
    );
    return scan.x as unknown as Tensor<A, D>;
  };

type Ordered = FloatDType | IntegerDType;

/** The sum of all elements up to each, in the tensor's own element type. */
export const cumsum = cumulative<DType>(
  "cumsum",
  (a, b) => a.add(b),
  () => 0,
);
/** The product of all elements up to each. */
export const cumprod = cumulative<DType>(
  "cumprod",
  (a, b) => a.mul(b),
  () => 1,
);
/** The largest of all elements up to each. */
export const cummax = cumulative<Ordered>(
  "cummax",
  (a, b) => a.max(b),
  (x) => extremes("cummax", x)[0],
);
/** The smallest of all elements up to each. */
export const cummin = cumulative<Ordered>(
  "cummin",
  (a, b) => a.min(b),
  (x) => extremes("cummin", x)[1],
);
/** The logarithm of the sum of the exponentials of all elements up to each. */
export const cumLogSumExp = cumulative<FloatDType>(
  "cumLogSumExp",
  (a, b) => logAddExp(a, b),
  () => Number.NEGATIVE_INFINITY,
);
