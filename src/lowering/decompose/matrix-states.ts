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

/** The operands of an op, or others in their places. */
export function matrixStateInputs(e: Emitter, operands: readonly Value[]): MatrixStateInputs {
  const [query, key, value, logDecay, ...rest] = operands.map((operand) => e.convert(operand, "f32")) as [
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

/** Rows of tokens, time first: those of a token lie beside each other. */
interface Rows {
  /** [t, o, k]: one for the heads that share it. */
  readonly query: Value;
  /** [t, o, k] */
  readonly key: Value;
  /** [t, o * n, v]; without axes of size 1, for whose layouts XLA would copy. */
  readonly value: Value;
  /** exp of the log decays, [t, o * n, 1 or k]. */
  readonly decay: Value;
  /** [t, o * n, k] */
  readonly delta: Delta | undefined;
}

function rowsOf(e: Emitter, { query, key, value, logDecay, delta }: MatrixStateInputs): Rows {
  const timeFirst = (x: Value): Value => {
    const [o, n, time, width] = shapeOf(x) as [number, number, number, number];
    return e.reshape(e.transpose(x, [2, 0, 1, 3]), [time, o * n, width]);
  };
  return {
    query: e.transpose(query, [1, 0, 2]),
    key: e.transpose(key, [1, 0, 2]),
    value: timeFirst(value),
    decay: e.unary("exponential", timeFirst(logDecay)),
    delta: delta && { read: timeFirst(delta.read), write: timeFirst(delta.write) },
  };
}

/** The rows of a token for each head, [o * n, ..]. @param n heads that share a query and a key */
function tokenAt(e: Emitter, { query, key, value, decay, delta }: Rows, n: number, t: Value): Rows {
  const zero = e.fill(0, [], "i32");
  const [, heads] = shapeOf(value) as [number, number, number];
  const at = (rows: Value): Value => {
    const rest = shapeOf(rows).slice(1);
    return e.reshape(e.dynamicSlice(rows, [t, zero, zero], [1, ...rest]), rest);
  };
  const shared = (rows: Value): Value => {
    const [, o, k] = shapeOf(rows) as [number, number, number];
    return e.reshape(e.broadcast(at(rows), [o, n, k], [0, 2]), [heads, k]);
  };
  return {
    query: shared(query),
    key: shared(key),
    value: at(value),
    decay: at(decay),
    delta: delta && { read: at(delta.read), write: at(delta.write) },
  };
}

/** For each head by itself, over the channels of keys. */
const EACH_HEAD = {
  batch: [[0], [0]],
  contract: [[1], [1]],
} as const;

/** One token: the state after it, and y [o * n, v]. @param state [o * n, k, v] */
function step(e: Emitter, { query, key, value, decay, delta }: Rows, state: Value): readonly [Value, Value] {
  const shape = shapeOf(state);
  const decays =
    shapeOf(decay)[1] === 1
      ? e.broadcast(e.reshape(decay, [shape[0]!]), shape, [0])
      : e.broadcast(decay, shape, [0, 1]);
  const outer = (column: Value, row: Value): Value =>
    e.mul(e.broadcast(column, shape, [0, 1]), e.broadcast(row, shape, [0, 2]));
  const kept = e.add(e.mul(decays, state), outer(key, value));
  const next =
    delta === undefined ? kept : e.add(kept, outer(delta.write, e.dot(delta.read, state, EACH_HEAD)));
  return [next, e.dot(query, next, EACH_HEAD)];
}

/** One state after the other. */
export function stepByStep(e: Emitter, inputs: MatrixStateInputs): MatrixStateOutputs {
  const { value, state } = inputs;
  const shape = shapeOf(value) as [number, number, number, number];
  const [o, n, time, v] = shape;
  if (time === 0) return { y: value, last: state };
  const heads = o * n;
  const rows = rowsOf(e, inputs);
  const first = e.reshape(state, [heads, ...shapeOf(state).slice(2)]);
  const results = (y: Value, last: Value): MatrixStateOutputs => ({
    y: e.transpose(e.reshape(y, [time, o, n, v]), [1, 2, 0, 3]),
    last: e.reshape(last, shapeOf(state)),
  });
  if (time === 1) {
    const [last, y] = step(e, tokenAt(e, rows, n, e.fill(0, [], "i32")), first);
    return results(y, last);
  }
  const stack = e.fill(0, [time, heads, v], "f32");
  const [last, y] = e.loop(time, 1, [first, stack], (inner, t, [before, written]) => {
    const [after, row] = step(inner, tokenAt(inner, rows, n, t), before!);
    const zero = inner.fill(0, [], "i32");
    return [after, inner.dynamicUpdateSlice(written!, inner.reshape(row, [1, heads, v]), [t, zero, zero])];
  }) as [Value, Value];
  return results(y, last);
}

/** y rounded once to the value's element type, the state not rounded. */
export function matrixStates(e: Emitter, op: MatrixStateOp): readonly Value[] {
  const [, , value] = op.operands as readonly [Value, Value, Value];
  const { y, last } = stepByStep(e, matrixStateInputs(e, op.operands));
  return [e.convert(y, typeOf(value).element), last];
}
