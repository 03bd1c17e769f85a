/**
 * @file chunked: time is cut into chunks. Within a chunk all pairs of tokens are matrices and products of them, for all chunks at once; a
 * loop over the chunks carries the state alone. (Yang et al. 2024, arXiv 2312.06635, section 4; Dao and Gu 2024, arXiv 2405.21060, section 6.)
 *
 * Of the delta rule, u_t = read_t^T S_{t-1} is what makes each token need the one before it. Within a chunk the u solve a triangular system,
 * u_t = sum_{s<t} (read_t . write_s) u_s + what the values and the state before the chunk give: U = W S + U0 with one solution for all states
 * (the WY representation; Yang et al. 2024, arXiv 2406.06484).
 */
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { MatrixStateInputs, MatrixStateOutputs } from "../decompose/matrix-states.js";
import { type BlockDecays, blockDecays, pairs } from "./pairs.js";

/** What the loop over chunks needs of the delta rule: u = solved S + own, [o, n, chunks, c, ..], and how u goes into the state. */
interface DeltaChunks {
  readonly solved: Value;
  readonly own: Value;
  readonly write: Value;
}

/** Chunks by what the loop needs: exp of a chunk's decay [o, n, chunks, 1 or k], what it adds to the state [o, n, chunks, k, v]. */
interface Chunks {
  readonly decay: Value;
  readonly added: Value;
  readonly delta: DeltaChunks | undefined;
}

/** a b for matrices in the last two axes of rank 5; where `a` has one head, it is that of all heads of `b`. */
function product(e: Emitter, a: Value, b: Value, contract: readonly [number, number] = [4, 3]): Value {
  const [o, heads, chunks, rows, columns] = shapeOf(a) as [number, number, number, number, number];
  const n = shapeOf(b)[1]!;
  if (heads === n) {
    return e.dot(a, b, {
      batch: [
        [0, 1, 2],
        [0, 1, 2],
      ],
      contract: [[contract[0]], [contract[1]]],
    });
  }
  const one = e.reshape(a, [o, chunks, rows, columns]);
  const made = e.dot(one, b, {
    batch: [
      [0, 1],
      [0, 2],
    ],
    contract: [[contract[0] - 1], [contract[1]]],
  });
  return e.transpose(made, [0, 3, 1, 2, 4]);
}

/** x scaled by numbers that it may have along its last axis or along all of it: scale [.., 1 or k]. */
const scaled = (e: Emitter, x: Value, scale: Value): Value =>
  e.mul(x, e.broadcast(scale, shapeOf(x), [0, 1, 2, 3, 4]));

/** exp of decays of tokens, in chunks: [o, n, chunks, c, 1 or k]. */
function exponentials(e: Emitter, logs: Value, chunk: number): Value {
  const [o, n, tokens, d] = shapeOf(logs) as [number, number, number, number];
  return e.unary("exponential", e.reshape(logs, [o, n, tokens / chunk, chunk, d]));
}

/** The state before each chunk and u in each, stacked by chunks, and the state after the last. */
function alongChunks(e: Emitter, { decay, added, delta }: Chunks, state: Value) {
  const shape = shapeOf(state);
  const [o, n, k, v] = shape as [number, number, number, number];
  const chunks = shapeOf(added)[2]!;
  const next = (inner: Emitter, at: (x: Value) => Value, before: Value) => {
    const kept = inner.mul(inner.broadcast(at(decay), shape, [0, 1, 2, 3]), before);
    const sum = inner.add(kept, at(added));
    if (delta === undefined) return { after: sum, u: undefined };
    const heads = [
      [0, 1],
      [0, 1],
    ] as const;
    const u = inner.add(
      inner.dot(at(delta.solved), before, { batch: heads, contract: [[3], [2]] }),
      at(delta.own),
    );
    const written = inner.dot(at(delta.write), u, { batch: heads, contract: [[2], [2]] });
    return { after: inner.add(sum, written), u };
  };
  const stack = (rest: readonly number[]): Value => e.fill(0, [o, n, chunks, ...rest], "f32");
  if (chunks === 1) {
    const { after, u } = next(e, (x) => e.reshape(x, [o, n, ...shapeOf(x).slice(3)]), state);
    const one = (x: Value): Value => e.reshape(x, [o, n, 1, ...shapeOf(x).slice(2)]);
    return { before: one(state), u: u === undefined ? undefined : one(u), last: after };
  }
  const stacks = [stack([k, v]), ...(delta === undefined ? [] : [stack(shapeOf(delta.own).slice(3))])];
  const [last, before, u] = e.loop(chunks, 1, [state, ...stacks], (inner, i, [carried, states, us]) => {
    const zero = inner.fill(0, [], "i32");
    const starts = (x: Value): Value[] => shapeOf(x).map((_, d) => (d === 2 ? i : zero));
    const at = (x: Value): Value => {
      const rest = shapeOf(x).slice(3);
      return inner.reshape(inner.dynamicSlice(x, starts(x), [o, n, 1, ...rest]), [o, n, ...rest]);
    };
    const put = (into: Value, x: Value): Value =>
      inner.dynamicUpdateSlice(into, inner.reshape(x, [o, n, 1, ...shapeOf(x).slice(2)]), starts(into));
    const made = next(inner, at, carried!);
    const written = made.u === undefined ? [] : [put(us!, made.u)];
    return [made.after, put(states!, carried!), ...written];
  }) as [Value, Value, ...Value[]];
  return { before, u, last };
}

