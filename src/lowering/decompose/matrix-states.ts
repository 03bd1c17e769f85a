/** @file Meaning of nn.linear_attention and nn.delta_rule: a loop over time that computes one state after the other, in f32. */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";

/** A recurrence with matrix states. */
export type MatrixStateOp = OperationOf<"nn.linear_attention"> | OperationOf<"nn.delta_rule">;

/** The delta rule's two vectors a token, f32 [o, n, t, k]. */
export interface Delta {
  readonly read: Value;
  readonly write: Value;
}

/** The operands by name, all f32; axes as in the op table. */
export interface MatrixStateInputs {
  /** [o, t, k] */
  readonly query: Value;
  /** [o, t, k] */
  readonly key: Value;
  /** [o, n, t, v] */
  readonly value: Value;
  /** [o, n, t, 1 or k] */
  readonly logDecay: Value;
  /** [o, n, k, v] */
  readonly state: Value;
  /** Of the delta rule alone. */
  readonly delta: Delta | undefined;
}

/** y like the value, f32, and the state after the last token. */
export interface MatrixStateOutputs {
  readonly y: Value;
  readonly last: Value;
}

export function matrixStateInputs(e: Emitter, op: MatrixStateOp): MatrixStateInputs {
  const [query, key, value, logDecay, ...rest] = op.operands.map((operand) => e.convert(operand, "f32")) as [
    Value,
    Value,
    Value,
    Value,
    ...Value[],
  ];
  const state = rest.at(-1)!;
  const delta = rest.length === 3 ? { read: rest[0]!, write: rest[1]! } : undefined;
  return { query, key, value, logDecay, state, delta };
}

/** The inputs of a token: query, key [o, k]; value [o, n, v]; logDecay, read, write [o, n, ..]. */
function tokenAt(e: Emitter, { query, key, value, logDecay, delta }: MatrixStateInputs, t: Value) {
  const zero = e.fill(0, [], "i32");
  const at = (rows: Value, axis: number): Value => {
    const shape = shapeOf(rows);
    const starts = shape.map((_, i) => (i === axis ? t : zero));
    const sizes = shape.map((size, i) => (i === axis ? 1 : size));
    return e.reshape(
      e.dynamicSlice(rows, starts, sizes),
      sizes.filter((_, i) => i !== axis),
    );
  };
  return {
    query: at(query, 1),
    key: at(key, 1),
    value: at(value, 2),
    logDecay: at(logDecay, 2),
    delta: delta === undefined ? undefined : { read: at(delta.read, 2), write: at(delta.write, 2) },
  };
}

/** One token: the state after it, and y [o, n, v]. */
function step(e: Emitter, token: ReturnType<typeof tokenAt>, state: Value): readonly [Value, Value] {
  const { query, key, value, logDecay, delta } = token;
  const shape = shapeOf(state);
  const [o, n, k] = shape as [number, number, number, number];
  const decay = e.unary("exponential", logDecay);
  const decays =
    shapeOf(decay)[2] === k
      ? e.broadcast(decay, shape, [0, 1, 2])
      : e.broadcast(e.reshape(decay, [o, n]), shape, [0, 1]);
  const outer = (column: Value, row: Value): Value =>
    e.mul(
      e.broadcast(column, shape, shapeOf(column).length === 2 ? [0, 2] : [0, 1, 2]),
      e.broadcast(row, shape, [0, 1, 3]),
    );
  const kept = e.add(e.mul(decays, state), outer(key, value));
  const next =
    delta === undefined
      ? kept
      : e.add(
          kept,
          outer(
            delta.write,
            e.dot(delta.read, state, {
              batch: [
                [0, 1],
                [0, 1],
              ],
              contract: [[2], [2]],
            }),
          ),
        );
  const y = e.dot(query, next, { batch: [[0], [0]], contract: [[1], [2]] });
  return [next, y];
}

/** One state after the other. */
export function stepByStep(e: Emitter, inputs: MatrixStateInputs): MatrixStateOutputs {
  const { value, state } = inputs;
  const shape = shapeOf(value) as [number, number, number, number];
  const [o, n, time, v] = shape;
  if (time === 0) return { y: value, last: state };
  if (time === 1) {
    const [last, y] = step(e, tokenAt(e, inputs, e.fill(0, [], "i32")), state);
    return { y: e.reshape(y, shape), last };
  }
  const [last, y] = e.loop(time, 1, [state, e.fill(0, shape, "f32")], (inner, t, [before, written]) => {
    const [after, row] = step(inner, tokenAt(inner, inputs, t), before!);
    const zero = inner.fill(0, [], "i32");
    return [
      after,
      inner.dynamicUpdateSlice(written!, inner.reshape(row, [o, n, 1, v]), [zero, zero, t, zero]),
    ];
  }) as [Value, Value];
  return { y, last };
}

/** y rounded once to the value's element type, the state not rounded. */
export function matrixStates(e: Emitter, op: MatrixStateOp): readonly Value[] {
  const [, , value] = op.operands as readonly [Value, Value, Value];
  const { y, last } = stepByStep(e, matrixStateInputs(e, op));
  return [e.convert(y, typeOf(value).element), last];
}
