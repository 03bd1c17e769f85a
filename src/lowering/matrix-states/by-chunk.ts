/**
 * @file Chunk by chunk: a loop over chunks of tokens that carries the state. What a form makes of the tokens of a chunk is there for one chunk
 * at a time, and its gradient may compute it again.
 */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { Delta, MatrixStateInputs, MatrixStateOutputs } from "../decompose/matrix-states.js";

/** Rows of the tokens of a chunk, which lie beside each other. */
export interface ChunkRows {
  /** [c, o, k] */
  readonly query: Value;
  /** [c, o, k] */
  readonly key: Value;
  /** [c, o, n, v] */
  readonly value: Value;
  /** [c, o, n, 1 or k] */
  readonly logDecay: Value;
  /** [c, o, n, k] */
  readonly delta: Delta | undefined;
}

/** How a chunk is computed. */
export interface ChunkForm {
  /** Order of the axes [o, n, k, v] in which the state is carried. */
  readonly order: readonly number[];
  /** y [c, o, n, v], and the state after the chunk. */
  chunk(e: Emitter, rows: ChunkRows, state: Value): { readonly y: Value; readonly last: Value };
}

/** Runs what emits the code of one chunk, and may do something with that code. */
export type AroundChunk = <T>(emitter: Emitter, emit: () => T) => T;

const plainly: AroundChunk = (_, emit) => emit();

type Rows<T> = Omit<MatrixStateInputs, "state"> & T;

/** Every tensor of rows, by its axis of time as an operand. */
const eachRow = (
  { query, key, value, logDecay, delta }: Rows<unknown>,
  change: (x: Value, time: number) => Value,
): ChunkRows => ({
  query: change(query, 1),
  key: change(key, 1),
  value: change(value, 2),
  logDecay: change(logDecay, 2),
  delta: delta && { read: change(delta.read, 2), write: change(delta.write, 2) },
});

/** By chunks of `chunk` tokens; the last is filled up with tokens that change nothing. */
export function chunkByChunk(
  e: Emitter,
  inputs: MatrixStateInputs,
  chunk: number,
  form: ChunkForm,
  around: AroundChunk = plainly,
): MatrixStateOutputs {
  const { value, state } = inputs;
  const [o, n, time, v] = shapeOf(value) as [number, number, number, number];
  const chunks = Math.ceil(time / chunk);
  const whole = eachRow(inputs, (x, axis) => {
    const shape = shapeOf(x);
    const others = shape.map((_, i) => i).filter((i) => i !== axis);
    const timeFirst = e.transpose(e.pad(x, axis, 0, chunks * chunk - time, 0), [axis, ...others]);
    return e.reshape(timeFirst, [chunks, chunk, ...others.map((i) => shape[i]!)]);
  });
  const stack = e.fill(0, [chunks, chunk, o, n, v], "f32");
  const begin = e.transpose(state, form.order);
  const [last, y] = e.loop(chunks, 1, [begin, stack], (inner, i, [before, written]) => {
    const zero = inner.fill(0, [], "i32");
    const starts = (x: Value): Value[] => shapeOf(x).map((_, dim) => (dim === 0 ? i : zero));
    const rows = eachRow(whole, (x) => {
      const rest = shapeOf(x).slice(1);
      return inner.reshape(inner.dynamicSlice(x, starts(x), [1, ...rest]), rest);
    });
    const made = around(inner, () => form.chunk(inner, rows, before!));
    const row = inner.reshape(made.y, [1, chunk, o, n, v]);
    return [made.last, inner.dynamicUpdateSlice(written!, row, starts(written!))];
  }) as [Value, Value];
  const all = e.transpose(e.reshape(y, [chunks * chunk, o, n, v]), [1, 2, 0, 3]);
  const back = form.order.map((_, axis) => form.order.indexOf(axis));
  return { y: e.slice(all, 2, 0, time), last: e.transpose(last, back) };
}
