/** @file Recurrences with matrix states as a model author calls them; their meaning in src/ir/ops/nn/matrix-states.ts. */
import { elementCount } from "../ir/types.js";
import type { Value } from "../ir/operation.js";
import {
  broadcastTo,
  checkAmong,
  checkElement,
  checkOperands,
  checkSizes,
  findAxis,
  ordered,
} from "./align.js";
import { type Axis, axis, describe, type DType, type FloatDType, indexOf, namesOf, sizesOf } from "./axis.js";
import { select } from "./elementwise.js";
import { ShapeError } from "./errors.js";
import { reshape } from "./shape.js";
import { Tensor } from "./tensor.js";
import { builderHere, type TensorData } from "./trace.js";
import { checkNeeded, type OptionNames } from "../support/options.js";

/** What linear attention and the delta rule take. */
export interface LinearAttentionOptions<
  V extends string,
  T extends V,
  K extends string,
  C extends V,
  Q extends Exclude<V, C> | K,
  R extends Exclude<V, C> | K,
  P extends Exclude<V, C>,
  D extends FloatDType,
> {
  /** Reads the state: y_t is the sum over the key axis of query_t and S_t. */
  readonly query: Tensor<Q, D>;
  /** Along which the value is added to the state; the axes of the query. */
  readonly key: Tensor<Q, D>;
  /** The axes of the query, with its own channels for those of the key; what else it has are heads that share query and key. */
  readonly value: Tensor<V, D>;
  /** Logarithm of what is kept of the state, at most 0; with the key axis each of its channels decays by itself. Other axes may be missing. */
  readonly logDecay: Tensor<R, "f32">;
  /** S before the first token: the axes of the value without time, and the key axis. */
  readonly state: Tensor<Exclude<V, T> | K, "f32">;
  readonly axes: { readonly time: T; readonly key: K; readonly value: C };
  /** Each token's place in its document: at 0 all that came before is forgotten. What stands at places below 0 must come before a 0. */
  readonly segmentPos?: Tensor<P, "i32"> | undefined;
}

/** y for all tokens, and S after the last. */
export interface LinearAttentionResult<Y extends string, S extends string, D extends FloatDType> {
  readonly y: Tensor<Y, D>;
  readonly last: Tensor<S, "f32">;
}

/** The same without names in types: what the functions work with. */
interface Arguments {
  readonly query: TensorData;
  readonly key: TensorData;
  readonly value: TensorData;
  readonly logDecay: TensorData;
  readonly state: TensorData;
  readonly axes: { readonly time: string; readonly key: string; readonly value: string };
  readonly segmentPos?: TensorData | undefined;
  /** Of the delta rule alone. */
  readonly delta?: { readonly read: TensorData; readonly write: TensorData };
}

/** Axes of operands by what they are: recurrences apart from each other, heads that share query and key, time, channels. */
interface Roles {
  readonly op: string;
  readonly outer: readonly Axis[];
  readonly heads: readonly Axis[];
  readonly time: Axis;
  readonly key: Axis;
  readonly value: Axis;
}

function rolesOf(op: string, { query, value, axes }: Arguments): Roles {
  const [time, key] = [findAxis(op, query, axes.time).axis, findAxis(op, query, axes.key).axis];
  const channels = findAxis(op, value, axes.value).axis;
  const outer = query.axes.filter(({ name }) => name !== time.name && name !== key.name);
  for (const { name } of [...outer, time]) findAxis(op, value, name);
  if (indexOf(value.axes, key.name) >= 0 || indexOf(query.axes, channels.name) >= 0) {
    throw new ShapeError({
      message: `${op}: keys and values must have channels of their own`,
      expected: "two axes, one that query and key have, and one that the value has",
      details: [`query: ${describe(query.axes, query.dtype)}`, `value: ${describe(value.axes, value.dtype)}`],
      hint: `rename one: value.rename({ ${key.name}: "..." })`,
    });
  }
  const known = [...namesOf(outer), time.name, channels.name];
  const heads = value.axes.filter(({ name }) => !known.includes(name));
  return { op, outer, heads, time, key, value: channels };
}

