/** @file Reshaping by axis names: split, merge, slice, concat, take, transpose. */
import { tensorType } from "../ir/types.js";
import {
  broadcastTo,
  checkDTypes,
  checkList,
  checkOperands,
  findAxes,
  findAxis,
  inWords,
  ordered,
} from "./align.js";
import { type Axis, checkAxes, type DType, describe, type NamesOf, namesOf, sizesOf } from "./axis.js";
import { ShapeError } from "./errors.js";
import { Tensor } from "./tensor.js";
import { builderHere, type TensorData } from "./trace.js";
import { checkOptions } from "../support/options.js";

/** The same elements in row-major order with other axes. */
export function reshape<A extends string, D extends DType>(
  x: TensorData & { readonly dtype: D },
  axes: readonly Axis<A>[],
): Tensor<A, D> {
  const type = tensorType(sizesOf(axes), x.dtype);
  const value = builderHere().create("stablehlo.reshape", [x.value], {}, { results: [type] }).result;
  return new Tensor(axes, x.dtype, value);
}

/** One axis as several, the first the slowest: `split(q, "query", [heads, head])`. */
export function split<A extends string, D extends DType, From extends A, const L extends readonly Axis[]>(
  x: Tensor<A, D>,
  from: From,
  to: L,
): Tensor<Exclude<A, From> | NamesOf<L>, D> {
  const { index, axis } = findAxis("split", x, from);
  checkList("split", "the axes", to, 'split(x, "model", [heads, head])');
  checkAxes(to);
  const product = to.reduce((size, a) => size * a.size, 1);
  if (product !== axis.size) {
    throw new ShapeError({
      message: `split: axis "${from}" of ${axis.size} cannot become ${describe(to)}, which is ${product}`,
      got: describe(x.axes, x.dtype),
    });
  }
  const axes = [...x.axes.slice(0, index), ...to, ...x.axes.slice(index + 1)];
  return reshape(x, axes as Axis<Exclude<A, From> | NamesOf<L>>[]);
}

/** Several axes as one, in the order given: `merge(y, ["heads", "head"], "lru")`. */
export function merge<A extends string, D extends DType, From extends A, To extends string>(
  x: Tensor<A, D>,
  from: readonly From[],
  to: To,
): Tensor<Exclude<A, From> | To, D> {
  checkOperands("merge", { x });
  checkList("merge", "the axes", from, 'merge(x, ["heads", "head"], "model")');
  const found = findAxes("merge", x, from);
  if (found.length === 0) {
    throw new ShapeError({ message: "merge: no axes given", got: describe(x.axes, x.dtype) });
  }
  const merged = found.map(({ axis }) => axis);
  const first = found[0]!.index;
  const rest = x.axes.filter((a) => !(from as readonly string[]).includes(a.name));
  const before = rest.filter((a) => x.axes.indexOf(a) < first);
  const after = rest.slice(before.length);
  const value = broadcastTo(x, [...before, ...merged, ...after]);
  const size = merged.reduce((product, a) => product * a.size, 1);
  return reshape({ axes: x.axes, dtype: x.dtype, value }, [...before, { name: to, size }, ...after] as Axis<
    Exclude<A, From> | To
  >[]);
}

/** The same tensor with its axes stored in another order. */
export function transpose<A extends string, D extends DType>(
  x: Tensor<A, D>,
  order: readonly NoInfer<A>[],
): Tensor<A, D> {
  checkOperands("transpose", { x });
  checkList("transpose", "the order", order, "all axes of x by their names");
  const value = ordered("transpose", "x", x, order);
  return new Tensor(
    order.map((name) => findAxis("transpose", x, name).axis),
    x.dtype,
    value,
  );
}

