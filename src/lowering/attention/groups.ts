/**
 * @file Grouped-query attention as multi-query attention, so that strategies know one head of keys only. Each head of keys and values, with
 * the heads of queries that it serves, becomes a sequence of its own in the batch, for which keys are transposed; or all heads of keys
 * become a wide one, of which each query sees its own part, for which they stay as they lie.
 */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { type AttentionInputs, elementOf } from "./attention.js";

/** [b, rows, g, ..] as [b g, rows, ..]. */
function groupsFirst(e: Emitter, values: Value): Value {
  const [batch, rows, groups, ...rest] = shapeOf(values) as [number, number, number, ...number[]];
  const order = [0, 2, 1, ...rest.map((_, i) => i + 3)];
  return e.reshape(e.transpose(values, order), [batch * groups, rows, ...rest]);
}

/** Per sequence [b, ..] as per group [b g, ..], the same for all groups of a sequence. */
function repeated(e: Emitter, values: Value, groups: number): Value {
  const [batch, ...rest] = shapeOf(values) as [number, ...number[]];
  const dims = [0, ...rest.map((_, i) => i + 2)];
  return e.reshape(e.broadcast(values, [batch, groups, ...rest], dims), [batch * groups, ...rest]);
}

const groupsOf = ({ k }: AttentionInputs): number | undefined =>
  shapeOf(k).length === 4 ? shapeOf(k)[2]! : undefined;

/** Keys without heads, whatever they were: k, v [b g, t, h] for heads of queries [b g, t, n / g, h]. */
export function groupsAsBatch(e: Emitter, inputs: AttentionInputs): AttentionInputs {
  const groups = groupsOf(inputs);
  if (groups === undefined) return inputs;
  const [batch, time, heads, head] = shapeOf(inputs.q) as [number, number, number, number];
  const { cache } = inputs;
  return {
    ...inputs,
    q: groupsFirst(e, e.reshape(inputs.q, [batch, time, groups, heads / groups, head])),
    k: groupsFirst(e, inputs.k),
    v: groupsFirst(e, inputs.v),
    segmentPos: repeated(e, inputs.segmentPos, groups),
    cache: cache && {
      k: groupsFirst(e, cache.k),
      v: groupsFirst(e, cache.v),
      numTokens: repeated(e, cache.numTokens, groups),
    },
  };
}

/** What `groupsAsBatch` made of the queries' heads undone: [b g, t, n / g, h] as [b, t, n, h]. */
export function groupsAsHeads(e: Emitter, attended: Value, given: AttentionInputs): Value {
  const groups = groupsOf(given);
  if (groups === undefined) return attended;
  const [batch, time, heads, head] = shapeOf(given.q) as [number, number, number, number];
  const split = e.reshape(attended, [batch, groups, time, heads / groups, head]);
  return e.reshape(e.transpose(split, [0, 2, 1, 3, 4]), [batch, time, heads, head]);
}

/** [b, rows, g, h] as [b, rows, g h]. */
function wide(e: Emitter, values: Value): Value {
  const [batch, rows, groups, head] = shapeOf(values) as [number, number, number, number];
  return e.reshape(values, [batch, rows, groups * head]);
}

/**
 * Keys of one wide head: k, v [b, t, g h], and queries [b, t, n, g h] that are 0 but for the channels of their own head of keys. Products are g
 * times as many, of which all but one part in g are with 0: what is no finite number in one head of keys reaches the queries of the others.
 */
export function groupsAsWidth(e: Emitter, inputs: AttentionInputs): AttentionInputs {
  const groups = groupsOf(inputs);
  if (groups === undefined) return inputs;
  const [batch, time, heads, head] = shapeOf(inputs.q) as [number, number, number, number];
  const shape = [batch, time, groups, heads / groups, groups, head];
  const split = e.reshape(inputs.q, [batch, time, groups, heads / groups, head]);
  const everywhere = e.broadcast(split, shape, [0, 1, 2, 3, 5]);
  const isOwn = e.broadcast(
    e.compare("EQ", e.iota([groups, groups], 0), e.iota([groups, groups], 1)),
    shape,
    [2, 4],
  );
  const own = e.select(isOwn, everywhere, e.fill(0, shape, elementOf(inputs)));
  const { cache } = inputs;
  return {
    ...inputs,
    q: e.reshape(own, [batch, time, heads, groups * head]),
    k: wide(e, inputs.k),
    v: wide(e, inputs.v),
    cache: cache && { ...cache, k: wide(e, cache.k), v: wide(e, cache.v) },
  };
}

/** What `groupsAsWidth` made of the values undone: of [b, t, n, g h] each query's own part, [b, t, n, h]. */
export function ownWidth(e: Emitter, attended: Value, given: AttentionInputs): Value {
  const groups = groupsOf(given);
  if (groups === undefined) return attended;
  const [, , heads, head] = shapeOf(given.q) as [number, number, number, number];
  const served = heads / groups;
  const parts = Array.from({ length: groups }, (_, group) =>
    e.slice(e.slice(attended, 2, group * served, (group + 1) * served), 3, group * head, (group + 1) * head),
  );
  return e.concat(parts, 2);
}
