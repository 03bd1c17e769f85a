/** @file Windows that slide along axes: pooling, and any reduction of what they show. */
import { tensorType } from "../ir/types.js";
import { ownValue } from "../support/own-value.js";
import { checkByAxis, checkOperands, findAxes } from "./align.js";
import { type DType, describe, type FloatDType, type IntegerDType } from "./axis.js";
import { fill } from "./elementwise.js";
import { ShapeError } from "./errors.js";
import { extremes } from "./extremes.js";
import { Tensor } from "./tensor.js";
import { builderHere, currentTrace, type TensorData } from "./trace.js";
import { inWide } from "./wide.js";
import { checkOptions, type OptionNames } from "../support/options.js";

/** Elements that are thought of around an axis: none; as many as make the result as long as the axis, divided by the stride; or so many before and after. */
export type WindowPadding = "valid" | "same" | readonly [before: number, after: number];

/** How a window lies along an axis. */
export interface Window {
  /** Elements that it shows. */
  readonly size: number;
  /** Elements from one window to the next; 1 unless said. */
  readonly stride?: number;
  /** From one element that it shows to the next; 1 unless said. */
  readonly dilation?: number;
  /** `"valid"` unless said. */
  readonly padding?: WindowPadding;
}

/** Elements before and after an axis of `size`, which has them `base` apart. */
export function windowPadding(
  size: number,
  { size: shown, stride = 1, dilation = 1, padding = "valid" }: Window,
): readonly [number, number] {
  if (padding === "valid") return [0, 0];
  if (padding !== "same") return padding;
  const missing = Math.max((Math.ceil(size / stride) - 1) * stride + (shown - 1) * dilation + 1 - size, 0);
  return [Math.floor(missing / 2), missing - Math.floor(missing / 2)];
}

/** The elements that windows of a dilated axis show, in how many places. */
export function windowCount(
  size: number,
  { size: shown, stride = 1, dilation = 1 }: Window,
  [before, after]: readonly [number, number],
): number {
  const room = size + before + after - ((shown - 1) * dilation + 1);
  return room < 0 ? 0 : Math.floor(room / stride) + 1;
}

/** Complains unless numbers of a window are whole and at least 1, those of its padding whole. */
export function checkWindow(
  op: string,
  name: string,
  window: Window & { readonly inputDilation?: number },
  x: TensorData,
): void {
  checkOptions(`the window of ${op} along "${name}"`, window, {
    ...{ size: true, stride: true, dilation: true, padding: true },
    ...(op === "conv" ? { kernel: true, inputDilation: true } : {}),
  } as OptionNames<typeof window>);
  const { size, stride = 1, dilation = 1, inputDilation = 1, padding = "valid" } = window;
  const counts = [size, stride, dilation, inputDilation].every((n) => Number.isInteger(n) && n >= 1);
  const around =
    typeof padding === "object"
      ? padding.length === 2 && padding.every(Number.isInteger)
      : padding === "valid" || padding === "same";
  if (counts && around) return;
  throw new ShapeError({
    message: `${op}: there is no such window along "${name}"`,
    expected: 'size, stride and dilation of 1 or more; padding "valid", "same" or two whole numbers',
    got: JSON.stringify(window),
    details: [`x: ${describe(x.axes, x.dtype)}`],
  });
}

const reducers = { add: "add", mul: "multiply", min: "minimum", max: "maximum" } as const;
type WindowReducer = keyof typeof reducers;

/**
 * What each place of a window shows, reduced to one element: `reduceWindow(x, { height: { size: 2, stride: 2 } }, "max")`. Elements of the padding
 * count as what changes nothing: 0 of a sum, the least number of a maximum. Axes keep their names.
 * @throws ShapeError for an axis that x has not, and windows that cannot be
 */
export function reduceWindow<A extends string, D extends FloatDType | IntegerDType>(
  x: Tensor<A, D>,
  windows: { readonly [K in A]?: Window },
  reducer: WindowReducer,
): Tensor<A, D> {
  const op = "reduceWindow";
  checkOperands(op, { x });
  checkByAxis(op, "the windows", windows, "{ height: { size: 2, stride: 2 } }");
  const given = windows as Readonly<Record<string, Window>>;
  findAxes(op, x, Object.keys(given));
  for (const [name, window] of Object.entries(given)) checkWindow(op, name, window, x);
  const [least, greatest] = extremes(op, x);
  const start = { add: 0, mul: 1, max: least, min: greatest }[reducer];
  const all = x.axes.map(({ name }): Window => ownValue(given, name) ?? { size: 1 });
  const padding = all.map((window, i) => windowPadding(x.axes[i]!.size, window));
  const builder = builderHere();
  const scalar = tensorType([], x.dtype);
  const body = builder.region([scalar, scalar], (args, inner) => {
    inner.create("stablehlo.return", [inner.create(`stablehlo.${reducers[reducer]}`, args, {}).result], {});
  });
  const attributes = {
    window_dimensions: all.map(({ size }) => size),
    window_strides: all.map(({ stride = 1 }) => stride),
    window_dilations: all.map(({ dilation = 1 }) => dilation),
    padding: { shape: [all.length, 2], values: padding.flat() },
  };
  const initial = currentTrace().fill(op, start, [], x.dtype);
  const value = builder.create("stablehlo.reduce_window", [x.value, initial], attributes, { regions: [body] })
    .results[0]!;
  const axes = x.axes.map(({ name, size }, i) => ({ name, size: windowCount(size, all[i]!, padding[i]!) }));
  return new Tensor(axes, x.dtype, value);
}

type Pool<T extends DType> = <A extends string, D extends T>(
  x: Tensor<A, D>,
  windows: { readonly [K in A]?: Window },
) => Tensor<A, D>;

/** The largest element that a window shows. */
export const maxPool: Pool<FloatDType | IntegerDType> = (x, windows) => reduceWindow(x, windows, "max");
/** The smallest element that a window shows. */
export const minPool: Pool<FloatDType | IntegerDType> = (x, windows) => reduceWindow(x, windows, "min");
/** The sum of the elements that a window shows. */
export const sumPool: Pool<FloatDType | IntegerDType> = (x, windows) => reduceWindow(x, windows, "add");

/** The mean of the elements that a window shows, those of the padding left out, and not a number where it shows no other; as `mean`, of elements below 32 bits in f32. */
export function meanPool<A extends string, D extends FloatDType>(
  x: Tensor<A, D>,
  windows: { readonly [K in A]?: Window },
): Tensor<A, D> {
  return inWide(x, <E extends "f32" | "f64">(elements: Tensor<A, E>) => {
    const ones = fill(1, elements.axes, elements.dtype) as unknown as Tensor<A, E>;
    return reduceWindow(elements, windows, "add").div(reduceWindow(ones, windows, "add")) as Tensor<A, E>;
  });
}
