/** @file selectiveScan: the recurrence of state-space models as their authors call it, over axes of any names. */
import {
  axesIn,
  broadcastTo,
  checkAmong,
  checkElement,
  checkList,
  checkOperands,
  checkSizes,
  findAxes,
  findAxis,
  ordered,
} from "./align.js";
import { type Axis, describe, type FloatDType, indexOf, namesOf } from "./axis.js";
import { fill } from "./elementwise.js";
import { ShapeError } from "./errors.js";
import { Tensor } from "./tensor.js";
import { builderHere, type TensorData } from "./trace.js";
import { checkNeeded } from "../support/options.js";

const OP = "selectiveScan";

/** An operand with those axes of the recurrence that it has in their order, and which they are. */
function placed(name: string, operand: TensorData, all: readonly Axis[]) {
  checkAmong(OP, name, operand, all);
  const names = namesOf(all).filter((axis) => indexOf(operand.axes, axis) >= 0);
  return { value: ordered(OP, name, operand, names), dims: names.map((axis) => indexOf(all, axis)) };
}

/** The states, which h0 has beside the axes of x but time. */
function statesOf(x: TensorData, h0: TensorData, time: string, names: readonly string[]): readonly Axis[] {
  if (names.length === 0) {
    throw new ShapeError({
      message: `${OP}: no axis is summed over`,
      expected: "one state axis of h0, or more",
      got: "[]",
      hint: "a recurrence without states is linearScan",
    });
  }
  const states = findAxes(OP, h0, names).map(({ axis }) => axis);
  const shared = states.find(({ name }) => indexOf(x.axes, name) >= 0);
  if (shared !== undefined) {
    throw new ShapeError({
      message: `${OP}: x has the state axis "${shared.name}"`,
      expected: "only axes that are no states: b spreads x over those",
      got: describe(x.axes, x.dtype),
    });
  }
  const carried = namesOf(x.axes).filter((name) => name !== time);
  ordered(OP, "h0", h0, [...carried, ...names]);
  return states;
}

const SELECTIVE_SCAN = {
  x: true,
  delta: true,
  a: true,
  b: true,
  c: true,
  h0: true,
  segmentPos: true,
  axis: true,
  states: true,
  reverse: true,
} as const;

/** A tensor of the inputs' element type, or of that of the computation. */
type Either<A extends string, D extends FloatDType> = Tensor<A, D> | Tensor<A, "f32">;

/**
 * The selective scan (Mamba, arXiv 2312.00752, algorithm 2), in f32 whatever the operands are:
 *
 *     h_t = exp(delta_t a) h_{t-1} + delta_t b_t x_t
 *     y_t = sum of c_t h_t over the states
 *
 * along `axis`, from its last element to the first with `reverse`. h0, f32, has the axes of x without `axis`, and `states`; delta some of x's;
 * a, b and c some of all. In Mamba x and delta are [batch, time, channel], a [channel, state], b and c [batch, time, state], so that nothing of
 * the size [time, channel, state] is an operand, nor is written. Without delta it is 1, and a_t the logarithm of the decay. `segmentPos`, some
 * axes of x, is each element's place in its document: no state crosses a 0. `last` is the h that the scan ends with.
 * @throws ShapeError when axes do not fit
 */
export function selectiveScan<
  A extends string,
  T extends A,
  S extends string,
  DA extends A,
  AA extends A | S,
  BA extends A | S,
  CA extends A | S,
  D extends FloatDType,
  P extends A = never,
>(args: {
  readonly x: Tensor<A, D>;
  readonly delta?: Either<DA, NoInfer<D>> | undefined;
  readonly a: Either<AA, NoInfer<D>>;
  readonly b: Either<BA, NoInfer<D>>;
  readonly c: Either<CA, NoInfer<D>>;
  readonly h0: Tensor<Exclude<A, T> | S, "f32">;
  readonly segmentPos?: Tensor<P, "i32"> | undefined;
  readonly axis: T;
  readonly states: readonly S[];
  readonly reverse?: boolean;
}): { readonly y: Tensor<A, D>; readonly last: Tensor<Exclude<A, T> | S, "f32"> } {
  checkNeeded(OP, args, SELECTIVE_SCAN, "x", "a", "b", "c", "h0", "axis", "states");
  const { x, delta, a, b, c, h0, segmentPos } = args;
  checkOperands(OP, { x, a, b, c, h0 });
  checkElement(OP, "h0", h0, "f32");
  checkList(OP, "states", args.states, 'the names of the state axes: ["state"]');
  const axis = findAxis(OP, x, args.axis).index;
  const states = statesOf(x, h0, args.axis, args.states);
  const given = Object.entries({ x, delta, a, b, c, segmentPos, h0 }).filter(
    ([, tensor]) => tensor !== undefined,
  );
  checkSizes(
    OP,
    given.map(([, tensor]) => tensor!),
    given.map(([name]) => name),
  );
  const all = [...x.axes, ...states];
  const step = placed("delta", delta ?? fill(1, [], "f32"), x.axes);
  const at = { a: placed("a", a, all), b: placed("b", b, all), c: placed("c", c, all) };
  const segment = placed("segmentPos", segmentPos ?? fill(1, [], "i32"), x.axes);
  const wide = x.to("f32");
  const input = delta === undefined ? wide : wide.mul(delta.to("f32"));
  const carried = x.axes.filter((_, i) => i !== axis);
  const order = [...namesOf(carried), ...namesOf(states)];
  const scan = builderHere().create(
    "nn.selective_scan",
    [
      broadcastTo(input, x.axes),
      step.value,
      at.a.value,
      at.b.value,
      at.c.value,
      segment.value,
      ordered(OP, "h0", h0, order),
    ],
    {
      axis,
      states: states.length,
      delta_dims: step.dims,
      a_dims: at.a.dims,
      b_dims: at.b.dims,
      c_dims: at.c.dims,
      segment_dims: segment.dims,
      ...(args.reverse === true ? { reverse: true as const } : {}),
    },
  );
  const y = new Tensor<A, "f32">(x.axes, "f32", scan.results[0]!);
  const last = { axes: axesIn(h0, order), dtype: "f32", value: scan.results[1]! } as const;
  return { y: y.to(x.dtype), last: new Tensor(h0.axes, "f32", broadcastTo(last, h0.axes)) };
}
