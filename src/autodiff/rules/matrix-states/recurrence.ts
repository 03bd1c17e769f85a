/**
 * @file Linear attention with decays of channels and the delta rule by chunks, and the gradient: what is inside of chunks is computed for all
 * at once, by products of matrices, and a loop over chunks carries the state alone. (Yang et al. 2024, arXiv 2312.06635, section 4; the delta
 * rule's solution in each chunk, u = T (read S + what is known), arXiv 2406.06484.)
 */
import { type Emitter, shapeOf } from "../../../ir/emit.js";
import type { Value } from "../../../ir/operation.js";
import { levelsOf, logCotangent } from "./decays.js";
import { unitInverse } from "./inverse.js";
import { type HalfPairs, pairsGradient, pairsOf, type TokenRows, wholePairs } from "./pairs.js";

/** Tokens in chunks, b = h * chunks of them. */
export interface ChunkTokens {
  /** Queries, and of the delta rule what is read: [b, c, k]. */
  readonly rows: readonly Value[];
  /** Keys, and what is written: [b, c, k]. */
  readonly columns: readonly Value[];
  /** [b, c, v] */
  readonly value: Value;
  /** [b, c, k] */
  readonly logs: Value;
}

/** What the gradient takes of the forward computation. */
export interface Kept {
  /** The state before each chunk, [b, k, v]. */
  readonly states: Value;
  /** Queries and keys, decayed, [b, c, c]. */
  readonly attended: Value;
  readonly delta: KeptOfDelta | undefined;
}

/** Of the delta rule alone, and by T what is read is known of what was before the chunk. */
interface KeptOfDelta {
  /** Queries and what is written, [b, c, c]. */
  readonly found: Value;
  /** What is read and keys, [b, c, c]. */
  readonly known: Value;
  /** T, [b, c, c]. */
  readonly inverse: Value;
  /** [b, c, v] */
  readonly u: Value;
}

/** In one order. */
export const keptValues = ({ states, attended, delta }: Kept): readonly Value[] =>
  delta === undefined
    ? [states, attended]
    : [states, attended, delta.found, delta.known, delta.inverse, delta.u];

/** The other way round. */
export function keptOf(values: readonly Value[]): Kept {
  const [states, attended, ...rest] = values as [Value, Value, ...Value[]];
  if (rest.length === 0) return { states, attended, delta: undefined };
  const [found, known, inverse, u] = rest as [Value, Value, Value, Value];
  return { states, attended, delta: { found, known, inverse, u } };
}

/** Sums over one axis of each, for all b. */
const product = (e: Emitter, x: Value, y: Value, of: number, over: number = of): Value =>
  e.dot(x, y, { batch: [[0], [0]], contract: [[of], [over]] });

/** Tokens with what the state before the chunk, and the one after it, see of them. */
interface Decayed extends TokenRows {
  /** Rows decayed since the chunk began, [b, c, k]. */
  readonly ahead: readonly Value[];
  /** Columns decayed until the chunk ended, [b, c, k]. */
  readonly left: readonly Value[];
  /** What they are multiplied by. */
  readonly decays: { readonly ahead: readonly Value[]; readonly left: Value };
  /** What is left of the state after the chunk, [b, k]. */
  readonly total: Value;
}

function decayed(e: Emitter, { rows, columns, logs }: ChunkTokens): Decayed {
  const [b, c, k] = shapeOf(logs) as [number, number, number];
  const levels = levelsOf(e, logs);
  const { upTo, before, after } = levels.at(-1)!;
  const ahead = rows.map((_, kind) => e.unary("exponential", kind === 0 ? upTo : before));
  const left = e.unary("exponential", after);
  return {
    rows,
    columns,
    levels,
    ahead: rows.map((row, kind) => e.mul(row, ahead[kind]!)),
    left: columns.map((column) => e.mul(column, left)),
    decays: { ahead, left },
    total: e.unary("exponential", e.reshape(e.slice(upTo, 1, c - 1, c), [b, k])),
  };
}

/** A walk over chunks. */
interface AlongChunks {
  readonly chunks: number;
  /** What is stacked of each chunk and head. */
  readonly stacked: readonly (readonly number[])[];
  /** From the last chunk to the first. */
  readonly isBackwards?: boolean;
}

