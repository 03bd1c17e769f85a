/** @file Elements in other places: pad, reverse, stack, squeeze. */
import { ownValue } from "../support/own-value.js";
import {
  axisNames,
  checkByAxis,
  checkDTypes,
  checkList,
  checkOperands,
  findAxes,
  findAxis,
} from "./align.js";
import { type Axis, checkAxes, describe, type DType } from "./axis.js";
import { ShapeError } from "./errors.js";
import { concat, reshape, slice } from "./shape.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type TensorData } from "./trace.js";
import { checkOptions } from "../support/options.js";

/** How many elements come before, after and between; below 0, so many are taken away. */
export type Padding =
  | readonly [before: number, after: number]
  | { readonly before?: number; readonly after?: number; readonly between?: number };

const paddingOf = (given: Padding | undefined): readonly [number, number, number] => {
  if (given === undefined) return [0, 0, 0];
  if ("length" in given) return [given[0], given[1], 0];
  checkOptions("the padding of pad", given, { before: true, after: true, between: true });
  return [given.before ?? 0, given.after ?? 0, given.between ?? 0];
};

/**
 * x with more elements along some axes, all of one value (0 unless said): `pad(x, { time: [3, 0] })`.
 * @throws ShapeError for an axis that x has not, or fewer than no elements
 */
export function pad<A extends string, D extends DType>(
  x: Tensor<A, D>,
  by: { readonly [K in A]?: Padding },
  value: Tensor<never, D> | number = 0,
): Tensor<A, D> {
  checkOperands("pad", { x });
  checkByAxis("pad", "the padding", by, "{ time: [3, 0] }");
  const given = by as Readonly<Record<string, Padding>>;
  findAxes("pad", x, Object.keys(given));
  const padding = x.axes.map(({ name }) => paddingOf(ownValue(given, name)));
  const axes = x.axes.map(({ name, size }, i) => {
    const [before, after, between] = padding[i]!;
    return { name, size: size + before + after + between * Math.max(0, size - 1) };
  });
  if (
    padding.flat().some((count) => !Number.isInteger(count)) ||
    padding.some(([, , between]) => between < 0)
  ) {
    throw new ShapeError({
      message: "pad: elements are counted in whole numbers, those between from 0",
      got: JSON.stringify(by),
    });
  }
  checkAxes(axes, x.dtype);
  const filling = typeof value === "number" ? constantLike(x, value) : value;
  checkDTypes("pad", [x, filling], ["x", "value"]);
  const [edge_padding_low, edge_padding_high, interior_padding] = [0, 1, 2].map((i) =>
    padding.map((each) => each[i]!),
  );
  const attributes = {
    edge_padding_low: edge_padding_low!,
    edge_padding_high: edge_padding_high!,
    interior_padding: interior_padding!,
  };
  return new Tensor(
    axes,
    x.dtype,
    builderHere().create("stablehlo.pad", [x.value, filling.value], attributes).result,
  );
}

function constantLike({ dtype }: TensorData, value: number): TensorData {
  builderHere();
  return { axes: [], dtype, value: currentTrace().fill("pad", value, [], dtype) };
}

/** The elements of some axes from the last to the first. */
export function reverse<A extends string, D extends DType>(
  x: Tensor<A, D>,
  over: A | readonly A[],
): Tensor<A, D> {
  const dimensions = findAxes("reverse", x, axisNames("reverse", x, over)).map(({ index }) => index);
  return new Tensor(
    x.axes,
    x.dtype,
    builderHere().create("stablehlo.reverse", [x.value], { dimensions }).result,
  );
}

/** Tensors of the same axes side by side along a new one, which comes first. */
export function stack<A extends string, D extends DType, N extends string>(
  parts: readonly Tensor<A, D>[],
  along: N,
): Tensor<A | N, D> {
  if (typeof along !== "string") {
    throw new ShapeError({
      message: "stack: the new axis is asked for by its name alone",
      got: JSON.stringify(along),
      hint: `it has as many elements as there are parts: stack(parts, "layer")`,
    });
  }
  checkList("stack", "the tensors", parts, 'stack([x, y], "layer")');
  for (const [i, part] of parts.entries()) checkOperands("stack", { [`part ${i}`]: part });
  const axis = { name: along, size: 1 };
  const rows = parts.map((part) => reshape<A | N, D>(part, [axis, ...(part.axes as readonly Axis<A>[])]));
  return concat(rows, along);
}

/** x without axes of one element. @throws ShapeError for an axis of another size */
export function squeeze<A extends string, D extends DType, N extends A>(
  x: Tensor<A, D>,
  gone: N | readonly N[],
): Tensor<Exclude<A, N>, D> {
  const names = axisNames("squeeze", x, gone);
  const long = names.map((name) => findAxis("squeeze", x, name).axis).find(({ size }) => size !== 1);
  if (long !== undefined) {
    throw new ShapeError({
      message: `squeeze: axis "${long.name}" has ${long.size} elements`,
      got: describe(x.axes, x.dtype),
    });
  }
  return reshape(x, x.axes.filter(({ name }) => !names.includes(name)) as Axis<Exclude<A, N>>[]);
}

/** x moved along an axis: element i becomes element i + by, those that leave at one end come in at the other. */
export function roll<A extends string, D extends DType>(x: Tensor<A, D>, over: A, by: number): Tensor<A, D> {
  const { axis } = findAxis("roll", x, over);
  if (!Number.isInteger(by))
    throw new ShapeError({ message: `roll: ${by} is no whole number`, got: describe(x.axes, x.dtype) });
  const shift = axis.size === 0 ? 0 : ((by % axis.size) + axis.size) % axis.size;
  if (shift === 0) return x;
  const cut = axis.size - shift;
  return concat([slice(x, over, { start: cut }), slice(x, over, { stop: cut })], over);
}
