/**
 * @file The selective scan in the form in which strategies work: operands in f32 with the axes that they have, in the order [outer.., time,
 * states.., inner], so that channels are innermost and one step is elementwise on whole rows of them. No operand is spread over the states
 * but for the steps that a strategy computes at a time.
 */
import { type Emitter, isSplat, shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { startsOf } from "../decompose/selective-scan.js";

/** A value and which axes of the recurrence it has, rising. */
export interface Factor {
  readonly value: Value;
  readonly dims: readonly number[];
}

/** h_t = exp(delta_t a) h_{t-1} + b_t x_t, y_t = sum of c_t h_t, walked from the first step to the last. */
export interface Recurrence {
  /** Sizes of all axes, time included. */
  readonly shape: readonly number[];
  /** Which of them is time. */
  readonly time: number;
  /** Which of them are summed over. */
  readonly states: readonly number[];
  readonly factors: Readonly<Record<"x" | "delta" | "a" | "b" | "c", Factor>>;
  /** Where nothing is taken over from the step before, i1; absent when that is nowhere. */
  readonly starts: Factor | undefined;
  /** The state before the first step, with one step of time; absent when it is zero. */
  readonly h0: Value | undefined;
}

type SelectiveScan = OperationOf<"nn.selective_scan">;

/** The order that puts the axes `dims` of an op's recurrence by their places in that of strategies. */
const orderOf = (dims: readonly number[], places: readonly number[]): readonly number[] =>
  dims.map((_, i) => i).sort((i, j) => places[dims[i]!]! - places[dims[j]!]!);

/** Reversed along time, where a scan is in reverse and the value has more than one step. */
const inWalkOrder = (e: Emitter, op: SelectiveScan, value: Value, dim: number): Value =>
  op.attributes.reverse === true && (shapeOf(value)[dim] ?? 1) > 1 ? e.reverse(value, dim) : value;

/** A value that has the axes `dims` of an op's recurrence, in the order of axes and of time of strategies. */
export function walked(e: Emitter, op: SelectiveScan, value: Value, dims: readonly number[]): Factor {
  const places = placesOf(op);
  const order = orderOf(dims, places);
  const time = order.findIndex((i) => dims[i] === op.attributes.axis);
  return {
    value: inWalkOrder(e, op, e.transpose(value, order), time),
    dims: order.map((i) => places[dims[i]!]!),
  };
}

/** A value of strategies in the order of axes and of time that the op has: those of its recurrence that `dims` are. */
export function restored(e: Emitter, op: SelectiveScan, value: Value, dims: readonly number[]): Value {
  const places = placesOf(op);
  const order = orderOf(dims, places);
  const time = order.findIndex((i) => dims[i] === op.attributes.axis);
  const back = dims.map((_, i) => order.indexOf(i));
  return e.transpose(inWalkOrder(e, op, value, time), back);
}

/** The factor spread over the axes of `shape`, whose sizes those that it has are. */
export function spread(e: Emitter, { value, dims }: Factor, shape: readonly number[]): Value {
  return e.broadcast(value, shape, dims);
}

/** The place of each axis of an op's recurrence in [outer.., time, states.., inner]. */
function placesOf({ operands, attributes: { axis, states } }: SelectiveScan): readonly number[] {
  const rank = shapeOf(operands[6]!).length + 1;
  const channels = Array.from({ length: rank - states }, (_, dim) => dim).filter((dim) => dim !== axis);
  const summed = Array.from({ length: states }, (_, i) => rank - states + i);
  const order = [...channels.slice(0, -1), axis, ...summed, ...channels.slice(-1)];
  return order.map((_, dim) => order.indexOf(dim));
}

/** An op's recurrence, in the order of its walk. There is a step at least. */
export function recurrenceOf(e: Emitter, op: SelectiveScan): Recurrence {
  const [x, delta, a, b, c, , h0] = op.operands as [Value, Value, Value, Value, Value, Value, Value];
  const { axis, states, delta_dims, a_dims, b_dims, c_dims } = op.attributes;
  const all = shapeOf(h0).toSpliced(axis, 0, shapeOf(x)[axis]!);
  const places = placesOf(op);
  const time = places[axis]!;
  const shape = all.map((_, place) => all[places.indexOf(place)]!);
  const wide = (value: Value, dims: readonly number[]): Factor =>
    walked(e, op, e.convert(value, "f32"), dims);
  const channels = shapeOf(x).map((_, dim) => dim);
  const starts = startsOf(e, op);
  const start = e.reshape(h0, all.with(axis, 1));
  return {
    shape,
    time,
    states: Array.from({ length: states }, (_, i) => places[all.length - states + i]!),
    factors: {
      x: wide(x, channels),
      delta: wide(delta, delta_dims),
      a: wide(a, a_dims),
      b: wide(b, b_dims),
      c: wide(c, c_dims),
    },
    starts: starts && walked(e, op, starts, channels),
    h0: isSplat(h0, 0)
      ? undefined
      : walked(
          e,
          op,
          start,
          all.map((_, dim) => dim),
        ).value,
  };
}

/** Which steps a strategy computes at a time: `count` from a place that is known, or is a value of the program. */
export interface StepRange {
  readonly start: number | Value;
  readonly count: number;
}

/** Some steps of a factor. */
export function stepsOfFactor(e: Emitter, factor: Factor, time: number, { start, count }: StepRange): Factor {
  const { value, dims } = factor;
  const at = dims.indexOf(time);
  if (at < 0) return factor;
  if (typeof start === "number") return { value: e.slice(value, at, start, start + count), dims };
  const zero = e.fill(0, [], "i32");
  const starts = dims.map((dim) => (dim === time ? start : zero));
  return { value: e.dynamicSlice(value, starts, shapeOf(value).with(at, count)), dims };
}

/** The recurrence of some of its steps, from a state that goes before them. */
export function stepsOfRecurrence(
  e: Emitter,
  whole: Recurrence,
  steps: StepRange,
  h0: Value | undefined,
): Recurrence {
  const { factors, starts, time } = whole;
  const cut = (factor: Factor): Factor => stepsOfFactor(e, factor, time, steps);
  return {
    ...whole,
    shape: whole.shape.with(time, steps.count),
    factors: {
      x: cut(factors.x),
      delta: cut(factors.delta),
      a: cut(factors.a),
      b: cut(factors.b),
      c: cut(factors.c),
    },
    starts: starts && cut(starts),
    h0,
  };
}

/** exp(delta a), 0 where nothing is taken over, over all axes. */
export function decaysOf(e: Emitter, { factors: { delta, a }, starts, shape }: Recurrence): Value {
  const decays = e.unary("exponential", e.mul(spread(e, delta, shape), spread(e, a, shape)));
  return starts === undefined ? decays : e.select(spread(e, starts, shape), e.fill(0, shape, "f32"), decays);
}

/** b x over all axes. */
export const inputsOf = (e: Emitter, { factors: { b, x }, shape }: Recurrence): Value =>
  e.mul(spread(e, b, shape), spread(e, x, shape));

/** y of the states h [outer.., time, states.., inner]: without the axes that are summed over. */
export function outputsOf(e: Emitter, { factors: { c }, shape, states }: Recurrence, h: Value): Value {
  const read = e.mul(spread(e, c, shape), h);
  return [...states].reverse().reduce((sum, dim) => e.reduce("add", sum, dim), read);
}