/** One chunk after the other: a carried state, and tensors that are stacked, [b, ..]. */
function alongChunks(
  e: Emitter,
  state: Value,
  { chunks, stacked, isBackwards = false }: AlongChunks,
  step: (
    e: Emitter,
    at: (x: Value) => Value,
    state: Value,
  ) => { readonly next: Value; readonly rows: readonly Value[] },
): { readonly last: Value; readonly stacks: readonly Value[] } {
  const h = shapeOf(state)[0]!;
  if (chunks === 1) {
    const { next, rows } = step(e, (x) => x, state);
    return { last: next, stacks: rows };
  }
  const apart = (inner: Emitter, x: Value): Value => inner.reshape(x, [h, chunks, ...shapeOf(x).slice(1)]);
  const stacks = stacked.map((shape) => e.fill(0, [h, chunks, ...shape], "f32"));
  const [last, ...made] = e.loop(chunks, 1, [state, ...stacks], (inner, i, [carried, ...written]) => {
    const chunk = isBackwards ? inner.sub(inner.fill(chunks - 1, [], "i32"), i) : i;
    const zero = inner.fill(0, [], "i32");
    const starts = (x: Value): Value[] => shapeOf(x).map((_, axis) => (axis === 1 ? chunk : zero));
    const at = (x: Value): Value => {
      const whole = apart(inner, x);
      const rest = shapeOf(x).slice(1);
      return inner.reshape(inner.dynamicSlice(whole, starts(whole), [h, 1, ...rest]), [h, ...rest]);
    };
    const { next, rows } = step(inner, at, carried!);
    const updated = rows.map((row, place) => {
      const into = written[place]!;
      const [, ...rest] = shapeOf(row);
      return inner.dynamicUpdateSlice(into, inner.reshape(row, [h, 1, ...rest]), starts(into));
    });
    return [next, ...updated];
  }) as [Value, ...Value[]];
  return { last, stacks: made.map((x) => e.reshape(x, [h * chunks, ...shapeOf(x).slice(2)])) };
}

const faded = (e: Emitter, total: Value, state: Value): Value =>
  e.mul(e.broadcast(total, shapeOf(state), [0, 1]), state);

/** y [b, c, v], the state after all chunks [h, k, v], and what is kept. */
interface Computed {
  readonly y: Value;
  readonly last: Value;
  readonly kept: Kept;
}

export function forward(e: Emitter, tokens: ChunkTokens, state: Value): Computed {
  const all = decayed(e, tokens);
  const [[own, found], second] = pairsOf(e, all) as readonly [Kinds, Kinds?];
  const attended = wholePairs(e, own);
  if (found === undefined || second === undefined) return linear(e, tokens, all, attended, state);
  const [read, solving] = second as readonly [HalfPairs, HalfPairs];
  const delta = {
    found: wholePairs(e, found),
    known: wholePairs(e, read),
    inverse: unitInverse(e, solving.within, solving.between),
  };
  return deltaRule(e, tokens, all, { attended, ...delta }, state);
}

/** Pairs of one kind of rows by the kind of columns. */
type Kinds = readonly [HalfPairs, HalfPairs?];

function linear(
  e: Emitter,
  { value }: ChunkTokens,
  { ahead, left, total }: Decayed,
  attended: Value,
  state: Value,
) {
  const [h, k, v] = shapeOf(state) as [number, number, number];
  const added = product(e, left[0]!, value, 1);
  const along = { chunks: shapeOf(value)[0]! / h, stacked: [[k, v]] };
  const { last, stacks } = alongChunks(e, state, along, (inner, at, before) => ({
    next: inner.add(faded(inner, at(total), before), at(added)),
    rows: [before],
  }));
  const [states] = stacks as [Value];
  const y = e.add(product(e, attended, value, 2, 1), product(e, ahead[0]!, states, 2, 1));
  return { y, last, kept: { states, attended, delta: undefined } };
}

function deltaRule(
  e: Emitter,
  { value }: ChunkTokens,
  { ahead, left, total }: Decayed,
  { attended, ...delta }: Omit<KeptOfDelta, "u"> & Pick<Kept, "attended">,
  state: Value,
) {
  const [h, k, v] = shapeOf(state) as [number, number, number];
  const [b, c] = shapeOf(value) as [number, number];
  const added = product(e, left[0]!, value, 1);
  const ofValues = product(e, delta.known, value, 2, 1);
  const [reading, writing] = [ahead[1]!, left[1]!];
  const shapes = [
    [k, v],
    [c, v],
  ];
  const { last, stacks } = alongChunks(e, state, { chunks: b / h, stacked: shapes }, (inner, at, before) => {
    const read = inner.add(product(inner, at(reading), before, 2, 1), at(ofValues));
    const u = product(inner, at(delta.inverse), read, 2, 1);
    const next = inner.add(faded(inner, at(total), before), at(added));
    return { next: inner.add(next, product(inner, at(writing), u, 1)), rows: [before, u] };
  });
  const [states, u] = stacks as [Value, Value];
  const within = e.add(product(e, attended, value, 2, 1), product(e, delta.found, u, 2, 1));
  const y = e.add(within, product(e, ahead[0]!, states, 2, 1));
  return { y, last, kept: { states, attended, delta: { ...delta, u } } };
}

