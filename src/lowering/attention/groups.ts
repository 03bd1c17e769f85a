/**
 * @file Grouped-query attention as multi-query attention: each head of keys and values, with the heads of queries that it serves, becomes
 * a sequence of its own in the batch, so that strategies know one head of keys only.
 */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import type { AttentionInputs } from "./attention.js";

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