/** The elements from `start` up to `stop` (not included) of one axis; negative numbers count from its end. */
export function slice<A extends string, D extends DType>(
  x: Tensor<A, D>,
  name: A,
  bounds: { readonly start?: number; readonly stop?: number; readonly step?: number },
): Tensor<A, D> {
  checkOptions("slice", bounds, { start: true, stop: true, step: true });
  const { index, axis } = findAxis("slice", x, name);
  const from = (at: number): number => (at < 0 ? axis.size + at : at);
  const start = from(bounds.start ?? 0);
  const stop = from(bounds.stop ?? axis.size);
  const step = bounds.step ?? 1;
  const fits = 0 <= start && start <= stop && stop <= axis.size && step >= 1;
  if (!fits || ![start, stop, step].every(Number.isInteger)) {
    throw new ShapeError({
      message: `slice: ${start}:${stop}:${step} does not lie in axis "${name}" of ${axis.size}`,
      got: describe(x.axes, x.dtype),
    });
  }
  const sizes = sizesOf(x.axes);
  const attributes = {
    start_indices: sizes.map((_, i) => (i === index ? start : 0)),
    limit_indices: sizes.map((size, i) => (i === index ? stop : size)),
    strides: sizes.map((_, i) => (i === index ? step : 1)),
  };
  const axes = x.axes.map((a, i) =>
    i === index ? { name: a.name, size: Math.ceil((stop - start) / step) } : a,
  );
  return new Tensor(axes, x.dtype, builderHere().create("stablehlo.slice", [x.value], attributes).result);
}

/** Complains of an index that the program computes. */
function checkKnown(index: unknown, x: TensorData): void {
  if (typeof index === "number") return;
  throw new ShapeError({
    message: "at: the index is no number",
    expected: "a whole number, known while the program is traced",
    got: inWords(index),
    hint: `by an index that the program computes: take(x, "${x.axes[0]?.name ?? "time"}", index), or gather`,
  });
}

/** One element of an axis, which then is gone: `at(positions, "time", -1)`. */
export function at<A extends string, D extends DType, N extends A>(
  x: Tensor<A, D>,
  name: N,
  index: number,
): Tensor<Exclude<A, N>, D> {
  const size = findAxis("at", x, name).axis.size;
  checkKnown(index, x);
  const start = index < 0 ? size + index : index;
  if (!Number.isInteger(index) || start < 0 || start >= size) {
    throw new ShapeError({
      message: `at: there is no element ${index} in axis "${name}" of ${size}`,
      got: describe(x.axes, x.dtype),
    });
  }
  const one = slice(x, name, { start, stop: start + 1 });
  return reshape(one, one.axes.filter((a) => a.name !== name) as Axis<Exclude<A, N>>[]);
}

/** Tensors one after the other along an axis; all other axes must agree. */
export function concat<A extends string, D extends DType>(
  parts: readonly Tensor<A, D>[],
  name: A,
): Tensor<A, D> {
  checkList("concat", "the tensors", parts, 'concat([x, y], "time")');
  const [first] = parts;
  if (first === undefined) throw new ShapeError({ message: "concat: no tensors given" });
  checkDTypes(
    "concat",
    parts,
    parts.map((_, i) => `part ${i}`),
  );
  const { index } = findAxis("concat", first, name);
  const order = namesOf(first.axes);
  const values = parts.map((part, i) => ordered("concat", `part ${i}`, part, order));
  for (const part of parts) {
    for (const other of first.axes) {
      const { axis } = findAxis("concat", part, other.name);
      if (other.name === name || axis.size === other.size) continue;
      throw new ShapeError({
        message: `concat: axis "${other.name}" is ${other.size} in one part and ${axis.size} in another`,
        details: parts.map((p, i) => `part ${i}: ${describe(p.axes, p.dtype)}`),
      });
    }
  }
  const size = parts.reduce((total, part) => total + part.size(name), 0);
  const axes = first.axes.map((a, i) => (i === index ? { name: a.name, size } : a));
  return new Tensor(
    axes,
    first.dtype,
    builderHere().create("stablehlo.concatenate", values, { dimension: index }).result,
  );
}
