/**
 * @file The ops of the nn dialect but attention as a model author calls them: one line each, their meaning in src/ir/ops/nn. How they are computed is the
 * lowering's choice. Axes may have any names: the author says which is which where the operands do not.
 */
import {
  axesIn,
  broadcastTo,
  checkElement,
  checkOperands,
  checkSizes,
  findAxis,
  onlyAxis,
  ordered,
} from "./align.js";
import { describe, type FloatDType, indexOf, namesOf } from "./axis.js";
import { ShapeError } from "./errors.js";
import { Tensor } from "./tensor.js";
import { builderHere, type TensorData } from "./trace.js";
import { checkNeeded } from "../support/options.js";

/** What becomes of a state: `next`, its axes in the order in which the state has them. */
const inOrderOf = <A extends string, D extends FloatDType>(
  state: Tensor<A, D>,
  next: TensorData,
): Tensor<A, D> => new Tensor(state.axes, state.dtype, broadcastTo(next, state.axes));

/**
 * h_t = a_t h_{t-1} + x_t along `axis`, the carry in f32 whatever the inputs. x, a of any axes; h0 has those of x without `axis`, f32.
 * With `reverse`, from the last element to the first. a = 0 forgets what came before. `last` is the h that the scan ends with.
 * @throws ShapeError when axes do not fit
 */
export function linearScan<A extends string, T extends A, D extends FloatDType>(args: {
  readonly x: Tensor<A, D>;
  readonly a: Tensor<A, D>;
  readonly h0: Tensor<Exclude<A, T>, "f32">;
  readonly axis: T;
  readonly reverse?: boolean;
}): { readonly y: Tensor<A, D>; readonly last: Tensor<Exclude<A, T>, "f32"> } {
  const known = { x: true, a: true, h0: true, axis: true, reverse: true } as const;
  checkNeeded("linearScan", args, known, "x", "a", "h0", "axis");
  const { x, a, h0 } = args;
  checkOperands("linearScan", { x, a, h0 });
  checkElement("linearScan", "h0", h0, "f32");
  const axis = findAxis("linearScan", x, args.axis).index;
  const carried = x.axes.filter((_, i) => i !== axis);
  const operands = [
    x.value,
    ordered("linearScan", "a", a, namesOf(x.axes)),
    ordered("linearScan", "h0", h0, namesOf(carried)),
  ];
  checkSizes("linearScan", [x, a, h0], ["x", "a", "h0"]);
  const attributes = args.reverse === true ? { axis, reverse: true as const } : { axis };
  const scan = builderHere().create("nn.linear_scan", operands, attributes);
  return {
    y: new Tensor(x.axes, x.dtype, scan.results[0]!),
    last: new Tensor(carried, "f32", scan.results[1]!),
  };
}

const CAUSAL_CONV = {
  x: true,
  w: true,
  bias: true,
  segmentPos: true,
  tail: true,
  axis: true,
  taps: true,
} as const;

/** x with its last axis split into n blocks, block j multiplied by w_j: w [blocks, in, out]; the axis keeps its name. */
export function blockDiagonal<A extends string, B extends string, D extends FloatDType>(
  x: Tensor<A, D>,
  w: Tensor<B, D>,
): Tensor<A, D> {
  checkOperands("blockDiagonal", { x, w });
  const last = x.axes.at(-1);
  const [blocks, inputs, outputs] = w.axes;
  if (last === undefined || w.axes.length !== 3 || last.size !== blocks!.size * inputs!.size) {
    throw new ShapeError({
      message: "blockDiagonal: the last axis of x must be the blocks of w times their inputs",
      details: [`x: ${describe(x.axes, x.dtype)}`, `w: ${describe(w.axes, w.dtype)}`],
      hint: "w is [blocks, in, out]",
    });
  }
  const product = builderHere().create("nn.block_diagonal_dot", [x.value, w.value], {}).result;
  const size = blocks!.size * outputs!.size;
  return new Tensor([...x.axes.slice(0, -1), { name: last.name, size }], x.dtype, product);
}

/**
 * Convolution of each channel with the k latest inputs of its document along `axis`: y_t = bias + sum_s w[k-1-s] x_{t-s}. The axis of
 * `bias` is that of the channels; w has it and `taps`; segmentPos has x's axes without the channels. `tail` holds the
 * k-1 inputs before x: x's axes, with one of its own for `axis`. The result's `tail` holds those before what follows.
 * @throws ShapeError when axes do not fit
 */
export function causalConv1d<
  A extends string,
  S extends A,
  T extends S,
  K extends string,
  L extends string,
  D extends FloatDType,
