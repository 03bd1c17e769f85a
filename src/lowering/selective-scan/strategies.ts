/** @file Strategies of the selective scan: a loop over steps, or over blocks of steps that are scanned associatively. */
import type { Emitter } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import { prefixScan, withStart } from "../scan/associative.js";
import {
  decaysOf,
  inputsOf,
  outputsOf,
  type Recurrence,
  type StepRange,
  stepsOfRecurrence,
} from "./recurrence.js";

/** y [outer.., time, inner], and the last state, with one step of time. */
export interface SelectiveOutputs {
  readonly y: Value;
  readonly last: Value;
}

/** Steps that are computed at once. */
type Steps = (e: Emitter, recurrence: Recurrence) => SelectiveOutputs;

/** One step after the other, without a loop: no state but the last is kept. */
const straightLine: Steps = (e, recurrence) => {
  const count = recurrence.shape[recurrence.time]!;
  const rows: Value[] = [];
  let h = recurrence.h0;
  for (let start = 0; start < count; start++) {
    const step = stepsOfRecurrence(e, recurrence, { start, count: 1 }, h);
    const input = inputsOf(e, step);
    h = h === undefined ? input : e.add(e.mul(decaysOf(e, step), h), input);
    rows.push(outputsOf(e, step, h));
  }
  return { y: e.concat(rows, recurrence.time), last: h! };
};

/** All states at once, by the associative scan. */
const associativeSteps: Steps = (e, recurrence) => {
  const { time, h0, shape } = recurrence;
  const count = shape[time]!;
  const [decays, inputs] = [decaysOf(e, recurrence), inputsOf(e, recurrence)];
  const h = prefixScan(e, decays, withStart(e, inputs, decays, h0, time), time);
  return { y: outputsOf(e, recurrence, h), last: e.slice(h, time, count - 1, count) };
};

/** A loop of `count` steps per iteration, each `count` computed by `steps`; those that are left follow it. */
function looped(e: Emitter, recurrence: Recurrence, count: number, steps: Steps): SelectiveOutputs {
  const { time, states, shape } = recurrence;
  const total = shape[time]!;
  const whole = total - (total % count);
  if (whole <= count) return twoParts(e, recurrence, whole, steps);
  const rows = shape.filter((_, dim) => !states.includes(dim));
  const start = recurrence.h0 ?? e.fill(0, shape.with(time, 1), "f32");
  const [last, y] = e.loop(
    whole,
    count,
    [start, e.fill(0, rows.with(time, whole), "f32")],
    (inner, t, [h, written]) => {
      const turn = steps(inner, stepsOfRecurrence(inner, recurrence, { start: t, count }, h));
      const zero = inner.fill(0, [], "i32");
      const place = rows.map((_, dim) => (dim === time ? t : zero));
      return [turn.last, inner.dynamicUpdateSlice(written!, turn.y, place)];
    },
  ) as [Value, Value];
  return followed(e, recurrence, { y, last }, { start: whole, count: total - whole }, steps);
}

/** A first part and what is left, without a loop. */
function twoParts(e: Emitter, recurrence: Recurrence, first: number, steps: Steps): SelectiveOutputs {
  const total = recurrence.shape[recurrence.time]!;
  if (first === 0) return steps(e, recurrence);
  const made = steps(e, stepsOfRecurrence(e, recurrence, { start: 0, count: first }, recurrence.h0));
  return followed(e, recurrence, made, { start: first, count: total - first }, steps);
}

/** What came first, and the steps after it. */
function followed(
  e: Emitter,
  recurrence: Recurrence,
  { y, last }: SelectiveOutputs,
  rest: StepRange,
  steps: Steps,
): SelectiveOutputs {
  if (rest.count === 0) return { y, last };
  const tail = steps(e, stepsOfRecurrence(e, recurrence, rest, last));
  return { y: e.concat([y, tail.y], recurrence.time), last: tail.last };
}

/** One loop, whose iteration computes outer products, `unroll` steps and their outputs: no state is written but the last. */
export const sequentialSelective = (e: Emitter, recurrence: Recurrence, unroll: number): SelectiveOutputs => {
  const few = recurrence.shape[recurrence.time]! <= 2 * unroll;
  return few ? straightLine(e, recurrence) : looped(e, recurrence, unroll, straightLine);
};

/** A loop over blocks of steps: states are written out for one block at a time. */
export const blockedSelective = (e: Emitter, recurrence: Recurrence, block: number): SelectiveOutputs =>
  looped(e, recurrence, block, associativeSteps);