/** Tokens filled up to whole chunks with such as change nothing; queries and keys with an axis for their one head. */
function inWholeChunks(e: Emitter, inputs: MatrixStateInputs, chunk: number) {
  const time = shapeOf(inputs.query)[1]!;
  const missing = Math.ceil(time / chunk) * chunk - time;
  const rows = (x: Value): Value => e.pad(x, 2, 0, missing, 0);
  const [, n] = shapeOf(inputs.value) as [number, number];
  const isShared = shapeOf(inputs.logDecay)[3] === 1 && inputs.delta === undefined;
  const heads = (x: Value): Value => {
    const [o, t, k] = shapeOf(x) as [number, number, number];
    const one = e.reshape(x, [o, 1, t, k]);
    return rows(isShared || n === 1 ? one : e.broadcast(x, [o, n, t, k], [0, 2, 3]));
  };
  return {
    query: heads(inputs.query),
    key: heads(inputs.key),
    value: rows(inputs.value),
    logDecay: rows(inputs.logDecay),
    delta: inputs.delta && { read: rows(inputs.delta.read), write: rows(inputs.delta.write) },
  };
}

type Padded = ReturnType<typeof inWholeChunks>;

/** Solves (I - pairs of read and write) U = [read, decayed | pairs of read and key, times the values]. */
function solveDelta(
  e: Emitter,
  { key }: Padded,
  { read, write }: NonNullable<Padded["delta"]>,
  { levels, cut, value }: { levels: readonly BlockDecays[]; cut: (x: Value) => Value; value: Value },
): DeltaChunks {
  const { size, before, after } = levels.at(-1)!;
  const fromState = scaled(e, cut(read), exponentials(e, before, size));
  const fromValues = product(e, pairs(e, read, key, levels, "before each"), value);
  const system = e.unary("negate", pairs(e, read, write, levels, "before each"));
  const sides = e.concat([fromState, fromValues], 4);
  const solution = e.builder.create("stablehlo.triangular_solve", [system, sides], {
    left_side: true,
    lower: true,
    // The identity: what is stored on the diagonal is not read.
    unit_diagonal: true,
    transpose_a: "NO_TRANSPOSE",
  }).result;
  const k = shapeOf(fromState)[4]!;
  return {
    solved: e.slice(solution, 4, 0, k),
    own: e.slice(solution, 4, k, shapeOf(sides)[4]!),
    write: scaled(e, cut(write), exponentials(e, after, size)),
  };
}

/** By chunks of `chunk` tokens, a power of two. */
export function chunked(e: Emitter, inputs: MatrixStateInputs, chunk: number): MatrixStateOutputs {
  const padded = inWholeChunks(e, inputs, chunk);
  const levels = blockDecays(e, padded.logDecay, chunk);
  const { upTo, after } = levels.at(-1)!;
  const [o, n, tokens, d] = shapeOf(padded.logDecay) as [number, number, number, number];
  const chunks = tokens / chunk;
  const cut = (x: Value): Value => {
    const [, heads, , width] = shapeOf(x) as [number, number, number, number];
    return e.reshape(x, [o, heads, chunks, chunk, width]);
  };
  const [query, key, value] = [cut(padded.query), cut(padded.key), cut(padded.value)];
  const [decayed, remaining] = [exponentials(e, upTo, chunk), exponentials(e, after, chunk)];
  const delta = padded.delta && solveDelta(e, padded, padded.delta, { levels, cut, value });

  // Where a token has one decay, its rows of values are scaled instead of its keys, which all heads then share.
  const added =
    d === 1
      ? product(e, key, scaled(e, value, remaining), [3, 3])
      : product(e, scaled(e, key, remaining), value, [3, 3]);
  const total = e.reshape(e.slice(decayed, 3, chunk - 1, chunk), [o, n, chunks, d, 1]);
  const { before, u, last } = alongChunks(e, { decay: total, added, delta }, inputs.state);

  const within = product(e, pairs(e, padded.query, padded.key, levels, "to each"), value);
  const across =
    d === 1 ? scaled(e, product(e, query, before), decayed) : product(e, scaled(e, query, decayed), before);
  let y = e.add(within, across);
  if (padded.delta !== undefined && u !== undefined)
    y = e.add(y, product(e, pairs(e, padded.query, padded.delta.write, levels, "to each"), u));
  const time = shapeOf(inputs.value)[2]!;
  return { y: e.slice(e.reshape(y, [o, n, tokens, shapeOf(value)[4]!]), 2, 0, time), last };
}
