/** @file Convolution over axes by name. */
import { type Precision, precisionConfigOf } from "../ir/precision.js";
import { tensorType } from "../ir/types.js";
import { broadcastTo, checkByAxis, checkDTypes, checkOperands, findAxis } from "./align.js";
import { type Axis, describe, type DType, sizesOf } from "./axis.js";
import { ShapeError } from "./errors.js";
import { reshape } from "./shape.js";
import { Tensor } from "./tensor.js";
import { builderHere, checkPrecision, type TensorData } from "./trace.js";
import { checkWindow, type Window, windowCount, windowPadding } from "./window.js";
import { checkNeeded, type OptionNames } from "../support/options.js";

/** How the kernel goes along an axis of x; its size is that of the kernel's axis. */
export interface ConvWindow<K extends string = string> extends Omit<Window, "size"> {
  /** The axis of the kernel that lies along it. */
  readonly kernel: K;
  /** From one element of x to the next, zeros between them: of transposed convolutions; 1 unless said. */
  readonly inputDilation?: number;
}

/** Which axes are what. */
export interface ConvOptions<S extends string, K extends string, I extends string, O extends string> {
  /** By axis of x. */
  readonly over: { readonly [N in S]: ConvWindow<K> };
  /** The axis of features that is summed over; the kernel has it too, in size divided by `groups`. */
  readonly from: I;
  /** The kernel's axis of features that come out. */
  readonly to: O;
  /** Features are taken in so many groups apart from each other; 1 unless said. */
  readonly groups?: number;
  /** How many bits of f32 operands count; default: that of `withPrecision` around it, else the program's. */
  readonly precision?: Precision | undefined;
}

const CONV_WINDOW: OptionNames<ConvWindow> = {
  kernel: true,
  stride: true,
  dilation: true,
  inputDilation: true,
  padding: true,
};

/** Complains unless the kernel has the axes that it must, and no other. */
function checkKernel(kernel: TensorData, wanted: readonly string[]): void {
  const same = kernel.axes.length === wanted.length && kernel.axes.every(({ name }) => wanted.includes(name));
  if (same) return;
  throw new ShapeError({
    message: "conv: the kernel has other axes than it must",
    expected: `[${wanted.join(", ")}]`,
    got: describe(kernel.axes, kernel.dtype),
  });
}

/**
 * The convolution of x with a kernel, as neural networks have it (the kernel is not reversed): of x `[batch, height, width, in]` and kernel
 * `[kh, kw, in, out]`
 *
 *     conv(x, kernel, { over: { height: { kernel: "kh", padding: "same" }, width: { kernel: "kw", padding: "same" } }, from: "in", to: "out" })
 *
 * is `[batch, height, width, out]`. Axes of x that are not mentioned, any number, are as many inputs beside each other; they come first.
 * @throws ShapeError when axes do not fit
 */
export function conv<
  A extends string,
  B extends string,
  S extends A,
  K extends B,
  I extends A & B,
  O extends B,
  D extends DType,
>(x: Tensor<A, D>, kernel: Tensor<B, D>, options: ConvOptions<S, K, I, O>): Tensor<Exclude<A, I> | O, D> {
  const known = { over: true, from: true, to: true, groups: true, precision: true } as const;
  checkNeeded("conv", options, known, "over", "from", "to");
  checkOperands("conv", { x, kernel });
  checkByAxis("conv", "over", options.over, '{ time: { kernel: "tap" } }');
  for (const [name, window] of Object.entries<ConvWindow>(options.over))
    checkNeeded(`the window of conv along "${name}"`, window, CONV_WINDOW, "kernel");
  checkPrecision("conv", options.precision);
  const { from, to, groups = 1, precision } = options;
  const over = Object.entries(options.over) as readonly (readonly [string, ConvWindow])[];
  checkDTypes("conv", [x, kernel], ["x", "kernel"]);
  checkKernel(kernel, [...over.map(([, window]) => window.kernel), from, to]);
  const features = findAxis("conv", x, from).axis;
  const spatial = over.map(([name]) => findAxis("conv", x, name).axis);
  const windows = over.map(
    ([name, { kernel: along, ...window }]): Window & { readonly inputDilation?: number } => {
      const whole = { ...window, size: findAxis("conv", kernel, along).axis.size };
      checkWindow("conv", name, whole, x);
      return whole;
    },
  );
  const outputs = findAxis("conv", kernel, to).axis;
  const taken = findAxis("conv", kernel, from).axis.size;
  if (
    !Number.isInteger(groups) ||
    groups < 1 ||
    taken * groups !== features.size ||
    outputs.size % groups !== 0
  ) {
    throw new ShapeError({
      message: `conv: features do not fit in ${groups} group${groups === 1 ? "" : "s"}`,
      details: [`x: ${describe(x.axes, x.dtype)}`, `kernel: ${describe(kernel.axes, kernel.dtype)}`],
      hint: `the kernel's "${from}" is that of x divided by the groups, and the groups divide its "${to}"`,
    });
  }
  const isInner = ({ name }: Axis): boolean => name === from || spatial.some((axis) => axis.name === name);
  const batch = x.axes.filter((axis) => !isInner(axis));
  const rows: Axis = { name: " batch", size: batch.reduce((count, { size }) => count * size, 1) };
  const input = { axes: x.axes, dtype: x.dtype, value: broadcastTo(x, [...batch, ...spatial, features]) };
  const image = batch.length === 1 ? input : reshape(input, [rows, ...spatial, features]);
  const order = [...over.map(([, window]) => window.kernel), from, to];
  const weights = broadcastTo(
    kernel,
    order.map((name) => findAxis("conv", kernel, name).axis),
  );
  const dilated = spatial.map(({ size }, i) =>
    size === 0 ? 0 : (size - 1) * (windows[i]!.inputDilation ?? 1) + 1,
  );
  const padding = windows.map((window, i) => windowPadding(dilated[i]!, window));
  const shown = spatial.map(({ name }, i) => ({
    name,
    size: windowCount(dilated[i]!, windows[i]!, padding[i]!),
  }));
  const inner = spatial.map((_, i) => i + 1);
  const last = spatial.length + 1;
  const value = builderHere().create(
    "stablehlo.convolution",
    [image.value, weights],
    {
      window_strides: windows.map(({ stride = 1 }) => stride),
      lhs_dilation: windows.map(({ inputDilation = 1 }) => inputDilation),
      rhs_dilation: windows.map(({ dilation = 1 }) => dilation),
      padding: { shape: [windows.length, 2], values: padding.flat() },
      dimension_numbers: {
        input_batch_dimension: 0,
        input_feature_dimension: last,
        input_spatial_dimensions: inner,
        kernel_input_feature_dimension: spatial.length,
        kernel_output_feature_dimension: last,
        kernel_spatial_dimensions: spatial.map((_, i) => i),
        output_batch_dimension: 0,
        output_feature_dimension: last,
        output_spatial_dimensions: inner,
      },
      feature_group_count: groups,
      batch_group_count: 1,
      ...(precision === undefined ? {} : { precision_config: [...precisionConfigOf(precision)] }),
    },
    { results: [tensorType(sizesOf([rows, ...shown, outputs]), x.dtype)] },
  ).result;
  const axes = [...batch, ...shown, outputs] as Axis<Exclude<A, I> | O>[];
  return batch.length === 1
    ? new Tensor(axes, x.dtype, value)
    : reshape({ axes, dtype: x.dtype, value }, axes);
}
