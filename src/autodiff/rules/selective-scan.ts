/**
 * @file The gradient of nn.selective_scan is a scan in the other direction: of h_t = a_t h_(t-1) + b_t x_t, y_t = sum c_t h_t with g the
 * cotangent of y, that of h_t is s_t = c_t g_t + a_(t+1) s_(t+1). Cotangents of all operands are sums of its products with h, which is
 * computed again: the states before each chunk of steps are kept, those within a chunk are there for that chunk alone.
 */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Operation, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import {
  decaysOf,
  type Factor,
  inputsOf,
  type Recurrence,
  recurrenceOf,
  restored,
  spread,
  stepsOfRecurrence,
  stepsOfFactor,
  walked,
} from "../../lowering/selective-scan/recurrence.js";
import { sumOver, zerosLike } from "../arithmetic.js";
import { replayMeaning } from "../meaning.js";
import { shiftedRows } from "./linear-scan.js";
import type { BackwardWalk } from "../rule.js";

type SelectiveScan = OperationOf<"nn.selective_scan"> & Operation;

/** Steps whose states are held at once. */
const CHUNK = 32;

const names = ["x", "delta", "a", "b", "c"] as const;
type Name = (typeof names)[number];
type Cotangents = Readonly<Record<Name, Value>>;

/** The states of all steps of a recurrence; one step of time has `h0`, and the last one. */
function statesOf(e: Emitter, recurrence: Recurrence, decays: Value, h0: Value): readonly [Value, Value] {
  const { shape, time } = recurrence;
  const start = e.reshape(h0, shape.toSpliced(time, 1));
  const scan = e.builder.create("nn.linear_scan", [inputsOf(e, recurrence), decays, start], { axis: time });
  return [scan.results[0]!, e.reshape(scan.results[1]!, shape.with(time, 1))];
}

/** Cotangents of a chunk of steps, given that of y and, beside it, that of the last state; and that of the state before the chunk. */
function chunkGradient(
  e: Emitter,
  recurrence: Recurrence,
  g: Factor,
  after: Value,
): { readonly cotangents: Cotangents; readonly before: Value } {
  const { shape, time, factors } = recurrence;
  const { x, delta, a, b, c } = factors;
  const h0 = recurrence.h0!;
  const decays = decaysOf(e, recurrence);
  const [h] = statesOf(e, recurrence, decays, h0);
  const given = spread(e, g, shape);
  const next = shiftedRows(e, decays, e.fill(1, shape.with(time, 1), "f32"), time, true);
  const last = e.reshape(after, shape.toSpliced(time, 1));
  const sums = [e.mul(spread(e, c, shape), given), next, last];
  const s = e.builder.create("nn.linear_scan", sums, { axis: time, reverse: true }).results[0]!;
  const decayed = e.mul(decays, s);
  const logs = e.mul(decayed, shiftedRows(e, h, h0, time, false));
  const along = (one: Factor, value: Value, other: Factor): Value => {
    const gone = shape.map((_, dim) => dim).filter((dim) => !one.dims.includes(dim));
    return sumOver(e, e.mul(value, spread(e, other, shape)), gone);
  };
  return {
    cotangents: {
      x: along(x, s, b),
      b: along(b, s, x),
      c: along(c, h, g),
      delta: along(delta, logs, a),
      a: along(a, logs, delta),
    },
    before: e.slice(decayed, time, 0, 1),
  };
}

/** The states before each of `chunks` chunks, [chunk, ..], and after the last. */
function statesBefore(e: Emitter, whole: Recurrence, h0: Value, chunks: number): readonly [Value, Value] {
  const row = [1, ...shapeOf(h0)];
  const stack = e.fill(0, [chunks, ...shapeOf(h0)], "f32");
  return e.loop(chunks, 1, [stack, h0], (inner, chunk, [written, h]) => {
    const start = inner.scalar("multiply", chunk, CHUNK);
    const part = stepsOfRecurrence(inner, whole, { start, count: CHUNK }, h);
    const zero = inner.fill(0, [], "i32");
    const place = [chunk, ...shapeOf(h0).map(() => zero)];
    const [, last] = statesOf(inner, part, decaysOf(inner, part), h!);
    return [inner.dynamicUpdateSlice(written!, inner.reshape(h!, row), place), last];
  }) as [Value, Value];
}