const count = (axes: readonly Axis[]): number => elementCount(sizesOf(axes));

/** All recurrences, all heads, and the axes that follow, each group as one axis: x has exactly these axes, in order. */
function joined({ outer, heads }: Roles, x: TensorData, rest: readonly Axis[]): Value {
  return reshape(x, [axis("outer", count(outer)), axis("heads", count(heads)), ...rest]).value;
}

/** Repeated along what it lacks of the axes of all heads and `rest`. */
function expanded(roles: Roles, name: string, x: TensorData, rest: readonly Axis[]): TensorData {
  const { op, outer, heads } = roles;
  const axes = [...outer, ...heads, ...rest];
  checkAmong(op, name, x, axes);
  return { axes, dtype: x.dtype, value: broadcastTo(x, axes) };
}

/** Queries and keys, [o, t, k]. */
function shared({ op, outer, time, key }: Roles, name: string, x: TensorData): Value {
  const axes = [...outer, time, key];
  const value = ordered(op, name, x, namesOf(axes));
  return reshape({ axes, dtype: x.dtype, value }, [axis("outer", count(outer)), time, key]).value;
}

/** f32 numbers, or those of an operand, with one number where a document starts. */
function atStarts(
  roles: Roles,
  x: TensorData,
  number: number,
  segmentPos: TensorData | undefined,
): TensorData {
  if (segmentPos === undefined) return x;
  const positions = expanded(roles, "segmentPos", segmentPos, [roles.time]);
  const starts = new Tensor(positions.axes, "i32", positions.value).eq(0);
  return select(starts, number, new Tensor(x.axes, x.dtype, x.value));
}

/** log_decay [o, n, t, 1 or k], -inf where a document starts. */
function decays(roles: Roles, { logDecay, segmentPos }: Arguments): Value {
  const { time, key } = roles;
  const channels = indexOf(logDecay.axes, key.name) < 0 ? [] : [key];
  const logs = expanded(roles, "logDecay", logDecay, [time, ...channels]);
  const kept = atStarts(roles, logs, Number.NEGATIVE_INFINITY, segmentPos);
  return joined(roles, kept, [time, channels[0] ?? axis("decays", 1)]);
}

type Linear = Omit<Arguments, "delta">;

const LINEAR_ATTENTION: OptionNames<Linear> = {
  query: true,
  key: true,
  value: true,
  logDecay: true,
  state: true,
  axes: true,
  segmentPos: true,
};

const NEEDED = ["query", "key", "value", "logDecay", "state", "axes"] as const;

/** Complains of operands that are none, and of f32 that is something else. */
function checkGiven(op: string, { query, key, value, logDecay, state, axes }: Linear): void {
  checkOperands(op, { query, key, value, logDecay, state });
  checkElement(op, "logDecay", logDecay, "f32");
  checkElement(op, "state", state, "f32");
  checkNeeded(`the axes of ${op}`, axes, { time: true, key: true, value: true }, "time", "key", "value");
}

/** read and write [o, n, t, k]; nothing is read where a document starts, as there is no state before it. */
function deltaVectors(roles: Roles, { delta, segmentPos }: Arguments): readonly Value[] {
  if (delta === undefined) return [];
  const rows = [roles.time, roles.key];
  const read = atStarts(roles, expanded(roles, "read", delta.read, rows), 0, segmentPos);
  return [joined(roles, read, rows), joined(roles, expanded(roles, "write", delta.write, rows), rows)];
}

