/** @file Self-attention of a layer whose keys and values are kept as states: what the models of this folder's neighbours share. */
import {
  attention,
  type Axis,
  axis,
  type CacheKind,
  kvCacheUpdate,
  merge,
  rotary,
  split,
  state,
  type Tensor,
} from "../../src/dsl/index.js";
import { linear, type Position, type Residual } from "../layers.js";

/** One run over [batch, time] tokens. */
export interface Place {
  readonly position: Position;
  /** How many tokens of its document each sequence had before this run. */
  readonly numTokens: Tensor<"batch", "i32">;
}

/** The heads of a layer of grouped-query attention (arXiv 2305.13245), its rotary positions (arXiv 2104.09864), and its cache. */
export interface SelfAttention extends Place {
  readonly heads: number;
  /** Heads of keys and values, each for heads / keyValueHeads heads of queries in a row. */
  readonly keyValueHeads: number;
  /** Channels of a head. */
  readonly headSize: number;
  readonly rope: { readonly base: number; readonly scaling?: readonly number[] | undefined };
  /** `growing` of as many slots as a sequence may have tokens, or a `ring` of those that a token sees before its own. */
  readonly cache: { readonly kind: CacheKind; readonly slots: number };
  /** Multiplies the scores. */
  readonly scale: number;
  /** Scores become c tanh(score / c). */
  readonly softCap?: number | undefined;
  readonly bias: { readonly queries: boolean; readonly output: boolean };
}

/** q, k and v of u, rotated, attention over what the cache holds and u, and the projection back; keys and values become the cache's. */
export function selfAttention(u: Residual, layer: SelfAttention): Residual {
  const { position, numTokens, rope, cache, scale, softCap, bias } = layer;
  const [heads, groups, head] = [
    axis("heads", layer.heads),
    axis("groups", layer.keyValueHeads),
    axis("head", layer.headSize),
  ];
  const model = u.axis("model");
  const project = <N extends string>(name: string, count: Axis<N>) =>
    split(
      linear(name, u, model, axis("projected", count.size * head.size), { bias: bias.queries }),
      "projected",
      [count, head],
    );
  const rotate = { axis: "head", dims: head.size, ...rope } as const;
  const q = rotary(project("q_proj", heads), position, rotate);
  const k = rotary(project("k_proj", groups), position, rotate);
  const v = project("v_proj", groups);
  const slots = [u.axis("batch"), axis("slots", cache.slots), groups, head] as const;
  const [keys, values] = [state("keys", slots, u.dtype), state("values", slots, u.dtype)];
  const attended = attention({
    q,
    k,
    v,
    segmentPos: position,
    cache: { kind: cache.kind, keys: keys.value, values: values.value },
    numTokens,
    axes: { time: "time", slots: "slots", channels: "head" },
    scale,
    softCap,
  });
  keys.update(kvCacheUpdate(keys.value, k, position, cache.kind));
  values.update(kvCacheUpdate(values.value, v, position, cache.kind));
  const joined = merge(attended, ["heads", "head"], "attended");
  return linear("o_proj", joined, axis("attended", heads.size * head.size), model, { bias: bias.output });
}