/** Cotangents of all operands, each with its operand's axes. */
export interface Cotangents extends ChunkTokens {
  readonly state: Value;
}

/** Cotangents of the states after each chunk and of what is read in it, and of the state before all. */
function statesBackward(
  e: Emitter,
  { ahead, left, total }: Decayed,
  { delta }: Kept,
  dy: Value,
  dlast: Value,
) {
  const [h, k, v] = shapeOf(dlast) as [number, number, number];
  const [b, c] = shapeOf(dy) as [number, number];
  const chunks = b / h;
  const fromY = product(e, ahead[0]!, dy, 1);
  if (delta === undefined) {
    const along = { chunks, stacked: [[k, v]], isBackwards: true };
    const { last, stacks } = alongChunks(e, dlast, along, (inner, at, after) => ({
      next: inner.add(faded(inner, at(total), after), at(fromY)),
      rows: [after],
    }));
    return { last, after: stacks[0]!, dread: undefined };
  }
  const [reading, writing] = [ahead[1]!, left[1]!];
  const ofU = product(e, delta.found, dy, 1);
  const shapes = [
    [k, v],
    [c, v],
  ];
  const along = { chunks, stacked: shapes, isBackwards: true };
  const { last, stacks } = alongChunks(e, dlast, along, (inner, at, after) => {
    const du = inner.add(at(ofU), product(inner, at(writing), after, 2, 1));
    const dread = product(inner, at(delta.inverse), du, 1);
    const next = inner.add(faded(inner, at(total), after), at(fromY));
    return { next: inner.add(next, product(inner, at(reading), dread, 1)), rows: [after, dread] };
  });
  return { last, after: stacks[0]!, dread: stacks[1]! };
}

/** The gradient, from the cotangents of y and of the last state. */
export function backward(e: Emitter, tokens: ChunkTokens, kept: Kept, dy: Value, dlast: Value): Cotangents {
  const all = decayed(e, tokens);
  const { ahead, left, total, decays } = all;
  const { states, attended, delta } = kept;
  const { value } = tokens;
  const [b, c, k] = shapeOf(ahead[0]!) as [number, number, number];
  const { last, after, dread } = statesBackward(e, all, kept, dy, dlast);
  // y and what is read are sums over the values and u.
  const given = dread === undefined ? [dy] : [dy, dread];
  const values = delta === undefined ? [value] : [value, delta.u];
  const ofPairs = pairsGradient(
    e,
    all,
    given.map((row) => values.map((column) => product(e, row, column, 2))),
  );
  const dahead = given.map((row) => product(e, row, states, 2));
  const dleft = values.map((column) => product(e, column, after, 2));
  let dvalue = e.add(product(e, attended, dy, 1), product(e, left[0]!, after, 2, 1));
  if (delta !== undefined && dread !== undefined) dvalue = e.add(dvalue, product(e, delta.known, dread, 1));
  const dtotal = e.mul(e.reduce("add", e.mul(states, after), 2), total);
  const logsOf = (cotangents: readonly Value[], of: readonly Value[]): readonly Value[] =>
    cotangents.map((x, kind) => e.mul(x, of[kind]!));
  const [upTo, before] = logsOf(dahead, ahead) as readonly [Value, Value?];
  const [ofKeys, ofWrites] = logsOf(dleft, left) as readonly [Value, Value?];
  const whole = {
    upTo: e.add(upTo, e.pad(e.reshape(dtotal, [b, 1, k]), 1, c - 1, 0, 0)),
    before: before ?? e.fill(0, [b, c, k], "f32"),
    after: ofWrites === undefined ? ofKeys : e.add(ofKeys, ofWrites),
  };
  return {
    rows: ofPairs.rows.map((x, kind) => e.add(x, e.mul(dahead[kind]!, decays.ahead[kind]!))),
    columns: ofPairs.columns.map((x, kind) => e.add(x, e.mul(dleft[kind]!, decays.left))),
    value: dvalue,
    logs: logCotangent(e, whole, ofPairs.logs),
    state: last,
  };
}