>(args: {
  readonly x: Tensor<A, D>;
  readonly w: Tensor<Exclude<A, S> | K, D>;
  readonly bias: Tensor<Exclude<A, S>, D>;
  readonly segmentPos: Tensor<S, "i32">;
  readonly tail: Tensor<Exclude<A, T> | L, D>;
  readonly axis: T;
  readonly taps: K;
}): { readonly y: Tensor<A, D>; readonly tail: Tensor<Exclude<A, T> | L, D> } {
  const op = "causalConv1d";
  checkNeeded(op, args, CAUSAL_CONV, "x", "w", "bias", "segmentPos", "tail", "axis", "taps");
  const { x, w, bias, segmentPos, tail } = args;
  checkOperands(op, { x, w, bias, segmentPos, tail });
  const channels = onlyAxis(op, "bias", bias, []);
  const tokens = x.axes.filter(({ name }) => name !== channels.name);
  const axis = findAxis(op, { ...x, axes: tokens }, args.axis).index;
  const tailAxis = onlyAxis(op, "tail", tail, namesOf(x.axes));
  const order = [...namesOf(tokens), channels.name];
  const tailOrder = order.map((name) => (name === args.axis ? tailAxis.name : name));
  const operands = [
    ordered(op, "x", x, order),
    ordered(op, "w", w, [channels.name, args.taps]),
    bias.value,
    ordered(op, "segmentPos", segmentPos, namesOf(tokens)),
    ordered(op, "tail", tail, tailOrder),
  ];
  const conv = builderHere().create("nn.causal_conv1d", operands, { axis });
  return {
    y: new Tensor(axesIn(x, order), x.dtype, conv.results[0]!),
    tail: inOrderOf(tail, { axes: axesIn(tail, tailOrder), dtype: x.dtype, value: conv.results[1]! }),
  };
}

/**
 * x rsqrt(mean(x^2) + epsilon) (offset + scale) over the axis of `scale`, which then is the last. `offset` (0 unless given) is 1 where a
 * model stores the distance of its scale from 1.
 * @throws ShapeError when scale has not one axis, or one that x has not
 */
export function rmsNorm<A extends string, N extends A, D extends FloatDType>(
  x: Tensor<A, D>,
  scale: Tensor<N, D>,
  options: { readonly epsilon: number; readonly offset?: number },
): Tensor<A, D> {
  checkNeeded("rmsNorm", options, { epsilon: true, offset: true }, "epsilon");
  checkOperands("rmsNorm", { x, scale });
  const { epsilon, offset = 0 } = options;
  const channels = onlyAxis("rmsNorm", "scale", scale, []);
  findAxis("rmsNorm", x, channels.name);
  checkSizes("rmsNorm", [x, scale], ["x", "scale"]);
  const order = [...namesOf(x.axes).filter((name) => name !== channels.name), channels.name];
  const operands = [ordered("rmsNorm", "x", x, order), scale.value];
  const { result } = builderHere().create("nn.rms_norm", operands, { epsilon, offset });
  return new Tensor(axesIn(x, order), x.dtype, result);
}

/**
 * Rotates the first `dims` channels of `axis`, which then is the last, by the position: channels i and i + dims/2 as a pair, by
 * position / base^(2i/dims), times number i of `scaling` where it is given. position has any of x's other axes.
 * @throws ShapeError when axes do not fit
 */
export function rotary<A extends string, C extends A, P extends Exclude<A, C>, D extends FloatDType>(
  x: Tensor<A, D>,
  position: Tensor<P, "i32">,
  options: {
    readonly axis: C;
    readonly dims: number;
    readonly base: number;
    readonly scaling?: readonly number[] | undefined;
  },
): Tensor<A, D> {
  const known = { axis: true, dims: true, base: true, scaling: true } as const;
  checkNeeded("rotary", options, known, "axis", "dims", "base");
  checkOperands("rotary", { x, position });
  const { axis, dims, base, scaling } = options;
  const channels = findAxis("rotary", x, axis).axis;
  const outer = x.axes.filter(({ name }) => name !== channels.name);
  for (const { name } of position.axes) findAxis("rotary", { ...x, axes: outer }, name);
  checkSizes("rotary", [x, position], ["x", "position"]);
  const held = outer.filter(({ name }) => indexOf(position.axes, name) >= 0);
  const order = [...namesOf(outer), channels.name];
  const operands = [ordered("rotary", "x", x, order), ordered("rotary", "position", position, namesOf(held))];
  const position_dims = held.map(({ name }) => indexOf(outer, name));
  const { result } = builderHere().create("nn.rotary", operands, {
    dims,
    base,
    position_dims,
    ...(scaling === undefined ? {} : { scaling }),
  });
  return new Tensor(axesIn(x, order), x.dtype, result);
}