/** Cotangents of all operands in the order of the walk; and that of the state before all. */
function chunkedGradient(
  e: Emitter,
  whole: Recurrence,
  g: Factor,
  after: Value,
): { readonly cotangents: Cotangents; readonly before: Value } {
  const { time, shape, factors } = whole;
  const total = shape[time]!;
  const chunks = Math.floor(total / CHUNK);
  const h0 = whole.h0!;
  if (chunks === 0 || total === CHUNK) return chunkGradient(e, whole, g, after);
  const [stack, end] = statesBefore(e, whole, h0, chunks);
  const rest = { start: chunks * CHUNK, count: total - chunks * CHUNK };
  const tail =
    rest.count === 0
      ? undefined
      : chunkGradient(e, stepsOfRecurrence(e, whole, rest, end), stepsOfFactor(e, g, time, rest), after);
  const hasTime = (name: Name): boolean => factors[name].dims.includes(time);
  const start = names.map(
    (name) => (hasTime(name) ? undefined : tail?.cotangents[name]) ?? zerosLike(e, factors[name].value),
  );
  const results = e.loop(chunks, 1, [tail?.before ?? after, ...start], (inner, turn, [carry, ...sums]) => {
    const chunk = inner.sub(inner.fill(chunks - 1, [], "i32"), turn);
    const zero = inner.fill(0, [], "i32");
    const first = inner.scalar("multiply", chunk, CHUNK);
    const kept = inner.dynamicSlice(stack, [chunk, ...shapeOf(h0).map(() => zero)], [1, ...shapeOf(h0)]);
    const steps = { start: first, count: CHUNK };
    const part = stepsOfRecurrence(inner, whole, steps, inner.reshape(kept, shapeOf(h0)));
    const { cotangents, before } = chunkGradient(inner, part, stepsOfFactor(inner, g, time, steps), carry!);
    const added = names.map((name, i) => {
      if (!hasTime(name)) return inner.add(sums[i]!, cotangents[name]);
      const place = factors[name].dims.map((dim) => (dim === time ? first : zero));
      return inner.dynamicUpdateSlice(sums[i]!, cotangents[name], place);
    });
    return [before, ...added];
  });
  const [before, ...made] = results as readonly [Value, ...Value[]];
  const complete = names.map((name, i) => {
    if (!hasTime(name) || tail === undefined) return made[i]!;
    const at = factors[name].dims.indexOf(time);
    return e.concat([e.slice(made[i]!, at, 0, rest.start), tail.cotangents[name]], at);
  });
  return {
    cotangents: Object.fromEntries(names.map((name, i) => [name, complete[i]!])) as Record<Name, Value>,
    before,
  };
}

export function selectiveScanGradient(
  walk: BackwardWalk,
  scan: SelectiveScan,
  given: readonly (Value | undefined)[],
): void {
  const { e } = walk;
  const [x, delta, a, b, c, , h0] = scan.operands as readonly Value[] as [
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  const { axis, delta_dims, a_dims, b_dims, c_dims } = scan.attributes;
  if (shapeOf(x)[axis] === 0) {
    replayMeaning(walk, scan, given);
    return;
  }
  const { h0: start, ...recurrence } = recurrenceOf(e, scan);
  const one = recurrence.shape.with(recurrence.time, 1);
  const all = one.map((_, dim) => dim);
  const channels = shapeOf(x).map((_, dim) => dim);
  const held = shapeOf(h0).toSpliced(axis, 0, 1);
  const g = given[0] ?? zerosLike(e, x);
  const last = given[1] ?? zerosLike(e, h0);
  const { cotangents, before } = chunkedGradient(
    e,
    { ...recurrence, h0: start ?? e.fill(0, one, "f32") },
    walked(e, scan, e.convert(g, "f32"), channels),
    walked(e, scan, e.reshape(last, held), all).value,
  );
  const give = (operand: Value, name: Name, dims: readonly number[]): void => {
    walk.give(operand, () => e.convert(restored(e, scan, cotangents[name], dims), typeOf(operand).element));
  };
  give(x, "x", channels);
  give(delta, "delta", delta_dims);
  give(a, "a", a_dims);
  give(b, "b", b_dims);
  give(c, "c", c_dims);
  walk.give(h0, () => e.reshape(restored(e, scan, before, all), shapeOf(h0)));
}