/** One op over operands brought to its axes; y and the last state with the axes of value and state. */
function recurrence(name: "nn.linear_attention" | "nn.delta_rule", roles: Roles, args: Arguments) {
  const { op, outer, heads, time, key, value: channels } = roles;
  const { query, value, state, segmentPos } = args;
  const positions = segmentPos === undefined ? {} : { segmentPos };
  const labelled = {
    query,
    key: args.key,
    value,
    logDecay: args.logDecay,
    state,
    ...args.delta,
    ...positions,
  };
  checkSizes(op, Object.values(labelled), Object.keys(labelled));
  const [rows, states] = [
    [time, channels],
    [key, channels],
  ] as const;
  const inOrder = (label: string, x: TensorData, rest: readonly Axis[]): Value => {
    const axes = [...outer, ...heads, ...rest];
    return joined(roles, { axes, dtype: x.dtype, value: ordered(op, label, x, namesOf(axes)) }, rest);
  };
  const operands = [
    shared(roles, "query", query),
    shared(roles, "key", args.key),
    inOrder("value", value, rows),
    decays(roles, args),
    ...deltaVectors(roles, args),
    inOrder("state", state, states),
  ];
  const [y, last] = builderHere().create(name, operands, {}).results as readonly [Value, Value];
  const apart = (made: Value, dtype: DType, rest: readonly Axis[]) =>
    reshape({ axes: rest, dtype, value: made }, [...outer, ...heads, ...rest]);
  return { y: apart(y, value.dtype, rows), last: apart(last, "f32", states) };
}

/**
 * Linear attention: for each head a matrix S [key, value], f32, to which each token adds its key times its value, and which fades:
 *
 *   S_t = exp(logDecay_t) S_{t-1} + key_t value_t^T        y_t = query_t^T S_t
 *
 * A number a head is RetNet's decay, one a token and head Mamba-2's, one a token and channel of the key that of gated linear attention. Computed by chunks of
 * time or token by token, as the target has it; written for `scan` it would be the same numbers.
 * @throws ShapeError when axes do not fit
 */
export function linearAttention<
  V extends string,
  T extends V,
  K extends string,
  C extends V,
  Q extends Exclude<V, C> | K,
  R extends Exclude<V, C> | K,
  P extends Exclude<V, C>,
  D extends FloatDType,
>(args: LinearAttentionOptions<V, T, K, C, Q, R, P, D>): LinearAttentionResult<V, Exclude<V, T> | K, D>;
export function linearAttention(args: Arguments): unknown {
  checkNeeded<Linear>("linearAttention", args, LINEAR_ATTENTION, ...NEEDED);
  checkGiven("linearAttention", args);
  return recurrence("nn.linear_attention", rolesOf("linearAttention", args), args);
}

/**
 * The generalised delta rule: linear attention that also takes away (or adds) along `write` what `read` finds in the state before,
 *
 *   S_t = (diag(exp(logDecay_t)) + write_t read_t^T) S_{t-1} + key_t value_t^T        y_t = query_t^T S_t
 *
 * RWKV-7 is this with a decay of each channel. The gated delta rule, S_t = a (I - b k k^T) S_{t-1} + b k v^T, is read k, write -a b k, key
 * b k. `read` and `write` may lack axes, along which they are the same.
 * @throws ShapeError when axes do not fit
 */
export function deltaRule<
  V extends string,
  T extends V,
  K extends string,
  C extends V,
  Q extends Exclude<V, C> | K,
  R extends Exclude<V, C> | K,
  P extends Exclude<V, C>,
  D extends FloatDType,
  X extends Exclude<V, C> | K,
  Y extends Exclude<V, C> | K,
>(
  args: LinearAttentionOptions<V, T, K, C, Q, R, P, D> & {
    readonly read: Tensor<X, D>;
    readonly write: Tensor<Y, D>;
  },
): LinearAttentionResult<V, Exclude<V, T> | K, D>;
export function deltaRule(args: Linear & { readonly read: TensorData; readonly write: TensorData }): unknown {
  const known = { ...LINEAR_ATTENTION, read: true, write: true } as const;
  checkNeeded("deltaRule", args, known, ...NEEDED, "read", "write");
  checkGiven("deltaRule", args);
  const { read, write } = args;
  checkOperands("deltaRule", { read, write });
  return recurrence("nn.delta_rule", rolesOf("deltaRule", args), { ...args, delta: { read, write } });
}
