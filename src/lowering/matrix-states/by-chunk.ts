/**
 * @file Chunk by chunk: a loop over chunks of tokens that carries the state. What is made of the tokens of a chunk is there for one chunk at a
 * time, and the gradient may compute it again. Linear attention with one decay a token and head alone.
 */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { MatrixStateInputs, MatrixStateOutputs } from "../decompose/matrix-states.js";
import { headDecays } from "./head-decays.js";

/** Rows of the tokens of a chunk, which lie beside each other. */
interface ChunkRows {
  /** [c, o, k] */
  readonly query: Value;
  /** [c, o, k] */
  readonly key: Value;
  /** [c, o, n, v] */
  readonly value: Value;
  /** [c, o, n, 1] */
  readonly logDecay: Value;
}

/** Runs what emits the code of one chunk, and may do something with that code. */
export type AroundChunk = <T>(emitter: Emitter, emit: () => T) => T;

const plainly: AroundChunk = (_, emit) => emit();

/** Every tensor of rows, by its axis of time as an operand. */
const eachRow = (
  { query, key, value, logDecay }: ChunkRows,
  change: (x: Value, time: number) => Value,
): ChunkRows => ({
  query: change(query, 1),
  key: change(key, 1),
  value: change(value, 2),
  logDecay: change(logDecay, 2),
});

/** Order of the axes [o, n, k, v] in which the state is carried, and back: heads that share keys have it as one matrix [k, n v]. */
const ORDER = [0, 2, 1, 3] as const;

/**
 * y [c, o, n, v] of a chunk, and the state after it. Products of queries and keys are those of all heads that share them. (Dao and Gu 2024,
 * arXiv 2405.21060, section 6.)
 */
function chunkOf(
  e: Emitter,
  { query, key, value, logDecay }: ChunkRows,
  state: Value,
): { readonly y: Value; readonly last: Value } {
  const [c, o, n, v] = shapeOf(value) as [number, number, number, number];
  const h = o * n;
  const { between, upTo, after } = headDecays(e, e.transpose(e.reshape(logDecay, [c, h]), [1, 0]));
  const scaled = (x: Value, by: Value): Value => {
    const factors = e.reshape(e.transpose(by, [1, 0]), [c, o, n]);
    return e.mul(x, e.broadcast(factors, shapeOf(x), [0, 1, 2]));
  };
  const pairs = e.dot(query, key, { batch: [[1], [1]], contract: [[2], [2]] });
  const ofHeads = e.reshape(e.broadcast(pairs, [o, n, c, c], [0, 2, 3]), [h, c, c]);
  const rows = e.reshape(value, [c, h, v]);
  const within = e.dot(e.mul(ofHeads, between), rows, { batch: [[0], [1]], contract: [[2], [0]] });
  const across = e.dot(query, state, { batch: [[1], [0]], contract: [[2], [1]] });
  const y = e.add(
    e.reshape(e.transpose(within, [1, 0, 2]), [c, o, n, v]),
    scaled(e.transpose(across, [1, 0, 2, 3]), upTo),
  );
  const total = e.reshape(e.slice(upTo, 1, c - 1, c), [o, n]);
  const added = e.dot(key, scaled(value, after), { batch: [[1], [1]], contract: [[0], [0]] });
  return { y, last: e.add(e.mul(e.broadcast(total, shapeOf(state), [0, 2]), state), added) };
}

/** By chunks of `chunk` tokens; the last is filled up with tokens that change nothing. */
export function chunkByChunk(
  e: Emitter,
  inputs: MatrixStateInputs,
  chunk: number,
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
  const begin = e.transpose(state, ORDER);
  const [last, y] = e.loop(chunks, 1, [begin, stack], (inner, i, [before, written]) => {
    const zero = inner.fill(0, [], "i32");
    const starts = (x: Value): Value[] => shapeOf(x).map((_, dim) => (dim === 0 ? i : zero));
    const rows = eachRow(whole, (x) => {
      const rest = shapeOf(x).slice(1);
      return inner.reshape(inner.dynamicSlice(x, starts(x), [1, ...rest]), rest);
    });
    const made = around(inner, () => chunkOf(inner, rows, before!));
    const row = inner.reshape(made.y, [1, chunk, o, n, v]);
    return [made.last, inner.dynamicUpdateSlice(written!, row, starts(written!))];
  }) as [Value, Value];
  const all = e.transpose(e.reshape(y, [chunks * chunk, o, n, v]), [1, 2, 0, 3]);
  return { y: e.slice(all, 2, 0, time), last: e.transpose(last, ORDER) };
}
